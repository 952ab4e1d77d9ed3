"""`gryt policy`: what evolutions and promotions have to fulfil."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.service.enforcing import PolicyViolated

_PROFILES = ("minimal", "standard", "strict")


@click.group(short_help="Say what releases have to fulfil")
def policy() -> None:
    """Say what releases have to fulfil beyond their contract."""


@policy.command(short_help="Find what is wrong with the policy")
@click.argument("version", required=False)
@options.as_json
@click.pass_obj
def check(app: "App", version: str | None, as_json: bool) -> int:
    """Find what is wrong with the policy file, and which pipelines do not fulfil it.

    With VERSION, each of its changes is held against the policy with the pipeline that is to prove
    it. Nothing is written. The exit status is 1 where a policy stands against something.

    \b
    Example:
      gryt policy check v1.5.0
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.policy_show import check_document, check_text
    from gryt.service.policy_check import policy_check

    app.only_asks()
    found = policy_check(app.session, version)
    if as_json:
        app.emit_json(check_document(found.policy, found.subjects, passed=found.passed))
    else:
        app.emit(check_text(found.policy, found.subjects, passed=found.passed))
    return 0 if found.passed else 1


@policy.command(short_help="Show the rules in force")
@click.option("--published", is_flag=True, help="Print the published file as it is.")
@options.as_json
@click.pass_obj
def show(app: "App", published: bool, as_json: bool) -> None:
    """Show the rules in force, where each comes from, and how this branch differs."""
    from gryt.render.policy_show import show_document, show_text
    from gryt.service.policies import policy as in_force
    from gryt.service.publishing import published_text, standing

    app.only_asks()
    if published and not as_json:
        app.emit(published_text(app.session).decode("utf-8", "backslashreplace"))
        return
    rules, stands = in_force(app.session), standing(app.session)
    if as_json:
        app.emit_json(show_document(rules, stands))
    else:
        app.emit(show_text(rules, stands))


@policy.command(short_help="Make the policy the floor of every branch")
@options.as_json
@click.pass_obj
def publish(app: "App", as_json: bool) -> None:
    """Make the work tree's policy the floor: a branch may add to it and never weaken it.

    Publishing is recorded, and so is every change, which is to publish again. Where the published
    policy asks for approvals of that, others approve by publishing the same file.
    """
    from gryt.render.policy_show import published_document, published_text
    from gryt.service import publish as share
    from gryt.service import publishing

    done = publishing.publish(app.session)
    if as_json:
        app.emit_json(published_document(done))
    else:
        app.emit(published_text(done))
    pushed = share.after(app.session, None)
    if pushed is None and done.record is not None and share.deciding(app.session) is not None:
        app.say("hint: the others have it after: gryt sync push")


@policy.command(short_help="Write a policy to begin with")
@click.option(
    "--profile",
    type=click.Choice(_PROFILES),
    default="standard",
    show_default=True,
    help="How much it asks for.",
)
@click.option("--force", is_flag=True, help="Write over a policy that is there.")
@options.as_json
@click.pass_obj
def init(app: "App", profile: str, force: bool, as_json: bool) -> None:
    """Write .gryt/policy.yaml: a commented policy to begin with."""
    from gryt.service.policy_profiles import write_profile

    done = write_profile(app.session, profile, force=force)
    if as_json:
        document = {"path": done.path, "profile": done.profile, "lacking": list(done.lacking)}
        app.emit_json({"schema": "gryt/policy-init/1", **document})
        return
    app.emit(f"Policy written: {done.path} ({done.profile})\n")
    for reason in done.lacking:
        app.say(f"not fulfilled yet: {reason}")


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
