"""The tables whose rows come from single records; they only ever grow."""

from gryt.store.table_shape import REF, Column, Table, key, number, real, text

VERSION = text(
    "version",
    "the generation's version; none where it is about the whole repository",
    "CASE WHEN instr(ref, '/generations/') > 0"
    " THEN substr(ref, instr(ref, '/generations/') + 13) END",
)
_GENERATION = text("generation_id", "the generation's id", ".generation")
AT = text("created_at", "when it happened", ".at")
ACTOR = text("actor", "who did it, as 'Name <email>'", ".by")
_ID = key("id", "the record's id", ".id")


def joined(field: str) -> str:
    """Return SQL for a list of texts as one text."""
    return f"(SELECT group_concat(value, '; ') FROM json_each(doc, '$.{field}'))"


def _item(field: str) -> str:
    """Return SQL for a field of the item of a list that is joined."""
    return f"json_extract(item.value, '$.{field}')"


RUNS = Table(
    "runs",
    "Executions of a pipeline for an evolution",
    "ref, id",
    (
        REF,
        key("id", "its id, that of its run.started record", ".run"),
        VERSION,
        _GENERATION,
        text("evolution_id", "the evolution's id", ".evolution"),
        text("pipeline", "the pipeline's name", ".pipeline.name"),
        text("pipeline_blob", "the git blob that defines the pipeline", ".pipeline.blob"),
        text("commit_id", "the code commit that it ran on", ".commit"),
        text("tree_id", "the tree of that commit", ".tree"),
        text("status", "running, pass, fail, cancelled or void", ".status"),
        text("created_at", "when it began"),
        text("finished_at", "when it ended", ".at"),
        real("seconds", "how long it took", ".seconds"),
        text("actor", "who ran it, as 'Name <email>'", ".by"),
        text("host", "the machine", ".environment.host"),
        text("ci", "the CI system", ".environment.ci"),
        text("url", "the CI job's page", ".environment.url"),
        text("gryt", "the version of gryt", ".environment.gryt"),
        text("git", "the version of git", ".environment.git"),
        text("os", "the operating system", ".environment.os"),
        text("reason", "why it proves nothing, where it is void", joined("void")),
        text("tag", "the rc tag that it made", ".tag"),
        text("record", "the id of the record of its end", ".id"),
    ),
    ("run.finished",),
    indexes=("finished_at, status",),
)
RUNS_BEGUN = (
    "INSERT INTO runs (ref, id, version, generation_id, evolution_id, pipeline, pipeline_blob,"
    " commit_id, tree_id, status, created_at, actor, host)"
    f" SELECT ref, json_extract(doc, '$.id'), {VERSION.source}, json_extract(doc, '$.generation'),"
    " json_extract(doc, '$.evolution'), json_extract(doc, '$.pipeline.name'),"
    " json_extract(doc, '$.pipeline.blob'), json_extract(doc, '$.commit'),"
    " json_extract(doc, '$.tree'), 'running', json_extract(doc, '$.at'), json_extract(doc, '$.by'),"
    " json_extract(doc, '$.host')"
    " FROM record WHERE n > :since AND n <= :upto AND kind = 'run.started'"
    " ON CONFLICT (ref, id) DO UPDATE SET created_at = excluded.created_at"
)
"""A run that has begun, whether the record of its end is there or not."""

