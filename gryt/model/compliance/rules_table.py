"""Which rule judges which control of SP 800-161r1-upd1, and which further ones of SP 800-53."""

from collections.abc import Iterator

from gryt.model.compliance import rules_audit, rules_chain, rules_change, rules_tests
from gryt.model.compliance.assessment import Item, Rule, Status, conforms, unverifiable
from gryt.model.compliance.evidence import Evidence

_TEAM = "who may do what, and whether people keep to it"

CHANGE: tuple[Rule, ...] = (
    Rule(
        "AC-5",
        "releases, where the policy asks for approval by others than the author",
        "somebody who did not write it promoted or approved it",
        rules_change.separation,
        ("ac-5_obj.b",),
        "the duties that are to be separate",
    ),
    Rule(
        "AU-10(2)",
        "releases",
        "every proof behind it is signed by who is named in it",
        rules_chain.binding,
    ),
    Rule(
        "AU-10(3)",
        "releases",
        "contract, evolutions, runs and promotion are all here, each signed by who made it",
        rules_chain.custody,
    ),
    Rule(
        "CA-7(3)",
        "months with evolutions",
        "some were finished, and there is another month to compare with",
        rules_change.trend,
        unseen="what was decided because of the trend",
    ),
    Rule(
        "CM-2",
        "releases",
        "the tag leads to the recorded commit, and what it rests on is in this clone",
        rules_change.baseline,
        ("cm-2_obj.a-1", "cm-2_obj.a-2"),
        "when and why baselines are reviewed",
    ),
    Rule(
        "CM-3",
        "changes of releases",
        "promised before it was tried, and let out by the decision of gates",
        rules_change.change_control,
        ("cm-3_obj.a", "cm-3_obj.b-1", "cm-3_obj.c", "cm-3_obj.d", "cm-3_obj.e", "cm-3_obj.f-1"),
        "security impact, and the body that oversees change",
    ),
    Rule(
        "CM-3(1)",
        "attempts to promote",
        "each gate's answer is recorded; nothing was promoted against one",
        rules_change.decisions,
        ("cm-3.1_obj.a", "cm-3.1_obj.d", "cm-3.1_obj.e"),
        "notifications",
    ),
    Rule(
        "CM-3(2)",
        "changes of releases",
        "a run passed before the release, on a commit that the release contains",
        rules_change.tested,
        ("cm-3.2_obj-1", "cm-3.2_obj-2", "cm-3.2_obj-3"),
    ),
    Rule(
        "CM-3(8)",
        "promotions and refusals under a freeze of the policy",
        "nothing was promoted in a frozen time",
        rules_change.restricted,
    ),
    Rule(
        "CM-5(1)",
        "starts, promotions and refusals since a policy was published",
        "it names the policy that decided",
        rules_change.under_policy,
        ("cm-5.1_obj.b",),
        _TEAM,
    ),
    Rule(
        "CM-6(2)",
        "reviews of the trail (`gryt audit review`)",
        "nothing unauthorised was found, or what was found is answered",
        rules_audit.reviews,
        ("cm-6.2_obj",),
    ),
    Rule(
        "CM-14",
        "release tags",
        "signed by a listed key, and made by a promotion",
        rules_chain.signed_releases,
    ),
    Rule(
        "CP-2",
        "snapshots",
        "everything in it is here and could be restored",
        rules_chain.recovery,
        ("cp-2_obj.a.1",),
        "the plan, its roles, its review and its tests",
        at_most=Status.PARTIAL,
    ),
    Rule(
        "IR-5",
        "hot-fixes",
        "released, with an issue, a beginning and an end, and a run that passed",
        rules_tests.incidents,
        ("ir-5_obj-1", "ir-5_obj-2"),
    ),
    Rule(
        "RA-5",
        "releases, where the policy names scanning steps (`evidence`)",
        "every such step passed in what proves it",
        rules_tests.scans("RA-5"),
        ("ra-5_obj.a-1",),
        "what the scanner looks for, and what is done about it",
    ),
    Rule(
        "SA-10",
        "changes of releases, and hot-fixes",
        "as CM-3, CM-3(2) and IR-5 together",
        rules_tests.development,
        ("sa-10_obj.b-1", "sa-10_obj.b-2", "sa-10_obj.c", "sa-10_obj.d-1"),
        "security impact, and reports of flaws to people",
    ),
    Rule(
        "SA-11",
        "runs that ended",
        "it tells its steps, exit codes and a digest of the output",
        rules_tests.evidence_of_tests,
        ("sa-11_obj.b", "sa-11_obj.c-1", "sa-11_obj.c-2"),
        "the plan of the assessment, and how deep it goes",
    ),
    Rule(
        "SA-15",
        "runs that ended",
        "it used its commit's own pipeline, for an evolution that a policy let begin",
        rules_tests.controlled_process,
        ("sa-15_obj.a.2-1", "sa-15_obj.a.3-1", "sa-15_obj.a.4"),
        "the process as it is written down, and its review",
    ),
    Rule(
        "SI-2",
        "fixes and hot-fixes that were released",
        "a run passed before the release, on a commit that the release contains",
        rules_tests.flaws,
        ("si-2_obj.a-3", "si-2_obj.b-1", "si-2_obj.b-3", "si-2_obj.d"),
        "how flaws are found, and how soon fixes are installed",
    ),
    Rule(
        "SI-7(15)",
        "release tags",
        "signed by a listed key, and made by a promotion",
        rules_chain.signed_releases,
        ("si-7.15_obj",),
        "whether it is checked before installation",
    ),
    Rule(
        "SR-3",
        "versions of the published policy",
        "signed by who published it",
        rules_chain.policy_history,
        ("sr-3_obj.a-2", "sr-3_obj.c"),
        "suppliers",
    ),
    Rule(
        "SR-4",
        "releases",
        "the runs that prove it are here, tell where they ran, and are signed",
        rules_chain.provenance,
        unseen="components of others: there is no bill of materials",
    ),
)

