"""Which policy is in force.

Rules come from the published policy, from the commit that is judged, and from the work tree; every
rule of each of them holds. So a branch can add to the published policy and never weaken it, and an
edit that is not committed can only add, too.
"""

from typing import TYPE_CHECKING

from gryt.errors import Corrupt, InvalidInput, NotFound
from gryt.model.names import Oid
from gryt.model.policy import Policy
from gryt.service.session import Session
from gryt.store.tracks import is_tracking
from gryt.store.workspace import POLICIES, POLICY, Workspace

if TYPE_CHECKING:
    from gryt.model.policy import Source

_NOTHING = Policy()
_LINE_ENDS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_MISNAMED = (POLICY.replace(".yaml", ".yml"), POLICIES.replace(".yaml", ".yml"))


def policy(session: Session, commit: Oid | None = None) -> Policy:
    """Return the rules in force, for a commit where one is given.

    Raises InvalidInput where a file is wrong, or there are two.
    """
    meta = session.ledger.refs.get(session.ledger.layout.meta)
    key = ("policy", commit, meta)
    if key not in session.answers:
        session.answers[key] = _in_force(session, commit)
    known: Policy = session.answers[key]
    return known


def _in_force(session: Session, commit: Oid | None) -> Policy:
    found = [] if session.workspace is None else _from_disk(session, session.workspace)
    if commit is not None:
        committed = _from_commit(session, commit)
        known = {source.blob for source in committed}
        found = [*committed, *(source for source in found if source.blob not in known)]
    if may_be_published(session):
        from gryt.service.published import sources  # lazy: most repositories publish none

        found = [*sources(session.ledger), *found]
    if not found:
        return _NOTHING
    from gryt.model.floor import together  # lazy: only where there is a policy

    return together(found)


def may_be_published(session: Session) -> bool:
    """Tell, without reading any object, whether a policy may have been published."""
    ledger = session.ledger
    return ledger.layout.meta in ledger.refs or is_tracking(ledger.repository)


def _from_disk(session: Session, workspace: Workspace) -> "list[Source]":
    there = {path: data for path in (POLICY, POLICIES) if (data := workspace.read(path))}
    path = _the_one([path for path, data in there.items() if says_anything(data)], "here")
    for misnamed in () if there else _MISNAMED:
        if workspace.read(misnamed) is not None:
            raise InvalidInput(
                f"'{misnamed}' is not read: a policy is called '{POLICY}'",
                hints=[f"git mv {misnamed} {POLICY}"],
            )
    return [] if path is None else [_read(session, there[path], path, "work tree")]


def file_here(session: Session) -> "tuple[Source, bytes]":
    """Return the work tree's policy and its bytes; raise NotFound where it has none."""
    found = _from_disk(session, session.files)
    if not found:
        raise NotFound(
            f"'{POLICY}' does not exist, or says nothing",
            hints=["gryt policy init --profile standard"],
        )
    return found[0], session.files.read(found[0].path) or b""


def _from_commit(session: Session, commit: Oid) -> "list[Source]":
    from gryt.store.checkout import policies_at  # lazy: only judging a commit

    there = dict(policies_at(session.ledger, commit))
    path = _the_one([p for p, data in there.items() if says_anything(data)], f"in {commit[:10]}")
    return [] if path is None else [_read(session, there[path], path, "commit")]


def _read(session: Session, data: bytes, path: str, where: str) -> "Source":
    from gryt.store.policy_files import read_policy  # lazy: YAML

    blob = Oid(session.ledger.objects.blob_id(data))
    try:
        return read_policy(data, path, where=where, blob=blob)
    except (InvalidInput, Corrupt) as error:
        if where == "commit":
            error.message += " in the commit"
        raise


def _the_one(paths: list[str], where: str) -> str | None:
    if len(paths) > 1:
        raise InvalidInput(
            f"'{paths[0]}' and '{paths[1]}' are both {where}: which one holds?",
            hints=[f"put everything into '{POLICY}' and remove '{POLICIES}'"],
        )
    return paths[0] if paths else None


def says_anything(data: bytes) -> bool:
    """Tell whether there is more than comments, so that a sample costs no YAML."""
    if any(end in data for end in _LINE_ENDS):
        return True  # to YAML a line ends there, so what looks like a comment need not be one
    lines = (line.strip() for line in data.splitlines())
    return any(line and not line.startswith(b"#") for line in lines)
