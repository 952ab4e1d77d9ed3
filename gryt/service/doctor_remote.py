"""Whether the remote can be reached, has more than is here, and takes what gryt publishes.

Nothing is left there: the push is a dry run. It logs in as a real one, but asks neither hooks nor
protected tags, so a yes is only as good as that, and says so.
"""

from collections.abc import Iterator

from gryt.errors import RemoteFailed
from gryt.model.health import Check, fine, wrong
from gryt.service import ci, ci_lines
from gryt.service.session import Session
from gryt.store import probe, remotes
from gryt.store.checkout import head

_UNASKED = "as far as a dry run tells: hooks and protected tags were not asked"


def doctor_remote(session: Session) -> list[Check]:
    """Look at the remote that the ledger is shared through."""
    remote = remotes.choose(session.ledger)
    if remote is None:
        return [wrong("reach", "there is no remote to ask", "git remote add origin URL")]
    try:
        there = probe.listed(session.ledger, remote, session.network)
    except RemoteFailed as error:
        said = "; ".join([error.message, *error.details])
        return [wrong("reach", said, *error.hints, f"git remote get-url {remote}")]
    return [
        fine("reach", f"'{remote}' answers, and has {len(there)} refs of a ledger"),
        _compared(session, remote, there),
        *_push(session, remote),
    ]


def _compared(session: Session, remote: str, there: dict[str, str]) -> Check:
    behind = probe.behind(session.ledger, there)
    if behind:
        names = ", ".join(sorted(behind)[:3]) + (", ..." if len(behind) > 3 else "")  # noqa: PLR2004
        return wrong("behind", f"'{remote}' has what is not here: {names}", "gryt sync pull")
    ahead = sum(there.get(ref) != tip for ref, tip in session.ledger.refs.items())
    told = f", and {ahead} refs have what it has not" if ahead else ""
    return fine("behind", f"everything that '{remote}' has is here{told}")


def _push(session: Session, remote: str) -> Iterator[Check]:
    job = ci.detect(session.environ)
    lines = ci_lines.may_push(job.system if job is not None else None)
    commit = head(session.ledger).commit
    if commit is None:
        yield wrong("push", "there is no commit yet to try a push with", "git commit")
        return
    try:
        tried = probe.probe(session.ledger, remote, commit, session.network)
    except RemoteFailed as error:
        yield wrong("push", "; ".join([error.message, *error.details]), *error.hints, *lines)
        return
    if probe.is_read_only(session.ledger, remote):
        yield wrong("push", f"the folder of '{remote}' is read-only", "ls -ld its folder", *lines)
    elif not tried.accepted:
        ref = session.ledger.layout.generation("0.0.0-gryt-doctor")
        said = "; ".join(tried.words) or "no answer"
        mend = f"git push --dry-run {remote} HEAD:{ref}"
        yield wrong("push", f"'{remote}' takes nothing: {said}", mend, *lines)
    else:
        yield fine(
            "push",
            f"'{remote}' takes {session.ledger.layout.namespace}, notes and tags, {_UNASKED}",
        )
        how = "in one piece" if tried.atomic else "one after the other: records first, then tags"
        yield fine("atomic", f"'{remote}' takes several refs {how}")
