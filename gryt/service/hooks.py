"""What hooks ask of gryt: whether something may be pushed."""

from collections.abc import Iterable, Iterator

from gryt.errors import InvalidInput
from gryt.model.names import Oid, parse_candidate, parse_version
from gryt.model.state import EvolutionStatus, Generation
from gryt.service.session import Session
from gryt.store.hook_scripts import SERVER
from gryt.store.hooks import (
    Installed,
    annotated,
    install_pre_push,
    install_server,
    is_shared,
    keeps_everything,
    repository_at,
    uninstall_pre_push,
)
from gryt.store.layout import NOTES_REF, TAGS
from gryt.values import Value

__all__ = ["Installed", "Objection", "install", "judge_push", "server", "uninstall"]


class Objection(Value):
    """Why one ref of a push is refused, and what to do instead."""

    ref: str
    message: str
    hint: str


def install(session: Session, python: str) -> Installed:
    """Put the pre-push hook into this clone; `python` is what has gryt where the PATH has none."""
    return install_pre_push(session.ledger, python)


def uninstall(session: Session) -> Installed:
    """Take the pre-push hook out, and put back what was there before."""
    return uninstall_pre_push(session.ledger)


def server(session: Session, directory: str) -> Installed:
    """Put the server's hook into the repository in a directory."""
    return install_server(repository_at(session.ledger, directory))


def server_script() -> str:
    """Return the server's hook."""
    return SERVER


def judge_push(session: Session, lines: Iterable[str]) -> list[Objection]:
    """Return what speaks against a push, from the lines that git gives its pre-push hook.

    Where the hook is shared by many repositories, those without a ledger have nothing to say.
    """
    ledger = session.ledger
    has_ledger = any(ref.startswith(f"{ledger.layout.namespace}/") for ref in ledger.refs)
    if not has_ledger and is_shared(ledger):
        return []
    found: list[Objection] = []
    for line in lines:
        words = line.split()
        if len(words) == 4:  # noqa: PLR2004 - what githooks(5) promises
            _, new, ref, old = words
            found += _objections(session, ref, None if _absent(old) else old, new)
    return found


def _absent(oid: str) -> bool:
    return not oid.strip("0")


def _objections(session: Session, ref: str, old: str | None, new: str) -> Iterator[Objection]:
    is_ledger = ref.startswith(f"{session.ledger.layout.namespace}/") or ref == NOTES_REF
    if ref.startswith(TAGS):
        yield from _tag(session, ref.removeprefix(TAGS), new)
    elif is_ledger and _absent(new):
        yield Objection(ref, "this would delete it there", "nothing is taken out of a ledger")
    elif is_ledger and old is not None and not keeps_everything(session.ledger, old, new):
        message = f"this would rewind it there: {old[:10]} would be lost"
        yield Objection(ref, message, "gryt sync pull, then gryt sync push")


def _tag(session: Session, tag: str, new: str) -> Iterator[Objection]:
    split = parse_candidate(tag)
    version = tag if split is None or session.ledger.find(tag) is not None else split[0]
    try:
        parse_version(version)
    except InvalidInput:
        return  # no release's name
    view = session.ledger.find(version)
    state = None if view is None else view.state
    if _absent(new):
        if state is not None and state.promotion is not None:
            said = "this would delete a tag there that others rely on"
            yield Objection(TAGS + tag, said, "git push --no-verify, if it must be")
        return
    against = _against if version == tag else _against_candidate
    message = against(session, state, tag, new)
    if message is not None:
        mend = f"gryt generation promote {version}" if version == tag else "gryt run"
        if state is not None and state.promotion is not None:
            mend = "gryt verify"
        yield Objection(TAGS + tag, message, mend)


def _against(session: Session, state: Generation | None, tag: str, new: str) -> str | None:
    """Return what is wrong with a release tag that is to be pushed."""
    says = annotated(session.ledger, new)
    if state is None:
        return f"there is no generation '{tag}', so no promotion made it"
    promotion = state.promotion
    if promotion is None:
        return f"generation '{tag}' is {state.status.value}: no promotion made it"
    if says is None:
        return "it is a lightweight tag, which no promotion made"
    if says.name != tag:
        return f"it is the tag object of '{says.name}'"
    if Oid(says.target) != promotion.commit:
        return f"it leads to {says.target[:10]}, and {promotion.commit[:10]} was promoted"
    if new != promotion.tag_object:
        return f"it is another tag object than the promotion's, {promotion.tag_object[:10]}"
    return None


def _against_candidate(
    session: Session, state: Generation | None, tag: str, new: str
) -> str | None:
    says = annotated(session.ledger, new)
    evolution = None if state is None else state.evolution(tag)
    if evolution is None:
        return "no evolution here goes by this name"
    if says is None or says.name != tag:
        return f"it is no annotated tag called '{tag}'"
    passed = {EvolutionStatus.PASS, EvolutionStatus.ABANDONED, EvolutionStatus.INVALIDATED}
    if evolution.status not in passed and evolution.tag_object != new:
        return f"its evolution did not pass ({evolution.status.value})"
    return None