OVERLAY_RULES: tuple[Rule, ...] = (*rules_audit.RULES, *CHANGE)


def _readable(evidence: Evidence) -> Iterator[Item]:
    yield from (conforms(fact.record.id, fact.recheck) for fact in evidence.facts)
    for each in evidence.unreadable:
        yield unverifiable(each.place, each.reason, f"git cat-file -p {each.place}")


ADDITIONAL_RULES: tuple[Rule, ...] = (
    Rule("AU-8", "records", "its time reads, in UTC, to the second", _readable, ("au-8_obj.b",)),
    Rule(
        "AU-9",
        "ledger refs, and blobs in the place of records",
        "nothing was ever changed or removed, and everything reads",
        rules_audit.retention,
        ("au-9_obj.a",),
        "alerts",
    ),
    Rule(
        "AU-9(2)",
        "ledger refs, where there are remotes",
        "a remote was last seen with the very same tip",
        rules_chain.copies,
        ("au-9.2_obj",),
        "whether the remote is on other hardware",
    ),
    Rule("AU-9(3)", "records", "signed well", rules_audit.identities, ("au-9.3_obj",)),
    Rule(
        "AU-11",
        "ledger refs, and blobs in the place of records",
        "nothing was ever changed or removed, and everything reads",
        rules_audit.retention,
        ("au-11_obj",),
        "how long records are to be kept",
    ),
    Rule(
        "CP-9",
        "snapshots",
        "everything in it is here and could be restored",
        rules_chain.recovery,
        ("cp-9_obj.d-2",),
        "everything but the ledger",
        at_most=Status.PARTIAL,
    ),
    Rule(
        "CP-10",
        "snapshots",
        "everything in it is here and could be restored",
        rules_chain.recovery,
        ("cp-10_obj-1",),
        "how soon recovery is to happen",
        at_most=Status.PARTIAL,
    ),
    Rule(
        "SI-7(1)",
        "ledger refs, verified for this report",
        "nothing forged, removed or broken was found",
        rules_audit.integrity,
        ("si-7.1_obj-1",),
    ),
    Rule("SI-10", "records", "it reads, and is as its schema says", _readable, ("si-10_obj",)),
    Rule(
        "SA-10(1)",
        "release tags",
        "signed by a listed key, and made by a promotion",
        rules_chain.signed_releases,
    ),
    Rule(
        "SR-4(3)",
        "releases",
        "contract, evolutions, runs and promotion are all here, each signed by who made it",
        rules_chain.custody,
    ),
)
