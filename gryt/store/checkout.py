"""What the ledger asks of the repository that it is about: HEAD, files of a commit, containment."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput, NotFound
from gryt.git.refs import below
from gryt.git.repository import Repository
from gryt.git.worktree import (
    Head,
    WorkTree,
    ask_tree,
    ignored,
    look_ahead,
    read_worktree,
    resolve_commit,
    resolve_tree,
)
from gryt.model.names import Oid, nearest
from gryt.model.pipeline import Pipeline
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.store.workspace import MAX_FILE_BYTES, PIPELINES, POLICIES, POLICY, pipeline_path
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.gates import Containment

__all__ = ["Head", "WorkTree", "commit_named", "containment", "head", "pipeline_at", "worktree"]


PLACES = "isolated"
"""Below `.git/gryt`: who uses which work tree of its own, see `gryt.store.isolation`."""


class Place(Value):
    """A work tree of its own, in which a run takes place."""

    top: Path
    repository: Repository


def has_places(ledger: Ledger) -> bool:
    """Tell whether there are work trees of their own, in use or left behind."""
    return (ledger.folder / PLACES).exists()


def head(ledger: Ledger) -> Head:
    """Return HEAD."""
    return Head(*ledger.objects.head())


def begin_worktree(ledger: Ledger, place: Place | None = None) -> None:
    """Let git begin to look at what `worktree` returns."""
    look_ahead((ledger.repository if place is None else place.repository).git)


def worktree(ledger: Ledger, place: Place | None = None) -> WorkTree:
    """Return HEAD and what differs from it, here or in another work tree."""
    return read_worktree(ledger.repository if place is None else place.repository)


def ignored_by(ledger: Ledger, place: Place | None, paths: Iterable[Path]) -> set[str]:
    """Return which of these files git ignores, here or in another work tree."""
    return ignored(ledger.repository if place is None else place.repository, paths)


def commit_named(ledger: Ledger, revision: str) -> Oid:
    """Return the commit that a revision names; raise NotFound."""
    found = resolve_commit(ledger.repository, revision)
    if found is None:
        raise NotFound(
            f"'{revision}' names no commit here", hints=["git log --oneline", "git fetch --tags"]
        )
    return Oid(found)


def messages_of(ledger: Ledger, commit: str) -> list[str]:
    """Return a commit's message, and that of what it merges: CI systems check out such merges."""
    objects = ledger.objects
    merged = [oid for oid in objects.parents(commit)[1:] if objects.kind(oid) is not None]
    return [objects.message(oid) for oid in (commit, *merged)]


def tree_named(ledger: Ledger, commit: Oid) -> Oid | None:
    """Return the tree of a commit; None where it is not here."""
    if "objects" in ledger.__dict__ and ledger.objects.kind(commit) == "commit":
        return Oid(ledger.objects.tree_of(commit))
    found = resolve_tree(ledger.repository, commit)
    return None if found is None else Oid(found)


def expect_tree(ledger: Ledger, commit: Oid) -> None:
    """Let git look for the tree of a commit already, where libgit2 is not needed otherwise."""
    if "objects" not in ledger.__dict__:
        ask_tree(ledger.repository, commit)


def containment(ledger: Ledger, commit: Oid, works: set[Oid]) -> "dict[Oid, Containment]":
    """Tell for each of `works` whether `commit` has it in it."""
    from gryt.git.ancestry import contains  # lazy: a run asks for no ancestors
    from gryt.model.gates import Containment  # lazy: a run asks for no ancestors

    answers = {
        True: Containment.CONTAINED,
        False: Containment.MISSING,
        None: Containment.UNKNOWN,
    }
    return {
        work: answers[contains(ledger.repository, ledger.objects, commit, work)]
        for work in sorted(works)
    }


def tag_target(ledger: Ledger, name: str) -> Oid | None:
    """Return the commit that a tag leads to; None where there is no such tag."""
    oid = ledger.objects.ref(f"{TAGS}{name}")
    return None if oid is None else Oid(ledger.objects.peel(oid) or oid)


