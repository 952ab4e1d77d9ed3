"""`gryt policy`: what evolutions and promotions have to fulfil."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.service.enforcing import PolicyViolated


def emit_violation(app: "App", violation: "PolicyViolated", ending: str, *, as_json: bool) -> int:
    """Show what policies keep from being started, and return the exit status."""
    from gryt.render.policies import policy_documents, violation_text

    if as_json:
        app.emit_json(
            {
                "schema": "gryt/policy-violation/1",
                "error": {"code": violation.code, "message": violation.message},
                "policies": policy_documents(violation.policies),
            }
        )
    else:
        app.emit(violation_text(violation.policies, ending))
    return violation.exit_status
