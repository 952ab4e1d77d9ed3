"""The controls of SP 800-161r1-upd1 and SP 800-53r5 that the report names.

Ids, titles, levels and flow-down marks are those of the overlay; baselines and assessment
objectives are from the OSCAL content of SP 800-53r5 and 800-53A. The overlay's levels of the SI and
SR families could not be read, so they are left out.
"""

from gryt.model.compliance.controls import Control, Framework


def _control(
    id: str,  # noqa: A002 - the publication's word
    title: str,
    levels: tuple[int, ...] = (),
    *,
    flow: bool = False,
    base: str = "",
    objectives: str | None = None,
) -> Control:
    """Return a control of the overlay; objectives are given by what follows their stem."""
    family, _, enhancement = id.lower().rstrip(")").partition("(")
    stem = f"{family}.{enhancement}_obj" if enhancement else f"{family}_obj"
    ends = () if objectives is None else tuple(f"{stem}{end}" for end in objectives.split("|"))
    return Control(id, title, Framework.SP_800_161, levels, flow, base, ends)


OVERLAY: tuple[Control, ...] = (
    _control("AC-5", "Separation of Duties", (2, 3), flow=True, base="MH", objectives=".a|.b"),
    _control(
        "AU-2",
        "Event Logging",
        (1, 2, 3),
        flow=True,
        base="LMH",
        objectives=".a|.b|.c-1|.c-2|.d|.e",
    ),
    _control(
        "AU-3",
        "Content of Audit Records",
        (1, 2, 3),
        flow=True,
        base="LMH",
        objectives=".a|.b|.c|.d|.e|.f",
    ),
    _control(
        "AU-6",
        "Audit Record Review, Analysis, and Reporting",
        (2, 3),
        base="LMH",
        objectives=".a|.b|.c",
    ),
    _control("AU-10", "Non-repudiation", (3,), base="H", objectives=""),
    _control("AU-10(1)", "Association of Identities", (2,)),
    _control("AU-10(2)", "Validate Binding of Information Producer Identity", (2, 3)),
    _control("AU-10(3)", "Chain of Custody", (2, 3)),
    _control(
        "AU-12", "Audit Record Generation", (2, 3), flow=True, base="LMH", objectives=".a|.b|.c"
    ),
    _control(
        "CA-2",
        "Control Assessments",
        (2, 3),
        base="LMH",
        objectives=".a|.b.1|.b.2|.b.3-1|.b.3-2|.b.3-3|.c|.d-1|.d-2|.e|.f",
    ),
    _control(
        "CA-7",
        "Continuous Monitoring",
        base="LMH",
        objectives="-1|-2|.a|.b-1|.b-2|.c|.d|.e|.f|.g-1|.g-2",
    ),
    _control("CA-7(3)", "Trend Analyses", (3,)),
    _control(
        "CM-2",
        "Baseline Configuration",
        (2, 3),
        flow=True,
        base="LMH",
        objectives=".a-1|.a-2|.b.1|.b.2|.b.3",
    ),
    _control(
        "CM-3",
        "Configuration Change Control",
        (2, 3),
        flow=True,
        base="MH",
        objectives=".a|.b-1|.b-2|.c|.d|.e|.f-1|.f-2|.g-1|.g-2",
    ),
    _control(
        "CM-3(1)",
        "Automated Documentation, Notification, and Prohibition of Changes",
        (2, 3),
        base="H",
        objectives=".a|.b|.c|.d|.e|.f",
    ),
    _control(
        "CM-3(2)",
        "Testing, Validation, and Documentation of Changes",
        (2, 3),
        base="MH",
        objectives="-1|-2|-3",
    ),
    _control("CM-3(8)", "Prevent or Restrict Configuration Changes", (2, 3)),
    _control("CM-4", "Impact Analyses", (3,), base="LMH", objectives="-1|-2"),
    _control(
        "CM-5", "Access Restrictions for Change", (2, 3), base="LMH", objectives="-1|-2|-3|-4|-5|-6"
    ),
    _control(
        "CM-5(1)",
        "Automated Access Enforcement and Audit Records",
        (3,),
        base="H",
        objectives=".a|.b",
    ),
    _control("CM-6(2)", "Respond to Unauthorized Changes", (3,), base="H", objectives=""),
    _control("CM-14", "Signed Components", (3,)),
    _control(
        "CP-2",
        "Contingency Plan",
        (2, 3),
        base="LMH",
        objectives=".a.1|.a.2-1|.a.2-2|.a.2-3|.a.3-1|.a.3-2|.a.3-3|.a.4|.a.5|.a.6|.a.7-1|.a.7-2|.b-1|.b-2|.c|.d|.e-1|.e-2|.f-1|.f-2|.g-1|.g-2|.h-1|.h-2",
    ),
    _control(
        "IR-4",
        "Incident Handling",
        base="LMH",
        objectives=".a-1|.a-2|.a-3|.a-4|.a-5|.a-6|.b|.c-1|.c-2|.d-1|.d-2|.d-3|.d-4",
    ),
    _control("IR-5", "Incident Monitoring", (2, 3), base="LMH", objectives="-1|-2"),
    _control(
        "RA-5",
        "Vulnerability Monitoring and Scanning",
        (2, 3),
        flow=True,
        base="LMH",
        objectives=".a-1|.a-2|.b|.b.1|.b.2|.b.3|.c|.d|.e|.f",
    ),
    _control(
        "SA-3",
        "System Development Life Cycle",
        (1, 2, 3),
        base="LMH",
        objectives=".a-1|.a-2|.b-1|.b-2|.c-1|.c-2|.d-1|.d-2",
    ),
    _control(
        "SA-8",
        "Security and Privacy Engineering Principles",
        (1, 2, 3),
        base="LMH",
        objectives="-1|-2|-3|-4|-5|-6|-7|-8|-9|-10",
    ),
    _control(
        "SA-10",
        "Developer Configuration Management",
        (2, 3),
        base="MH",
        objectives=".a|.b-1|.b-2|.b-3|.c|.d-1|.d-2|.d-3|.e-1|.e-2|.e-3",
    ),
    _control(
        "SA-11",
        "Developer Testing and Evaluation",
        (1, 2, 3),
        base="MH",
        objectives=".a-1|.a-2|.a-3|.a-4|.b|.c-1|.c-2|.d|.e",
    ),
    _control(
        "SA-15",
        "Development Process, Standards, and Tools",
        (2, 3),
        base="MH",
        objectives=".a.1-1|.a.1-2|.a.2-1|.a.2-2|.a.3-1|.a.3-2|.a.4|.b-1|.b-2",
    ),
    _control(
        "SI-2",
        "Flaw Remediation",
        flow=True,
        base="LMH",
        objectives=".a-1|.a-2|.a-3|.b-1|.b-2|.b-3|.b-4|.c-1|.c-2|.d",
    ),
    _control(
        "SI-7",
        "Software, Firmware, and Information Integrity",
        flow=True,
        base="MH",
        objectives=".a-1|.a-2|.a-3|.b-1|.b-2|.b-3",
    ),
    _control("SI-7(15)", "Code Authentication", base="H", objectives=""),
    _control("SI-12", "Information Management and Retention", base="LMH", objectives="-1|-2|-3|-4"),
    _control(
        "SR-3", "Supply Chain Controls and Processes", base="LMH", objectives=".a-1|.a-2|.b|.c"
    ),
    _control("SR-4", "Provenance"),
    _control("SR-9", "Tamper Resistance and Detection", base="H", objectives=""),
    _control("SR-10", "Inspection of Systems or Components", flow=True, base="LMH", objectives=""),
    _control("SR-11", "Component Authenticity", base="LMH", objectives=".a-1|.a-2|.a-3|.a-4|.b"),
)
"""In the overlay."""

