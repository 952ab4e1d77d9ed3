"""Law 1, for a whole history: nothing that a commit recorded is ever changed or removed.

Says the same as `git log -m --diff-filter=MDRT --name-status --format=%h REF`, and more: a merge
has exactly what its parents have, ids grow along the history, and no commit is signed twice.
"""

from collections.abc import Iterable, Iterator

from gryt.errors import Corrupt
from gryt.git.history import Commit, File, Trees, read_history
from gryt.model.findings import Finding, tampered, warning
from gryt.model.names import RecordId
from gryt.store.clock import is_ahead
from gryt.store.layout import record_id_in
from gryt.store.ledger import Ledger


def judge_history(ledger: Ledger, trees: Trees, ref: str) -> tuple[list[Finding], int]:
    """Return what is wrong with the history of a ref, and how many commits it has."""
    try:
        history = read_history(ledger.objects, ledger.refs[ref])
    except Corrupt as error:
        return [broken(ref, error)], 0
    found = [_missing(ledger, ref, oid) for oid in history.missing]
    known = {commit.oid: commit for commit in history.commits}
    newest: dict[str, RecordId] = {}
    for commit in history.commits:
        parents = [known[oid] for oid in commit.parents if oid in known]
        try:
            found += _judge(ledger, trees, ref, commit, parents=parents, newest=newest)
        except Corrupt as error:
            found.append(broken(f"{ref}@{commit.oid[:10]}", error))
    return found, len(history.commits)


def broken(subject: str, error: Corrupt) -> Finding:
    """Return the finding for something that does not read."""
    message = "; ".join([error.message, *error.details])
    mend = next((hint for hint in error.hints if hint.startswith("git ")), None)
    return tampered("unreadable", subject, message, mend)


def _missing(ledger: Ledger, ref: str, oid: str) -> Finding:
    if ledger.repository.is_shallow:
        message = (
            f"its history ends at {oid[:10]}: the clone is shallow, and older commits unjudged"
        )
        return warning("shallow", ref, message, "git fetch --unshallow")
    return tampered("missing-commit", ref, f"commit {oid[:10]} of its history is missing")


def _judge(
    ledger: Ledger,
    trees: Trees,
    ref: str,
    commit: Commit,
    *,
    parents: list[Commit],
    newest: dict[str, RecordId],
) -> Iterator[Finding]:
    """Yield what is wrong with one commit, given its parents; note the newest id that it has."""
    where = commit.oid[:10]
    is_whole = len(parents) == len(commit.parents)
    if commit.signatures > 1:
        message = f"commit {where} has {commit.signatures} signatures, of which git checks one"
        yield tampered("signed-twice", ref, message)
    new: list[File] | None = None
    for parent in parents:
        added, lost = trees.compare(parent.tree, commit.tree)
        yield from _losses(ref, where, {file.path for file in added}, lost)
        new = added if new is None else _common(new, added)
    if is_whole and len(parents) > 1:
        for file in new or ():
            message = f"merge {where} adds it, though none of the merged histories has it"
            yield tampered("evil-merge", f"{ref}:{file.path}", message)
    ids = _ids(trees.files(commit.tree) if new is None else new)
    before = max((newest[parent.oid] for parent in parents if parent.oid in newest), default=None)
    if is_whole and len(parents) == 1 and before is not None:
        for path in (path for path, record in ids if record < before):
            message = f"commit {where} adds it behind newer records: it is dated back"
            yield warning("backdated", f"{ref}:{path}", message)
    now_ms = ledger.now_ms()
    # an id too far ahead is left aside by everybody who mints the next one
    sound = [record for _, record in ids if not is_ahead(record, now_ms)]
    latest = max([*sound, *([before] if before is not None else [])], default=None)
    if latest is not None:
        newest[commit.oid] = latest


def _losses(ref: str, where: str, added: set[str], lost: Iterable[File]) -> Iterator[Finding]:
    for file in lost:
        subject = f"{ref}:{file.path}"
        if file.path in added:
            yield tampered("record-changed", subject, f"commit {where} changes it")
        else:
            yield tampered("record-removed", subject, f"commit {where} removes it")


def _common(first: list[File], second: list[File]) -> list[File]:
    known = set(second)
    return [file for file in first if file in known]


def _ids(files: Iterable[File]) -> list[tuple[str, RecordId]]:
    pairs = ((file.path, record_id_in(file.path)) for file in files)
    return [(path, record) for path, record in pairs if record is not None]


def new_trees(ledger: Ledger) -> Trees:
    """Return a reader of trees, for one pass over the ledger."""
    return Trees(ledger.objects)
