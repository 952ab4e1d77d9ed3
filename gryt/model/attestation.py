"""in-toto statements about what the records say: a test result per run, a summary per release.

Shapes: in-toto Statement v1, Test Result v0.1, SLSA Provenance v1 and SLSA Verification Summary v1.
Fields that the published libraries refuse (`verifier.version`) are left out, and no SLSA level is
claimed: a git remote is no build platform that could vouch for one.
"""

from collections.abc import Mapping, Sequence

from gryt.model.names import Oid, RecordId
from gryt.model.pipeline import RunStatus, StepResult, StepStatus
from gryt.model.records import Promoted, Record, RunFinished, RunStarted
from gryt.model.verdict import Outcome
from gryt.values import Value

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PROVENANCE = "https://slsa.dev/provenance/v1"
SUMMARY = "https://slsa.dev/verification_summary/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

_BUILD_TYPE = "https://gryt.dev/attestation/run/v1"
_VERIFIER = "https://gryt.dev/verifier/v1"
_NO_POLICY = "https://gryt.dev/policy/default/v1"

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
Statement = dict[str, Json]


class Run(Value):
    """One run, as its records have it."""

    version: str
    candidate: str
    changes: tuple[str, ...]
    begun: Record
    ended: Record
    blob: Oid
    """The blob of the record that it ended."""

    @property
    def finished(self) -> RunFinished:
        """How it ended."""
        assert isinstance(self.ended.body, RunFinished)
        return self.ended.body


class Release(Value):
    """A promotion that counts, with the runs that it rests on."""

    version: str
    record: Record
    policy: Oid | None
    runs: tuple[Run, ...]

    @property
    def promoted(self) -> Promoted:
        """The promotion itself."""
        assert isinstance(self.record.body, Promoted)
        return self.record.body


def _statement(subject: Mapping[str, Json], kind: str, predicate: Mapping[str, Json]) -> Statement:
    return {"_type": STATEMENT, "subject": [subject], "predicateType": kind, "predicate": predicate}


def _subject(repository: str, tag: str, digest: Mapping[str, Json]) -> dict[str, Json]:
    return {"name": f"{repository}@refs/tags/{tag}", "digest": digest}


_RESULTS = {RunStatus.PASS: "PASSED"}


def test_result(run: Run, repository: str) -> Statement:
    """Return what the steps of one run came to."""
    done = run.finished
    passed = [s.name for s in done.steps if s.status is StepStatus.PASS and not _is_flaky(s)]
    warned = [s.name for s in done.steps if s.status is StepStatus.SOFT_FAIL or _is_flaky(s)]
    skipped = {StepStatus.PASS, StepStatus.SOFT_FAIL, StepStatus.SKIPPED}
    failed = [s.name for s in done.steps if s.status not in skipped]
    result = _RESULTS.get(done.status, "FAILED")
    predicate: dict[str, Json] = {
        "result": "WARNED" if result == "PASSED" and warned else result,
        "configuration": [
            {
                "name": f".gryt/pipelines/{done.pipeline.name}.yaml",
                "digest": {"gitBlob": done.pipeline.blob},
            }
        ],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }
    if done.environment.url:
        predicate["url"] = done.environment.url
    return _statement(_subject(repository, run.candidate, _commit(done)), TEST_RESULT, predicate)


def _is_flaky(step: StepResult) -> bool:
    return step.status is StepStatus.PASS and step.attempts > 1


def _commit(done: RunFinished) -> dict[str, Json]:
    return {"gitCommit": done.commit, "gitTree": done.tree}


def provenance(run: Run, repository: str) -> Statement:
    """Return where a run took place, on what, and with which pipeline."""
    done = run.finished
    place = done.environment
    where = f"ci/{place.ci}" if place.ci else "local"
    return _statement(
        _subject(repository, run.candidate, _commit(done)),
        PROVENANCE,
        {
            "buildDefinition": {
                "buildType": _BUILD_TYPE,
                "externalParameters": {
                    "pipeline": done.pipeline.name,
                    "generation": run.version,
                    "changes": list(run.changes),
                },
                "resolvedDependencies": [
                    {"uri": repository, "digest": {"gitCommit": done.commit}},
                    {
                        "uri": f"{repository}#.gryt/pipelines/{done.pipeline.name}.yaml",
                        "digest": {"gitBlob": done.pipeline.blob},
                    },
                ],
            },
            "runDetails": {
                "builder": {"id": f"https://gryt.dev/runner/{where}/v1"},
                "metadata": {
                    "invocationId": place.url or f"urn:gryt:run:{done.run}",
                    "startedOn": run.begun.at,
                    "finishedOn": run.ended.at,
                },
                "byproducts": [
                    {"name": f"log of {step.name}", "digest": {"sha256": step.log.sha256}}
                    for step in done.steps
                    if step.log is not None
                ],
            },
        },
    )


def verification_summary(release: Release, repository: str) -> Statement:
    """Return that a release was let out, by which policy, on the strength of which runs."""
    body = release.promoted
    policy: dict[str, Json] = {"uri": _NO_POLICY}
    if release.policy is not None:
        uri = f"{repository}#.gryt/policy.yaml"
        policy = {"uri": uri, "digest": {"gitBlob": release.policy}}
    digest: dict[str, Json] = {"gitCommit": body.commit, "gitTag": body.tag_object}
    subject = _subject(repository, body.tag, digest)
    subject["annotations"] = {"sourceRefs": [f"refs/tags/{body.tag}"]}
    return _statement(
        subject,
        SUMMARY,
        {
            "verifier": {"id": _VERIFIER},
            "timeVerified": release.record.at,
            "resourceUri": repository,
            "policy": policy,
            "inputAttestations": [
                {
                    "uri": f"{repository}@refs/tags/{run.candidate}",
                    "digest": {"gitBlob": run.blob},
                }
                for run in release.runs
            ],
            "verificationResult": "PASSED",
            "verifiedLevels": _levels(body),
        },
    )


def _levels(body: Promoted) -> list[Json]:
    """Return what may be said: of an overridden gate, nothing."""
    passed = {v.name for v in body.gates if v.outcome is Outcome.PASS}
    levels: list[Json] = ["SLSA_BUILD_LEVEL_UNEVALUATED"]
    if "AllChangesProvenGate" in passed:
        levels.append("ORG_SOURCE_GRYT_ALL_CHANGES_PROVEN")
    if "ProofsContainedGate" in passed:
        levels.append("ORG_SOURCE_GRYT_PROOFS_CONTAINED")
    return levels


def of_run(run: Run, repository: str) -> list[Statement]:
    """Return every statement about one run."""
    return [test_result(run, repository), provenance(run, repository)]


def of_release(release: Release, repository: str) -> list[Statement]:
    """Return every statement about one release: the summary, and those of its runs."""
    runs = [statement for run in release.runs for statement in of_run(run, repository)]
    return [verification_summary(release, repository), *runs]


def begun_by(records: Sequence[Record]) -> Mapping[RecordId, Record]:
    """Return the beginning of each run."""
    return {record.id: record for record in records if isinstance(record.body, RunStarted)}
