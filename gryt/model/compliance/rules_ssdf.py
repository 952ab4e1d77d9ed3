"""Which rule judges which task of the SSDF."""

from gryt.model.compliance import rules_audit, rules_chain, rules_change, rules_tests
from gryt.model.compliance.assessment import Rule, Status
from gryt.model.compliance.rules_audit import all_of

SSDF_RULES: tuple[Rule, ...] = (
    Rule(
        "PO.3.2",
        "runs that ended",
        "it tells its steps, exit codes and a digest of the output",
        rules_tests.evidence_of_tests,
    ),
    Rule(
        "PO.3.3",
        "runs that ended",
        "it tells its steps, exit codes and a digest of the output",
        rules_tests.evidence_of_tests,
    ),
    Rule(
        "PO.4.1",
        "starts, promotions and refusals since a policy was published",
        "it names the policy that decided",
        rules_change.under_policy,
    ),
    Rule(
        "PO.4.2",
        "ledger refs and tags",
        "nothing in them but what records account for, and nothing tampered with",
        all_of(rules_audit.generation_of_records, rules_audit.integrity),
    ),
    Rule("PS.1.1", "releases", "every commit is signed by a listed key", rules_chain.commits),
    Rule(
        "PS.2.1",
        "release tags",
        "signed by a listed key, and made by a promotion",
        rules_chain.signed_releases,
    ),
    Rule(
        "PS.3.1",
        "releases",
        "its tag leads to it, and a snapshot has its promotion",
        rules_chain.archived,
    ),
    Rule(
        "PS.3.2",
        "releases",
        "the runs that prove it are here, tell where they ran, and are signed",
        rules_chain.provenance,
        unseen="components of others: there is no bill of materials",
        at_most=Status.PARTIAL,
    ),
    Rule(
        "PW.4.4",
        "releases, where the policy names steps that check components (`evidence`)",
        "every such step passed in what proves it",
        rules_tests.scans("PW.4.4"),
    ),
    Rule(
        "PW.7.2",
        "releases, where the policy names steps that analyse code (`evidence`)",
        "every such step passed in what proves it",
        rules_tests.scans("PW.7.2"),
    ),
    Rule(
        "PW.8.2",
        "changes of releases",
        "a run passed before the release, on a commit that the release contains",
        rules_change.tested,
    ),
    Rule(
        "RV.2.2",
        "hot-fixes, and fixes that were released",
        "released, and a run passed before",
        all_of(rules_tests.incidents, rules_tests.flaws),
    ),
)
