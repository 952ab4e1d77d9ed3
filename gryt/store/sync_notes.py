"""Sharing the notes: a projection of the records, made again on top of what a remote has.

Notes are never merged as git would: the lines of gryt are written anew from the records here, and
what others wrote in a note stays. The result is one commit on the remote's tip.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping

from gryt.errors import Corrupt, GitFailed, Moved
from gryt.git import transport
from gryt.git.commits import write_commit
from gryt.git.refs import ABSENT, RefUpdate, move
from gryt.git.transport import Network
from gryt.model.fold import fold
from gryt.model.names import RecordId
from gryt.model.records import RunFinished
from gryt.store import notes, remotes
from gryt.store.author import Author
from gryt.store.layout import NOTES_REF
from gryt.store.ledger import Ledger
from gryt.store.locks import writing
from gryt.store.sync_apply import incoming
from gryt.store.sync_settle import Settled
from gryt.store.sync_unite import gid_of

_ATTEMPTS = 20
_FINISHED = "-run-finished.yaml"


def follow(
    ledger: Ledger, tips: Mapping[str, str], author: Callable[[], Author], commits: set[str]
) -> str | None:
    """Let the notes here be what the records say, on top of the remote's; return their tip.

    The notes of `commits` are looked at in any case.
    """
    there = tips.get(NOTES_REF)
    here = notes.tip(ledger.repository)
    if there in {None, here} and not commits:
        return here
    for _ in range(_ATTEMPTS):
        tip = _upon(ledger, here, there, author, commits)
        if tip is None or tip == here:
            return here
        try:
            with writing(ledger.folder):
                update = RefUpdate(NOTES_REF, tip, here or ABSENT)
                move(ledger.repository, [update], reason="notes follow the records")
        except Moved:
            here = notes.tip(ledger.repository)
        else:
            ledger.objects.written.forget()
            return tip
    return here


def touched(ledger: Ledger, settled: Settled) -> set[str]:
    """Return the commits of which the records that came in say something, once they are here."""
    new = incoming(settled)
    finished = [row for row in new if row.path.endswith(_FINISHED)]
    renumbered = tuple(
        row.path.rpartition("/")[0] for row in new if row.path.endswith("-renumbered.yaml")
    )
    if renumbered:
        every = ledger.rows(settled.union.ref)
        finished += [
            r for r in every if r.path.startswith(renumbered) and r.path.endswith(_FINISHED)
        ]
    docs = (json.loads(row.doc) for row in finished if row.doc)
    return {str(doc["commit"]) for doc in docs}


def share(
    ledger: Ledger,
    remote: str,
    tips: Mapping[str, str],
    author: Callable[[], Author],
    *,
    commits: set[str],
    network: Network,
) -> str | None:
    """Push the notes, best effort; return why that did not work, None where it did."""
    for attempt in range(_ATTEMPTS):
        mine = follow(ledger, tips, author, commits if attempt == 0 else set())
        there = tips.get(NOTES_REF)
        if mine is None or mine == there:
            return None
        public = _public(ledger, mine, there, _private(ledger, remote), author)
        if public is None or public == there:
            return None
        ref = ledger.layout.notes_there
        pushed = transport.push(
            ledger.repository, remote, [(public, ref)], atomic=False, network=network
        )
        tracking = ledger.layout.tracking(remote, NOTES_REF)
        if pushed.done:
            _move_quietly(ledger, RefUpdate(tracking, public, there or ABSENT))
            follow(ledger, {NOTES_REF: public}, author, set())
            return None
        answer = pushed.answers.get(ref)
        reason = answer.reason if answer is not None else "no answer"
        time.sleep(os.urandom(1)[0] / 2550 * 2 ** min(attempt, 3))
        transport.fetch(
            ledger.repository,
            remote,
            [f"+{ref}*:{tracking}*"],
            network=network,
            whole=True,
        )
        tips = remotes.reread(ledger, remote)
        if tips.get(NOTES_REF) == there:
            said = [line for line in pushed.words if line.startswith("remote:")]
            return "; ".join([f"{remote} did not take {ref}: {reason}", *said])
    return f"the notes of {remote} were moved by others all the time"


def _private(ledger: Ledger, remote: str) -> set[str]:
    """Return the versions that a remote does not have, or has as another generation's."""
    seen = remotes.tracked(ledger, remote)
    found = set()
    for ref, here in ledger.refs.items():
        version, there = ledger.layout.version(ref), seen.get(ref)
        if version is None or there == here:
            continue
        trees = [ledger.objects.tree_of(tip) for tip in (here, there) if tip is not None]
        if len(trees) == 1 or gid_of(ledger, trees[0]) != gid_of(ledger, trees[1]):
            found.add(version)
    return found


