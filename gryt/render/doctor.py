"""What `gryt doctor` found, as text and as a JSON document."""

from collections.abc import Sequence
from typing import Any

from gryt.model.health import Check
from gryt.render.safe import cell


def doctor_text(checks: Sequence[Check]) -> str:
    """Return a line for each check, and under what is wrong the lines that mend it."""
    lines: list[str] = []
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        mark = "ok" if check.fine else "!!"
        lines.append(f"{mark}  {check.name:<{width}}  {cell(check.message)}")
        lines += [
            f"      {'mend: ' if n == 0 else '      '}{cell(line)}"
            for mend in check.mends
            for n, line in enumerate(mend.splitlines())
        ]
    wrong = sum(not check.fine for check in checks)
    said = "nothing to mend" if not wrong else f"{wrong} finding{'' if wrong == 1 else 's'}"
    return "\n".join([*lines, "", f"Doctor: {said}"]) + "\n"


def doctor_document(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks for programs."""
    return {
        "schema": "gryt/doctor/1",
        "fine": all(check.fine for check in checks),
        "checks": [
            {
                "name": check.name,
                "fine": check.fine,
                "message": check.message,
                "mends": list(check.mends),
            }
            for check in checks
        ],
    }
