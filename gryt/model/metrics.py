"""Numbers about releases, each with the SQL that computes it and nothing else."""

from gryt.values import Value


class Measure(Value):
    """One number, over one generation or over all that fit `:version`."""

    name: str
    doc: str
    unit: str
    sql: str
    """A SELECT of the value and of how many things it was taken from."""


MEASURES = (
    Measure(
        "pass_rate",
        "how many of the finished runs passed",
        "ratio",
        "SELECT avg(status = 'pass'), count(*) FROM runs"
        " WHERE status IN ('pass', 'fail', 'void', 'cancelled') AND {only}",
    ),
    Measure(
        "lead_time",
        "from the first promise of a change to its promotion, on average",
        "seconds",
        "SELECT avg((julianday(g.promoted_at) - julianday(c.created_at)) * 86400), count(*)"
        " FROM generation_changes AS c JOIN generations AS g USING (ref)"
        " WHERE g.status = 'promoted' AND g.{only}",
    ),
    Measure(
        "evolutions_per_change",
        "how many evolutions a change of a contract has, on average",
        "evolutions",
        "SELECT 1.0 * (SELECT count(*) FROM evolution_changes AS e JOIN generation_changes AS c"
        " ON c.ref = e.ref AND c.change_id = e.change_id WHERE c.{only})"
        " / nullif(count(*), 0), count(*) FROM generation_changes WHERE {only}",
    ),
    Measure(
        "time_to_promote",
        "from a generation's creation to its promotion, on average",
        "seconds",
        "SELECT avg((julianday(promoted_at) - julianday(created_at)) * 86400), count(*)"
        " FROM generations WHERE status = 'promoted' AND {only}",
    ),
    Measure(
        "flaky_rate",
        "how many of the steps that passed had failed before in the same run",
        "ratio",
        "SELECT avg(coalesce(s.flaky, 0)), count(*) FROM steps AS s"
        " JOIN runs AS r ON r.ref = s.ref AND r.id = s.run_id"
        " WHERE s.status = 'pass' AND r.{only}",
    ),
    Measure(
        "hotfix_count",
        "how many generations are hot-fixes",
        "generations",
        "SELECT coalesce(sum(hotfix), 0), count(*) FROM generations WHERE {only}",
    ),
    Measure(
        "promotion_rate",
        "how many of the attempts to promote succeeded",
        "ratio",
        "SELECT avg(action = 'promoted'), count(*) FROM audit_events"
        " WHERE (event_type = 'generation.promoted'"
        " OR (event_type = 'audit.refused' AND json_extract(details, '$.action') = 'promote'))"
        " AND {only}",
    ),
    Measure(
        "failed_evolutions",
        "how many evolutions failed last",
        "evolutions",
        "SELECT coalesce(sum(status = 'fail'), 0), count(*) FROM evolutions WHERE {only}",
    ),
)
BY_NAME = {measure.name: measure for measure in MEASURES}