def _public(
    ledger: Ledger,
    mine: str,
    there: str | None,
    private: set[str],
    author: Callable[[], Author],
) -> str | None:
    """Return notes like `mine`, upon the remote's, without the lines about private generations."""
    if not private:
        return mine
    objects = ledger.objects
    base = objects.tree_of(there) if there is not None else None
    changed: dict[str, str] = {}
    is_whole = True
    for path, _ in objects.files(objects.tree_of(mine), since=base):
        commit = path.replace("/", "")
        lines = notes.read_note(objects, objects.tree_of(mine), commit).splitlines()
        known = notes.read_note(objects, base, commit).splitlines()
        kept = [line for line in lines if line in known or notes.version_in(line) not in private]
        is_whole = is_whole and kept == lines
        if kept and kept != known:
            changed[commit] = "\n".join(kept) + "\n"
    if is_whole:
        return mine
    if not changed:
        return there
    return _commit(ledger, notes.with_notes(objects, base, changed), there, author())


def _commit(ledger: Ledger, tree: str, parent: str | None, author: Author) -> str:
    newest = ledger.objects.commit_time(parent) if parent is not None else 0
    return write_commit(
        ledger.objects,
        tree=tree,
        parents=[parent] if parent is not None else [],
        author=author.identity,
        committer=author.committer._replace(time=max(author.committer.time, newest)),
        message="Notes of gryt\n",
    )


def _move_quietly(ledger: Ledger, update: RefUpdate) -> None:
    try:
        move(ledger.repository, [update], reason="notes published")
    except (Moved, GitFailed):
        return  # the next fetch will see where they are
    ledger.refs[update.name] = update.new


def _upon(
    ledger: Ledger,
    here: str | None,
    there: str | None,
    author: Callable[[], Author],
    commits: set[str],
) -> str | None:
    """Return the commit that has what both sides' notes say, and what the records say of commits.

    It is upon the remote's tip, unless that is in what is here already.
    """
    objects = ledger.objects
    if there is not None and objects.kind(there) != "commit":
        raise Corrupt(f"the notes of the remote are no commit: {there}")
    is_ahead = there is None or (here is not None and objects.descends(here, there))
    parent = here if is_ahead else there
    base = objects.tree_of(parent) if parent is not None else None
    other = objects.tree_of(here) if here is not None and not is_ahead else None
    tree = notes.with_notes(objects, base, dict(_changed(ledger, base, other, commits)))
    if tree == base or (base is None and tree == objects.add_files(None, {})):
        return parent
    return _commit(ledger, tree, parent, author())


def _changed(
    ledger: Ledger, base: str | None, other: str | None, commits: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield each commit whose note may differ, with what it is to say."""
    objects = ledger.objects
    if other is not None:
        paths = (path for path, _ in objects.files(other, since=base))
        commits = {*commits, *(name for p in paths if notes.is_commit(name := p.replace("/", "")))}
    lines = _lines(ledger, commits)
    for commit in sorted(commits):
        there = notes.read_note(objects, base, commit)
        mine = notes.read_note(objects, other, commit)
        text = _united(there, mine, lines, commit)
        if text != there:
            yield commit, text


def _united(theirs: str, mine: str, lines: dict[str, list[str]], commit: str) -> str:
    """Return one note with what both sides have, gryt's lines as the records here have them."""
    text = theirs
    for line in mine.removesuffix("\n").split("\n") if mine else ():
        evolution = notes.evolution_in(line) if notes.runs_in(line) else None
        if evolution is not None:
            text = text if evolution in theirs else notes.with_line(text, line)
        elif line not in text.split("\n"):
            text = f"{line}\n{text}"
    for line in lines.get(commit, ()):
        text = notes.with_line(text, line)
    return text


def _lines(ledger: Ledger, commits: set[str]) -> dict[str, list[str]]:
    """Return, by commit, what the records here say of it."""
    found: dict[str, list[str]] = {}
    refs = {ref for commit in commits for ref in ledger.refs_about(commit)}
    for ref in sorted(refs):
        try:
            records = ledger.records(ref)
            evolutions = {e.id: e for e in fold(records).evolutions}
        except Corrupt:
            continue
        latest: dict[tuple[str, RecordId], RunFinished] = {}
        for record in records:
            body = record.body
            if not isinstance(body, RunFinished) or body.commit not in commits:
                continue
            if notes.worth_noting(body):
                latest[body.commit, body.evolution] = body
        for (commit, evolution), body in latest.items():
            if evolution in evolutions:
                line = notes.note_line(evolutions[evolution], body)
                found.setdefault(commit, []).append(line)
    return found
