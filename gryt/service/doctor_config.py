"""What the config of a clone does to the ledger: its namespace, its remotes, its refspecs."""

from collections.abc import Iterator

from gryt.model.health import Check, fine, wrong
from gryt.store.surroundings import NOTES_REF, Remote, Surroundings

_MODES = ("local", "hybrid", "cloud")


def namespace(found: Surroundings) -> Iterator[Check]:
    """Yield what keeps the namespace from being used, or from being the whole ledger."""
    if not found.namespace_is_valid:
        yield wrong(
            "namespace",
            f"gryt.namespace is '{found.namespace}', which git takes for no ref",
            "git config --unset gryt.namespace",
            "git config gryt.namespace refs/heads/gryt",
        )
        return
    for ref in found.blocking:
        branch = ref.removeprefix("refs/heads/")
        yield wrong(
            "namespace",
            f"'{ref}' stands in the way of '{found.namespace}/...'",
            f"git branch -m {branch} {branch}-branch",
        )
    if found.elsewhere:
        folder = found.elsewhere[0].rpartition("/generations/")[0] or "refs/gryt"
        yield wrong(
            "namespace",
            f"{len(found.elsewhere)} refs of a ledger are under '{folder}' and not looked at",
            f"git config gryt.namespace {folder}",
            f"git fetch . '{folder}/*:{found.namespace}/*'",
        )
    if not found.blocking and not found.elsewhere:
        yield fine("namespace", f"records are under '{found.namespace}'")


def remotes(found: Surroundings) -> Iterator[Check]:
    """Yield what is wrong with the remote that gryt talks to, and with what was seen of others."""
    asked = found.config.get("gryt.remote")
    if asked is not None and asked not in found.remotes:
        there = [*found.remotes]
        mends = [f"git config gryt.remote {name}" for name in there[:3]]
        yield wrong(
            "remote",
            f"gryt.remote is '{asked}', and there is no such remote",
            *mends,
            "git config --unset gryt.remote",
        )
    elif found.remote is None:
        yield fine("remote", "there is no remote: everything stays here")
    else:
        yield fine("remote", f"the ledger is shared through '{found.remote}'")
    mode = found.config.get("gryt.mode")
    if mode is not None and mode not in _MODES:
        yield wrong("mode", f"gryt.mode is '{mode}'", "gryt sync config --mode hybrid")
    for name in sorted(found.tracking.keys() - found.remotes.keys()):
        yield wrong(
            "tracking",
            f"{found.tracking[name]} refs tell of a remote '{name}' that is no more: it was renamed"
            " or removed",
            _forget_tracking(name),
        )


def _forget_tracking(name: str) -> str:
    listed = f"git for-each-ref --format='delete %(refname)' refs/gryt-remotes/{name}"
    return f"{listed} | git update-ref --stdin"


def refspecs(found: Surroundings) -> Iterator[Check]:
    """Yield the refspecs by which a plain git fetch or push would lose something."""
    checks = [check for remote in found.remotes.values() for check in _specs(found, remote)]
    rewrites = found.config.get("notes.rewriteref", "")
    if rewrites in {"refs/notes/*", "refs/*", NOTES_REF}:
        checks.append(
            wrong(
                "rewrite",
                f"notes.rewriteRef is '{rewrites}': a rebase copies notes to commits that nobody"
                " proved",
                "git config --unset-all notes.rewriteRef",
            )
        )
    yield from checks or [fine("refspecs", "no plain git fetch or push endangers the ledger")]


def _specs(found: Surroundings, remote: Remote) -> Iterator[Check]:
    for spec in remote.fetch:
        target = spec.removeprefix("+").partition(":")[2]
        if not _covers(target, found.namespace):
            continue
        prunes = found.config.get(f"remote.{remote.name}.prune", found.config.get("fetch.prune"))
        if spec.startswith("+"):
            message = "a plain git fetch overwrites what was not pushed yet"
        elif prunes in {"true", "yes", "on", "1"}:
            message = "a plain git fetch deletes what was not pushed yet, because it prunes"
        else:
            message = "git fetch --prune would delete what was not pushed yet"
        key = f"remote.{remote.name}.fetch"
        mend = f"git config --unset-all --fixed-value {key} '{spec}'"
        if remote.is_mirror:
            mend = f"use another clone: this one mirrors '{remote.name}'"
        yield wrong("refspecs", f"{key} is '{spec}': {message}", mend)
    for spec in remote.push:
        key = f"remote.{remote.name}.push"
        mend = f"git config --unset-all --fixed-value {key} '{spec}'"
        if _covers(spec.removeprefix("+").partition(":")[2] or spec, found.namespace):
            yield wrong(
                "refspecs", f"{key} is '{spec}': a plain git push then pushes no branch", mend
            )
    if remote.is_mirror and not remote.fetch:
        yield wrong(
            "refspecs",
            f"a plain git push to '{remote.name}' mirrors: it deletes records there that are not"
            " here",
            f"git config --unset remote.{remote.name}.mirror",
        )


def _covers(pattern: str, namespace: str) -> bool:
    """Tell whether a refspec's side takes in refs of the ledger."""
    stem = pattern.removesuffix("*")
    if stem != pattern:
        return namespace.startswith(stem.rstrip("/")) or stem.startswith(f"{namespace}/")
    return pattern.startswith(f"{namespace}/")