ADDITIONAL: tuple[Control, ...] = tuple(
    control._replace(framework=Framework.SP_800_53)
    for control in (
        _control("AU-8", "Time Stamps", base="LMH", objectives=".a|.b"),
        _control("AU-9", "Protection of Audit Information", base="LMH", objectives=".a|.b"),
        _control(
            "AU-9(2)", "Store on Separate Physical Systems or Components", base="H", objectives=""
        ),
        _control("AU-9(3)", "Cryptographic Protection", base="H", objectives=""),
        _control("AU-10(4)", "Validate Binding of Information Reviewer Identity"),
        _control("AU-11", "Audit Record Retention", base="LMH", objectives=""),
        _control("CP-9", "System Backup", base="LMH", objectives=".a|.b|.c|.d-1|.d-2|.d-3"),
        _control("CP-10", "System Recovery and Reconstitution", base="LMH", objectives="-1|-2"),
        _control("CP-10(2)", "Transaction Recovery", base="MH", objectives=""),
        _control("SA-10(1)", "Software and Firmware Integrity Verification"),
        _control("SI-7(1)", "Integrity Checks", base="MH", objectives="-1|-2|-3"),
        _control("SI-7(6)", "Cryptographic Protection"),
        _control("SI-10", "Information Input Validation", base="MH", objectives=""),
        _control("SR-4(3)", "Validate as Genuine and Not Altered"),
    )
)
"""Controls of SP 800-53r5 that the overlay does not have, on request."""
