"""Records go into blobs and come back the same, whatever is in them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.errors import Corrupt
from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid
from gryt.model.policy import PolicyPublished, PolicyVerdict, RequiredStep
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    Outrun,
    Overridden,
    PipelineRef,
    Promoted,
    Record,
    Refused,
    Renamed,
    Renumbered,
    Reviewed,
    RollbackPerformed,
    RolledBack,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    Withdrawn,
    Yanked,
)
from gryt.model.results import (
    Artifact,
    Attempt,
    JUnit,
    Metric,
    RunStatus,
    StepLog,
    StepResult,
    StepStatus,
)
from gryt.model.verdict import Outcome, Verdict
from gryt.store import codec, layout
from tests.model.build import BLOB, BY, COMMIT, OTHER, TAG, TREE, rid

SAMPLES = sorted((Path(__file__).parents[1] / "schemas").glob("record.*/valid/*.yaml"))
UNREAD: set[Kind] = set()
"""Kinds that this gryt stores whole and does not interpret."""

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SOME = TEXT.filter(bool)
LINE = SOME.map(lambda text: text.replace("\n", " ").replace("\r", " "))
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,10}", fullmatch=True)
IDS = st.integers(0, 2**40).map(rid)
SEVERAL = st.lists(IDS, max_size=3).map(tuple)
OIDS = st.sampled_from([COMMIT, OTHER, TREE, BLOB, TAG])
CHANGES = st.lists(NAME.map(ChangeId), min_size=1, max_size=3, unique=True).map(tuple)
SECONDS = st.integers(0, 10**9).map(lambda ms: ms / 1000)
PIPELINES = st.builds(PipelineRef, SOME, OIDS)
VERDICT = st.builds(
    Verdict,
    SOME,
    st.sampled_from(Outcome),
    st.lists(SOME, max_size=1).map(tuple),
    st.none(),
    st.booleans(),
    st.none() | SOME,
)
VERDICTS = st.lists(VERDICT, max_size=3).map(tuple)
POLICY_VERDICTS = st.builds(
    PolicyVerdict,
    VERDICT,
    st.lists(st.sampled_from(ChangeType), max_size=2, unique=True).map(tuple),
    st.lists(
        st.builds(
            RequiredStep, NAME, st.none() | SOME | st.lists(SOME, min_size=1, max_size=3).map(tuple)
        ),
        max_size=3,
    ).map(tuple),
    st.booleans(),
)
CONTRACTS = st.builds(
    Contract,
    st.just("v1.0.0"),
    TEXT,
    st.lists(
        st.builds(
            Change,
            NAME.map(ChangeId),
            st.sampled_from(ChangeType),
            LINE,
            st.none() | TEXT,
            st.none() | NAME,
        ),
        max_size=3,
        unique_by=lambda change: change.id,
    ).map(tuple),
    st.none() | NAME,
)
STATUS = st.sampled_from(StepStatus)
CODES = st.none() | st.integers(-64, 255)
COUNTS = st.integers(0, 2**40)
DIGESTS = st.just("0" * 64)
NUMBERS = st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
PAIRS = st.dictionaries(NAME, TEXT, max_size=2).map(lambda pairs: tuple(pairs.items()))
STEPS = st.lists(
    st.builds(
        StepResult,
        SOME,
        TEXT,
        STATUS,
        CODES,
        st.integers(0, 9),
        SECONDS,
        st.none() | st.builds(StepLog, TEXT, st.just("0" * 64), st.integers(0, 2**40)),
        st.none() | SOME,
        PAIRS,
        st.none() | TEXT,
        st.lists(st.builds(Attempt, STATUS, CODES, SECONDS), max_size=2).map(tuple),
        st.none() | SOME,
        PAIRS,
        st.none() | TEXT,
        st.lists(st.builds(Metric, SOME, NUMBERS, st.none() | SOME), max_size=2).map(tuple),
        st.none() | st.builds(JUnit, *[COUNTS] * 4, st.lists(SOME, max_size=2).map(tuple)),
        st.lists(st.builds(Artifact, TEXT, COUNTS, st.none() | DIGESTS), max_size=2).map(tuple),
        st.lists(TEXT, max_size=2).map(tuple),
        st.none() | SOME,
    ),
    max_size=3,
).map(tuple)
ENVIRONMENTS = st.builds(Environment, *[TEXT] * 5, *[st.none() | TEXT] * 3, PAIRS)
ABOUT = (IDS, OIDS, OIDS, SEVERAL, PIPELINES)

PROOFS = st.dictionaries(NAME.map(ChangeId), IDS).map(lambda proofs: tuple(proofs.items()))

BODIES: dict[Kind, st.SearchStrategy[Body]] = {
    Kind.CREATED: st.builds(
        Created,
        st.just("v1.0.0"),
        st.none() | st.builds(Hotfix, st.just("v1.0.0"), OIDS, NAME.map(ChangeId)),
    ),
    Kind.CONTRACT: st.builds(ContractRecorded, CONTRACTS, SEVERAL),
    Kind.PROMOTED: st.builds(
        Promoted,
        st.just("v1.0.0"),
        OIDS,
        st.just("v1.0.0"),
        OIDS,
        SEVERAL,
        PROOFS,
        VERDICTS,
        st.lists(st.tuples(SOME, SOME), max_size=2).map(tuple),
        st.booleans(),
        st.none() | OIDS,
        st.none() | OIDS,
        st.booleans(),
        st.booleans(),
    ),
    Kind.RENAMED: st.builds(
        Renamed, st.just("v1.0.0"), st.just("1.10.0"), st.just((("1.10.0-rc.1", Oid("a" * 40)),))
    ),
    Kind.ROLLED_BACK: st.builds(RolledBack, NAME, st.frozensets(IDS, max_size=3), st.none() | IDS),
    Kind.YANKED: st.builds(Yanked, SOME, IDS, st.just("v1.0.0"), OIDS),
    Kind.ROLLBACK: st.builds(
        RollbackPerformed,
        NAME,
        NAME,
        st.lists(st.sampled_from(["v1.0.0", "v2.0.0"])).map(tuple),
        st.lists(st.tuples(st.just("v1.0.0"), OIDS), max_size=2).map(tuple),
    ),
    Kind.OUTRUN: st.builds(Outrun, IDS, IDS, st.sampled_from([None, "v1.0.0"])),
    Kind.GENERATION_ABANDONED: st.builds(Withdrawn, SOME),
    Kind.STARTED: st.builds(
        EvolutionStarted,
        st.integers(1, 10**6),
        CHANGES,
        OIDS,
        SEVERAL,
        *[st.none() | SOME] * 3,
        st.none() | OIDS,
        st.lists(POLICY_VERDICTS, max_size=2).map(tuple),
    ),
    Kind.POLICY: st.builds(PolicyPublished, OIDS, SEVERAL),
    Kind.RENUMBERED: st.builds(Renumbered, IDS, st.integers(1, 10**6), st.none() | OIDS),
    Kind.EVOLUTION_ABANDONED: st.builds(Withdrawn, SOME, IDS),
    Kind.INVALIDATED: st.builds(Withdrawn, SOME, IDS),
    Kind.RUN_STARTED: st.builds(RunStarted, *ABOUT, SOME),
    Kind.RUN_FINISHED: st.builds(
        RunFinished,
        IDS,
        *ABOUT,
        st.sampled_from(RunStatus),
        SECONDS,
        STEPS,
        ENVIRONMENTS,
        st.lists(SOME, max_size=2).map(tuple),
        st.none() | SOME,
        st.none() | OIDS,
        st.none() | IDS,
    ),
    Kind.REFUSED: st.builds(
        Refused,
        SOME,
        st.lists(SOME, min_size=1).map(tuple),
        VERDICTS,
        st.none() | OIDS,
        st.none() | OIDS,
        st.none() | IDS,
    ),
    Kind.APPROVED: st.builds(
        Approved,
        SOME,
        SEVERAL,
        PROOFS,
        st.none() | NAME.map(ChangeId),
        st.none() | OIDS,
        st.none() | SOME,
    ),
    Kind.APPROVAL_WITHDRAWN: st.builds(ApprovalWithdrawn, SEVERAL, st.none() | SOME),
    Kind.OVERRIDDEN: st.builds(
        Overridden,
        SOME,
        SOME,
        st.none() | IDS,
        st.none() | st.sampled_from(Outcome),
        st.none() | SOME,
        *[st.none() | OIDS] * 2,
    ),
    Kind.REVIEWED: st.builds(
        Reviewed,
        *[st.integers(0, 10**6)] * 3,
        st.dictionaries(NAME, OIDS, max_size=2).map(lambda refs: tuple(refs.items())),
        st.lists(SOME, max_size=2).map(tuple),
        st.none() | SOME,
    ),
    Kind.SNAPSHOT: st.builds(
        SnapshotTaken,
        NAME,
        SOME,
        st.integers(0, 10**6),
        st.none() | OIDS,
        st.none() | st.integers(0, 2**40),
    ),
}
META = {Kind.REVIEWED, Kind.SNAPSHOT, Kind.ROLLBACK}


def test_every_kind_is_here() -> None:
    assert BODIES.keys() | UNREAD == set(Kind)


def _there_and_back(record: Record) -> Record:
    return codec.from_plain(codec.decode(codec.encode(record), "x.yaml"), "x.yaml")


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.value)
@given(data=st.data())
def test_a_record_comes_back_as_it_was(kind: Kind, data: st.DataObject) -> None:
    body = data.draw(BODIES[kind])
    gid = None if kind in META else data.draw(IDS)
    record = Record(data.draw(IDS), kind, "2024-01-20T09:00:00Z", BY, gid, body)
    assert _there_and_back(record) == record
    assert codec.encode(_there_and_back(record)) == codec.encode(record)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_a_stored_record_is_understood(path: Path) -> None:
    plain = codec.decode(path.read_bytes(), path.name)
    record = codec.from_plain(plain, path.name)
    assert record.kind.value == plain["kind"]
    assert codec.from_plain(codec.to_plain(record), path.name) == record or record.kind in UNREAD


def test_a_record_reads_like_a_note() -> None:
    body = EvolutionStarted(1, (ChangeId("FEAT-201"),), COMMIT, (rid(1),), "full-ci", "main", "no")
    record = Record(rid(2), Kind.STARTED, "2024-01-20T09:00:00Z", BY, rid(0), body)
    assert codec.encode(record).decode() == (
        "format: 1\n"
        f"id: {rid(2)}\n"
        "kind: evolution.started\n"
        "at: '2024-01-20T09:00:00Z'\n"
        "by: Ada Lovelace <ada@example.com>\n"
        f"generation: {rid(0)}\n"
        "number: 1\n"
        "changes:\n"
        "  - FEAT-201\n"
        "pipeline: full-ci\n"
        "branch: main\n"
        f"head: '{COMMIT}'\n"
        "team: 'no'\n"
        "contract:\n"
        f"  - {rid(1)}\n"
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"- a\n", "is not a mapping"),
        (b"format: 2\nkind: run.started\n", "has format '2', this gryt reads 1"),
        (b"kind: run.started\n", "has format 'None'"),
        (b"format: 1\nkind: run.exploded\n", "is of kind 'run.exploded'"),
        (b"format: 1\nkind: &a run.started\n", "is not valid"),
        (b"\xff", "is not valid"),
        (b"", "is not valid"),
    ],
)
def test_what_is_no_record_is_corrupt(data: bytes, says: str) -> None:
    with pytest.raises(Corrupt, match=r"x\.yaml") as refused:
        codec.decode(data, "x.yaml")
    assert says in refused.value.message
    assert refused.value.exit_status == 6


@pytest.mark.parametrize(
    "text",
    [
        "kind: run.finished\n",
        "kind: generation.contract\ncontract: []\nreplaces: []\n",
        "kind: generation.contract\ncontract: {version: v1.0.0, changes: 5}\nreplaces: []\n",
        "kind: run.finished\nstatus: excellent\n",
        "kind: evolution.started\nnumber: [1]\nchanges: x\nhead: y\ncontract: []\n",
        "kind: audit.refused\naction: x\nreasons: {a: b}\n",
    ],
)
def test_a_record_that_does_not_fit_its_kind_is_corrupt(text: str) -> None:
    envelope = f"format: 1\nid: {rid(1)}\nat: x\nby: y\n"
    with pytest.raises(Corrupt, match=r"record 'x\.yaml' does not fit its kind"):
        codec.from_plain(codec.decode(f"{envelope}{text}".encode(), "x.yaml"), "x.yaml")


def test_what_does_not_fit_the_schema_is_never_written() -> None:
    record = Record(rid(1), Kind.CREATED, "today", BY, rid(0), Created("v1"))
    with pytest.raises(Corrupt) as refused:
        codec.encode(record)
    assert len(refused.value.details) == 2


def test_a_field_of_a_newer_gryt_is_kept_in_the_document() -> None:
    body = Created("v1.0.0")
    record = Record(rid(1), Kind.CREATED, "2024-01-20T09:00:00Z", BY, rid(0), body)
    data = codec.encode(record) + b"fuel:\n  kind: coal\n  tons: 3\n"
    plain = codec.decode(data, "x.yaml")
    assert plain["fuel"] == {"kind": "coal", "tons": 3}
    assert codec.from_plain(plain, "x.yaml") == record


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_the_path_of_every_kind_names_its_record(kind: Kind) -> None:
    record = Record(rid(7), kind, "x", BY, None, Created("v1.0.0"))
    path = layout.path_of(record, rid(3))
    assert layout.record_id_in(path) == rid(7)
    assert path.isascii()


@pytest.mark.parametrize(
    "path",
    [
        *("README", "generation/x.yaml", "evolutions/x.yaml", "other/{0}-created.yaml"),
        *("generation/{0}-created.yaml~1", "generation/deep/{0}-created.yaml", "{0}-created.yaml"),
        *("evolutions/v1.0.0-rc.1/{0}-started.yaml", "audit/../{0}-x.yaml", "audit/{0}.yaml"),
    ],
)
def test_other_paths_hold_no_record(path: str) -> None:
    assert layout.record_id_in(path.format(rid(7))) is None
