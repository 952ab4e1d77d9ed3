"""Gates that are commands: each gets the state as JSON on its standard input and answers by status.

0 is pass, 125 cannot tell, anything up to 124 no. What could not be run, was killed or took too
long could not tell either. A command runs in the work tree of the commit that is judged, as steps
do: in a session of its own, with a time-out that ends all it started, without git's variables. A
command that only the published policy has is never run: fetching must not execute anything.
"""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.model.floor import PUBLISHED
from gryt.model.pipeline import DEFAULT_SHELL, Pipeline, Step, StepResult, StepStatus
from gryt.model.policy import Rule
from gryt.model.verdict import Outcome, Verdict
from gryt.service.gate_context import context
from gryt.service.messages import some
from gryt.store.workspace import POLICIES, POLICY

if TYPE_CHECKING:
    from gryt.service.judging import Case

DEFAULT_TIMEOUT = 600.0
_CANNOT_TELL = 125
_SHOWN_LINES = 20
_OWN = "gryt: step 'gate'"
"""What the runner itself puts at the end of the output; the verdict says it better."""
_SHOWN = 2000
_WITH_STDIN = ("sh", "-c", 'input=$0; exec "$@" <"$input"')
"""Runs its further arguments with the file named first as their standard input."""


def gates(case: "Case") -> list[Verdict]:
    """Ask every command that the policy has, each once while nothing it is told changes."""
    return [
        _answer(case, rule)._replace(advisory=rule.advisory)
        for rule in case.policy.rules
        if rule.command is not None and _is_for(case, rule)
    ]


def _is_for(case: "Case", rule: Rule) -> bool:
    if rule.is_for_all:
        return True
    from gryt.service.touched import files_touched  # lazy: only some rules are for some paths

    touched = files_touched(case.session, case.policy, case.generation.version, case.commit)
    types = [state.change.type for state in case.generation.changes]
    return bool(rule.is_for(types)) and rule.touches(touched)


def _answer(case: "Case", rule: Rule) -> Verdict:
    known = case.session.answers
    key = (rule, case.commit, case.generation.newest)
    if key not in known:
        against = _cannot_run(case, rule)
        known[key] = _run(case, rule) if against is None else against
    answer: Verdict = known[key]
    return answer


def _cannot_run(case: "Case", rule: Rule) -> Verdict | None:
    """Return why a command is not run here; None where it is."""
    here = [s for s in case.policy.sources if s.where != PUBLISHED]
    if all(rule.command != mine.command for source in here for mine in source.rules):
        return _unsure(
            rule,
            "only the published policy has this command, and gryt runs none that was fetched",
            "gryt policy show --published  # then put it into .gryt/policy.yaml and commit it",
        )
    if case.session.workspace is None:
        return _unsure(rule, "a command needs a work tree, and the repository is bare", None)
    from gryt.store.checkout import worktree  # lazy: only where there is a command

    tree = worktree(case.session.ledger)
    if tree.head.commit != case.commit:
        mend = f"git switch --detach {case.commit[:10]}"
        return _unsure(rule, f"the work tree is not at {case.commit[:10]}", mend)
    # An edited policy can only add, and is how somebody tries a command out.
    edited = [p for p in (*tree.changed, *tree.unseen) if p not in {POLICY, POLICIES}]
    if edited:
        changed = some(edited)
        return _unsure(rule, f"the work tree has uncommitted changes: {changed}", "git stash")
    return None


def _run(case: "Case", rule: Rule) -> Verdict:
    from gryt.model.observer import Silent  # lazy: only where there is a command
    from gryt.runner.environment import step_environment  # lazy: only where there is a command
    from gryt.runner.execute import execute  # lazy: only where there is a command

    assert rule.command is not None
    words = (*DEFAULT_SHELL, rule.command) if isinstance(rule.command, str) else rule.command
    variables = {
        "GRYT_VERSION": case.generation.version,
        "GRYT_GENERATION": case.generation.gid,
        "GRYT_COMMIT": case.commit,
        "GRYT_GATE": rule.name,
    }
    with tempfile.TemporaryDirectory(prefix="gryt-gate-") as folder:
        given = Path(folder) / "context.json"
        given.write_text(json.dumps(context(case)), encoding="utf-8")
        step = Step(
            name="gate",
            command=(*_WITH_STDIN, str(given), *words),
            timeout=rule.timeout or DEFAULT_TIMEOUT,
        )
        execution = execute(
            Pipeline(name="gate", steps=(step,)),
            cwd=case.session.files.top,
            env=step_environment(case.session.environ, gryt=variables),
            logs=None,
            observer=Silent(),
        )
    if execution.signal is not None:
        raise KeyboardInterrupt
    return _verdict(rule, execution.steps[0], case.generation.version)


def _verdict(rule: Rule, result: StepResult, version: str) -> Verdict:
    said = _said(result)
    if result.status is StepStatus.TIMEOUT:
        limit = rule.timeout or DEFAULT_TIMEOUT
        return _unsure(rule, f"it was ended after {limit:g} s", None, said)
    code = result.exit_code
    if code == 0:
        return Verdict(rule.name, Outcome.PASS)
    if code is None or not 0 < code < _CANNOT_TELL:
        why = "it cannot tell" if code == _CANNOT_TELL else f"it ended with {code}"
        return _unsure(rule, why, None, said)
    mend = f"gryt gate check {version}  # after mending what it says"
    return Verdict(rule.name, Outcome.FAIL, said or (f"it ended with {code}",), mend)


def _unsure(rule: Rule, why: str, mend: str | None, said: tuple[str, ...] = ()) -> Verdict:
    command = f"run it by hand: {_told(rule)}"
    return Verdict(rule.name, Outcome.INCONCLUSIVE, (why, *said), mend or command)


def _told(rule: Rule) -> str:
    assert rule.command is not None
    return rule.command if isinstance(rule.command, str) else " ".join(rule.command)


def _said(result: StepResult) -> tuple[str, ...]:
    """Return the last lines that the command printed."""
    text = result.log.tail if result.log is not None else ""
    lines = [line.strip() for line in text[-_SHOWN:].splitlines()]
    return tuple(line for line in lines if line and not line.startswith(_OWN))[-_SHOWN_LINES:]