STEPS = Table(
    "steps",
    "Steps of runs that ended",
    "ref, run_id, position",
    (
        REF,
        key("run_id", "the run's id", ".run"),
        Column("position", "INTEGER NOT NULL", "its place in the run, from 1", "item.key + 1"),
        text("name", "its name", _item("name")),
        text("command", "its command", _item("command")),
        text("status", "pass, fail, timeout, cancelled or skipped", _item("status")),
        number("exit_code", "its exit code; negative is a signal", _item("exit_code")),
        number("attempts", "how often it was tried", _item("attempts")),
        real("seconds", "how long it took", _item("seconds")),
        number("flaky", "1 where it passed only when tried again", _item("flaky")),
        text("reused_from", "the run whose result was taken", _item("reused_from")),
        number("tests", "how many tests its JUnit report has", _item("junit.tests")),
        number("failures", "how many of them failed", _item("junit.failures")),
        number("log_bytes", "how much it printed", _item("log.bytes")),
        text("log_sha256", "the digest of what it printed", _item("log.sha256")),
    ),
    ("run.finished",),
    "json_each(doc, '$.steps') AS item",
)
METRICS = Table(
    "metrics",
    "Numbers that steps reported",
    "ref, run_id, step, position",
    (
        REF,
        key("run_id", "the run's id", ".run"),
        key("step", "the step's name", _item("name")),
        Column("position", "INTEGER NOT NULL", "its place in the step, from 1", "metric.key + 1"),
        VERSION,
        text("name", "its name", "json_extract(metric.value, '$.name')"),
        real("value", "its value", "json_extract(metric.value, '$.value')"),
        text("unit", "its unit", "json_extract(metric.value, '$.unit')"),
        text("created_at", "when the run ended", ".at"),
    ),
    ("run.finished",),
    "json_each(doc, '$.steps') AS item, json_each(item.value, '$.metrics') AS metric",
)
ARTIFACTS = Table(
    "artifacts",
    "Files that steps made",
    "ref, run_id, step, position",
    (
        REF,
        key("run_id", "the run's id", ".run"),
        key("step", "the step's name", _item("name")),
        Column("position", "INTEGER NOT NULL", "its place in the step, from 1", "made.key + 1"),
        text("path", "its path in the work tree", "json_extract(made.value, '$.path')"),
        number("bytes", "its size", "json_extract(made.value, '$.bytes')"),
        text("sha256", "its digest", "json_extract(made.value, '$.sha256')"),
    ),
    ("run.finished",),
    "json_each(doc, '$.steps') AS item, json_each(item.value, '$.artifacts') AS made",
)
GATES = Table(
    "gates",
    "What each gate said when a generation was promoted, or refused",
    "ref, record, position",
    (
        REF,
        key("record", "the record of the promotion or the refusal", ".id"),
        Column("position", "INTEGER NOT NULL", "its place, from 1", "item.key + 1"),
        VERSION,
        text("action", "promoted or refused", "substr(kind, instr(kind, '.') + 1)"),
        AT,
        text("name", "the gate", _item("name")),
        text("outcome", "pass, fail or inconclusive", _item("outcome")),
        text("message", "its reasons", _item("message")),
    ),
    ("generation.promoted", "audit.refused"),
    "json_each(doc, '$.gates') AS item",
)
APPROVALS = Table(
    "approvals",
    "Who vouched for a release, or for one change of it",
    "ref, id",
    (
        REF,
        _ID,
        VERSION,
        _GENERATION,
        AT,
        ACTOR,
        text("action", "what was approved", ".action"),
        text("change_id", "the one change that it is about; none for the whole release", ".change"),
        text("commit_id", "the only commit that it is for, if any", ".commit"),
        text("comment", "what they said", "coalesce(json_extract(doc, '$.comment'), '')"),
        text("withdrawn_at", "when it was taken back, if it was"),
    ),
    ("audit.approved",),
)
WITHDRAWN = (
    "UPDATE approvals SET withdrawn_at = ("
    "SELECT json_extract(doc, '$.at') FROM record, json_each(doc, '$.approvals') AS item"
    " WHERE record.ref = approvals.ref AND kind = 'audit.withdrawn' AND item.value = approvals.id)"
    " WHERE EXISTS (SELECT 1 FROM record WHERE n > :since AND n <= :upto"
    " AND kind IN ('audit.withdrawn', 'audit.approved'))"
)
OVERRIDES = Table(
    "overrides",
    "Gates that somebody overrode",
    "ref, id",
    (
        REF,
        _ID,
        VERSION,
        _GENERATION,
        AT,
        ACTOR,
        text("gate", "the gate", ".gate"),
        text("outcome", "what the gate had said", ".outcome"),
        text("message", "why the gate had said so", ".message"),
        text("reason", "why it was overridden", ".reason"),
        text("commit_id", "the commit that was promoted", ".commit"),
        text("promotion", "the promotion that it made possible", ".promotion"),
    ),
    ("audit.overridden",),
)
SNAPSHOTS = Table(
    "snapshots",
    "Copies of the whole ledger",
    "ref, id",
    (
        REF,
        key("id", "its name, as rollback takes it", ".snapshot"),
        text("label", "what it is called", ".label"),
        AT,
        ACTOR,
        number("generations", "how many generations it holds", ".generations"),
        text("record", "the id of its record", ".id"),
    ),
    ("snapshot.taken",),
)
POLICIES = Table(
    "policies",
    "Policies that came into force",
    "ref, id",
    (
        REF,
        _ID,
        AT,
        ACTOR,
        text("policy", "the blob of the policy", ".policy"),
        text("reason", "why it was published", ".reason"),
    ),
    ("policy.published",),
)
PROMISED = """
CREATE TABLE promised (
    ref TEXT, change_id TEXT, record TEXT, created_at TEXT, created_by TEXT,
    PRIMARY KEY (ref, change_id)
) WITHOUT ROWID"""
"""When a change was first in a contract; internal."""
FIRST_PROMISED = (
    "INSERT INTO promised SELECT ref, json_extract(item.value, '$.id'), json_extract(doc, '$.id'),"
    " json_extract(doc, '$.at'), json_extract(doc, '$.by')"
    " FROM record, json_each(doc, '$.contract.changes') AS item"
    " WHERE n > :since AND n <= :upto AND kind = 'generation.contract'"
    " ON CONFLICT (ref, change_id) DO UPDATE SET record = excluded.record,"
    " created_at = excluded.created_at, created_by = excluded.created_by"
    " WHERE excluded.record < record"
)
