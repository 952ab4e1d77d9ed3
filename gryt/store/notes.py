"""Notes on the proven commits: a projection of the records, for people who only have git.

The note of a code commit has one line per evolution that ran on it, a one-line YAML mapping:

    {evolution: v1.5.0-rc.1, status: pass, changes: [FEAT-201], pipeline: full-ci, commit: ..., ...}

A note counts for nothing by itself: it names the commit and the run that it is about, and
`gryt verify` compares it with the records.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from gryt.errors import Corrupt
from gryt.git.commits import write_commit
from gryt.git.objects import Objects
from gryt.git.refs import ABSENT, RefUpdate, read_refs
from gryt.git.repository import Repository
from gryt.model.pipeline import RunStatus
from gryt.model.records import RunFinished
from gryt.model.state import Evolution
from gryt.store.author import Author
from gryt.store.layout import NOTES_REF

_MAX_NOTE_BYTES = 1024 * 1024
_RUN = r"\brun: (?P<run>[0-9a-z]{26})\b"
_EVOLUTION_ID = r"\bid: (?P<id>[0-9a-z]{26})\b"
_CANDIDATE = r"\bevolution: (?P<version>[^,}\s]+)-rc\.[0-9]+"
_COMMIT = r"[0-9a-f]{40}"
_PLAIN = r"[A-Za-z][A-Za-z0-9._/-]*"
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def note_line(evolution: Evolution, finished: RunFinished) -> str:
    """Return the line that one finished run leaves on its commit."""
    fields = {
        "evolution": evolution.tag,
        "status": finished.status.value,
        "changes": f"[{', '.join(_scalar(change) for change in evolution.changes)}]",
        "pipeline": _scalar(finished.pipeline.name),
        "steps": f"[{', '.join(_scalar(s.name) for s in finished.steps if s.exit_code == 0)}]",
        "commit": f"'{finished.commit}'",
        "tree": f"'{finished.tree}'",
        "run": finished.run,
        "id": evolution.id,
    }
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def _scalar(text: str) -> str:
    """Return text as YAML flow has it, quoted where a reader could take it for something else."""
    if re.fullmatch(_PLAIN, text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def worth_noting(finished: RunFinished) -> bool:
    """Tell whether a run says anything about its commit: it passed or it failed."""
    return finished.status in {RunStatus.PASS, RunStatus.FAIL}


def path_of(commit: str) -> str:
    """Return where the note of a commit lies: one level of folders, which git understands."""
    return f"{commit[:2]}/{commit[2:]}"


def _paths(commit: str) -> Iterable[str]:
    """Yield every path under which git may have put a note: its fan-out grows with the tree."""
    yield path_of(commit)
    yield commit
    yield f"{commit[:2]}/{commit[2:4]}/{commit[4:]}"


def read_note(objects: Objects, tree: str | None, commit: str) -> str:
    """Return the note of a commit; empty where it has none."""
    for path in _paths(commit) if tree else ():
        assert tree is not None
        found = objects.entry(tree, path)
        if found is not None:
            return objects.blob(found[0], limit=_MAX_NOTE_BYTES).decode("utf-8", "replace")
    return ""


def with_line(note: str, line: str) -> str:
    """Return a note with `line` in it, in the place of an earlier line of the same evolution.

    What others wrote stays as it is, before gryt's own lines, which are sorted.
    """
    ours = re.search(_EVOLUTION_ID, line)
    if ours is None:
        raise Corrupt("a note's line names no evolution")
    others, own = [], [line]
    for there in note.removesuffix("\n").split("\n") if note else ():
        found = re.search(_EVOLUTION_ID, there)
        if found is None or not runs_in(there):
            others.append(there)
        elif found["id"] != ours["id"]:
            own.append(there)
    return "\n".join([*others, *sorted(own)]) + "\n"


def runs_in(note: str) -> list[str]:
    """Return the run that each of gryt's lines in a note is about."""
    return [match["run"] for match in re.finditer(_RUN, note)]


def evolution_in(line: str) -> str | None:
    """Return the evolution that a line is about; None where it names none."""
    found = re.search(_EVOLUTION_ID, line)
    return None if found is None else found["id"]


def version_in(line: str) -> str | None:
    """Return the version that a line of gryt's is about; None where it is none of gryt's."""
    found = re.search(_CANDIDATE, line) if evolution_in(line) is not None else None
    return None if found is None else found["version"]


def is_commit(path: str) -> bool:
    """Tell whether a path of the notes' tree, without its slashes, is a commit's."""
    return re.fullmatch(_COMMIT, path) is not None


def tip(repository: Repository) -> str | None:
    """Return the commit that the notes are at; None where there are none."""
    return read_refs(repository, NOTES_REF).get(NOTES_REF)


def every_note(objects: Objects, tree: str) -> tuple[dict[str, str], dict[str, Corrupt]]:
    """Return every commit's note, and those that do not read.

    Where a commit has several, under different fan-outs, git shows them all, and so does this.
    """
    texts: dict[str, str] = {}
    broken: dict[str, Corrupt] = {}
    for path, blob in objects.files(tree):
        commit = path.replace("/", "")
        if re.fullmatch(_COMMIT, commit) is None:
            continue
        try:
            text = objects.blob(blob, limit=_MAX_NOTE_BYTES).decode("utf-8", "replace")
        except Corrupt as error:
            broken[commit] = error
            continue
        before = texts.get(commit, "")
        texts[commit] = (
            f"{before}\n{text}" if before and not before.endswith("\n") else before + text
        )
    return texts, broken


def with_notes(objects: Objects, tree: str | None, notes: Mapping[str, str]) -> str:
    """Return a notes tree in which these commits have these notes; the others stay.

    A note without text is taken away.
    """
    for commit, text in notes.items():
        for path in _paths(commit):
            if tree is not None and (path != path_of(commit) or not text):
                tree = objects.remove_file(tree, path) if objects.entry(tree, path) else tree
    return objects.add_files(tree, {path_of(c): t.encode() for c, t in notes.items() if t})


def update(
    objects: Objects, author: Author, added: Mapping[str, Sequence[str]]
) -> RefUpdate | None:
    """Write the notes of commits with lines added; return the move of the ref, if it moves."""
    if not added:
        return None
    old = objects.ref(NOTES_REF)
    tree = objects.tree_of(old) if old else None
    texts = {}
    for commit, lines in added.items():
        texts[commit] = read_note(objects, tree, commit)
        for line in lines:
            texts[commit] = with_line(texts[commit], line)
    new_tree = with_notes(objects, tree, texts)
    if new_tree == tree:
        return None
    newest = objects.commit_time(old) if old else 0
    oid = write_commit(
        objects,
        tree=new_tree,
        parents=[old] if old else [],
        author=author.identity,
        committer=author.committer._replace(time=max(author.committer.time, newest)),
        message="Notes of gryt\n",
    )
    return RefUpdate(NOTES_REF, oid, old or ABSENT)