def tag_below(ledger: Ledger, name: str) -> str | None:
    """Return a tag like `<name>/x`, which keeps a tag of this name from being made."""
    found = below(ledger.repository, f"{TAGS}{name}")
    return None if found is None else found.removeprefix(TAGS)


def pipeline_at(ledger: Ledger, commit: Oid, name: str) -> tuple[Pipeline, Oid]:
    """Return a pipeline as a commit has it, with its blob.

    Raises NotFound with the nearest names where the commit has none of that name.
    """
    from gryt.store.pipeline_files import read_pipeline  # lazy: YAML

    data, blob = pipeline_data_at(ledger, commit, name)
    return read_pipeline(data, pipeline_path(name), name=name), blob


def pipeline_data_at(ledger: Ledger, commit: Oid, name: str) -> tuple[bytes, Oid]:
    """Return the bytes of a pipeline as a commit has it, with its blob; raise NotFound."""
    path = pipeline_path(name)
    tree = ledger.objects.tree_of(commit)
    entry = ledger.objects.entry(tree, path)
    if entry is None:
        there = pipelines_at(ledger, commit)
        hints = [f"did you mean '{near}'?" for near in nearest(name, there)[:1]]
        raise NotFound(
            f"pipeline '{name}' does not exist in {commit[:10]}",
            hints=[*hints, f"write '{path}', then git add and git commit it"],
        )
    blob, is_file = entry
    if not is_file:
        raise InvalidInput(f"'{path}' is not a regular file in {commit[:10]}")
    return ledger.objects.blob(blob, limit=MAX_FILE_BYTES), Oid(blob)


def pipelines_at(ledger: Ledger, commit: Oid) -> list[str]:
    """Return the names of the pipelines that a commit has."""
    names = ledger.objects.names(ledger.objects.tree_of(commit), PIPELINES)
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def is_ancestor(ledger: Ledger, ancestor: Oid, commit: Oid) -> bool:
    """Tell whether a commit is known to be built on another."""
    asked = ledger.repository.git.attempt("merge-base", "--is-ancestor", ancestor, commit)
    return asked.status == 0


def changed_files(ledger: Ledger, base: Oid | None, commit: Oid) -> tuple[str, ...] | None:
    """Return every path that differs between two commits; without a base, all that there are.

    None where git cannot tell, as in a shallow clone.
    """
    git = ledger.repository.git
    if base is None:
        asked = git.attempt("ls-tree", "-r", "-z", "--name-only", commit)
    else:
        asked = git.attempt("diff", "--name-only", "--no-renames", "-z", base, commit)
    if asked.status != 0:
        return None
    return tuple(
        path for path in asked.stdout.decode("utf-8", "surrogateescape").split("\0") if path
    )


def policies_at(ledger: Ledger, commit: Oid) -> list[tuple[str, bytes]]:
    """Return path and bytes of every policy file that a commit has."""
    tree = ledger.objects.tree_of(commit)
    found = []
    for path in (POLICY, POLICIES):
        entry = ledger.objects.entry(tree, path)
        if entry is None:
            continue
        blob, is_file = entry
        if not is_file:
            raise InvalidInput(f"'{path}' is not a regular file in {commit[:10]}")
        found.append((path, ledger.objects.blob(blob, limit=MAX_FILE_BYTES)))
    return found


def remote_name(ledger: Ledger) -> str | None:
    """Return the remote to name in advice; None where there is none."""
    config = ledger.repository.config
    there = [key[7:-4] for key in config if key.startswith("remote.") and key.endswith(".url")]
    wanted = (config.get("gryt.remote"), "origin", *there)
    return next((name for name in wanted if name in there), None)


def has_object(ledger: Ledger, oid: str) -> bool:
    """Tell whether an object is in this clone."""
    return ledger.objects.kind(oid) is not None


def note_on(ledger: Ledger, commit: Oid) -> str:
    """Return the note of a commit as git shows it, which is no proof; empty where it has none."""
    asked = ledger.repository.git.attempt("notes", f"--ref={NOTES_REF}", "show", commit)
    return asked.text if asked.status == 0 else ""
