# ruff: noqa: E501 - titles are quoted whole
"""The tasks of the Secure Software Development Framework, SP 800-218 version 1.1, by id."""

from gryt.model.compliance.controls import Control, Framework

_PRACTICES = {
    "PO.1": "Define Security Requirements for Software Development",
    "PO.2": "Implement Roles and Responsibilities",
    "PO.3": "Implement Supporting Toolchains",
    "PO.4": "Define and Use Criteria for Software Security Checks",
    "PO.5": "Implement and Maintain Secure Environments for Software Development",
    "PS.1": "Protect All Forms of Code from Unauthorized Access and Tampering",
    "PS.2": "Provide a Mechanism for Verifying Software Release Integrity",
    "PS.3": "Archive and Protect Each Software Release",
    "PW.1": "Design Software to Meet Security Requirements and Mitigate Security Risks",
    "PW.2": "Review the Software Design to Verify Compliance with Security Requirements and Risk Information",
    "PW.4": "Reuse Existing, Well-Secured Software When Feasible Instead of Duplicating Functionality",
    "PW.5": "Create Source Code by Adhering to Secure Coding Practices",
    "PW.6": "Configure the Compilation, Interpreter, and Build Processes to Improve Executable Security",
    "PW.7": "Review and/or Analyze Human-Readable Code to Identify Vulnerabilities and Verify Compliance with Security Requirements",
    "PW.8": "Test Executable Code to Identify Vulnerabilities and Verify Compliance with Security Requirements",
    "PW.9": "Configure Software to Have Secure Settings by Default",
    "RV.1": "Identify and Confirm Vulnerabilities on an Ongoing Basis",
    "RV.2": "Assess, Prioritize, and Remediate Vulnerabilities",
    "RV.3": "Analyze Vulnerabilities to Identify Their Root Causes",
}

_TASKS = (
    "PO.1.1",
    "PO.1.2",
    "PO.1.3",
    "PO.2.1",
    "PO.2.2",
    "PO.2.3",
    "PO.3.1",
    "PO.3.2",
    "PO.3.3",
    "PO.4.1",
    "PO.4.2",
    "PO.5.1",
    "PO.5.2",
    "PS.1.1",
    "PS.2.1",
    "PS.3.1",
    "PS.3.2",
    "PW.1.1",
    "PW.1.2",
    "PW.1.3",
    "PW.2.1",
    "PW.4.1",
    "PW.4.2",
    "PW.4.4",
    "PW.5.1",
    "PW.6.1",
    "PW.6.2",
    "PW.7.1",
    "PW.7.2",
    "PW.8.1",
    "PW.8.2",
    "PW.9.1",
    "PW.9.2",
    "RV.1.1",
    "RV.1.2",
    "RV.1.3",
    "RV.2.1",
    "RV.2.2",
    "RV.3.1",
    "RV.3.2",
    "RV.3.3",
    "RV.3.4",
)

TASKS: tuple[Control, ...] = tuple(
    Control(task, _PRACTICES[task.rpartition(".")[0]], Framework.SSDF) for task in _TASKS
)
"""Each task, under the title of its practice."""
