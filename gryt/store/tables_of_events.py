"""The audit trail as a table: every record there is, by time."""

from gryt.store.table_shape import REF, Column, Table, key, text
from gryt.store.tables_of_records import ACTOR, AT, VERSION, joined

_EVENT_ID = "coalesce(json_extract(doc, '$.id'), '')"
EVENTS = Table(
    "event",
    "Every record of the ledger: the audit trail",
    "id, n",
    (
        key("id", "the record's id; sorts by time", _EVENT_ID),
        Column("n", "INTEGER NOT NULL", "", "n"),
        text(
            "event_type",
            "its kind, such as run.finished; unreadable where it does not read",
            "coalesce(kind, 'unreadable')",
        ),
        AT,
        ACTOR,
        VERSION,
        text(
            "resource_type",
            "generation, evolution, run, audit, snapshot, policy or rollback",
            "substr(kind, 1, instr(kind, '.') - 1)",
        ),
        text(
            "resource_id",
            "the id of the run or the evolution that it is about, else its own",
            "coalesce(json_extract(doc, '$.run'), json_extract(doc, '$.evolution'),"
            " json_extract(doc, '$.id'))",
        ),
        text("action", "what happened, such as finished", "substr(kind, instr(kind, '.') + 1)"),
        text(
            "status",
            "how it ended: a run's status, refused, or done",
            "CASE kind WHEN 'audit.refused' THEN 'refused'"
            " WHEN 'run.finished' THEN json_extract(doc, '$.status') ELSE 'done' END",
        ),
        text(
            "reason",
            "why, where it says so",
            f"CASE kind WHEN 'audit.refused' THEN {joined('reasons')}"
            " WHEN 'run.finished' THEN NULL WHEN 'run.started' THEN NULL"
            " ELSE coalesce(json_extract(doc, '$.reason'), problem) END",
        ),
        text("commit_id", "the code commit that it is about", ".commit"),
    ),
    ("*",),
    indexes=("event_type, status",),
)
IN_RECORD = (
    text("path", "where the record lies in the ref's tree", "path"),
    text("blob", "the git blob that it is: git cat-file blob BLOB", "blob"),
    text("details", "the whole record as JSON, but for what its steps printed", "doc"),
)
AUDIT_EVENTS = EVENTS._replace(
    name="audit_events",
    key="ref, path",
    columns=(REF, EVENTS.columns[0], *EVENTS.columns[2:], *IN_RECORD),
)
"""What people see of it: the rest is in the record, and read where it is asked for."""
VIEW = "CREATE VIEW audit_events AS SELECT {} FROM event".format(
    ", ".join(
        f"(SELECT {c.source} FROM record WHERE record.n = event.n) AS {c.name}"
        if c is REF or c in IN_RECORD
        else c.name
        for c in AUDIT_EVENTS.columns
    )
)
EVENTS_OF = f"SELECT {_EVENT_ID}, n FROM record WHERE ref = ?"
"""The keys of a ref's events."""
