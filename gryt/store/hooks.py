"""The hooks of a repository: gryt's own put in and taken out, and what they ask of git."""

from gryt.errors import Refused
from gryt.git import hooks
from gryt.git.hooks import Installed
from gryt.git.process import Git
from gryt.git.repository import Repository, discover
from gryt.git.tags import TagObject, read_tag
from gryt.store import hook_scripts
from gryt.store.ledger import Ledger

__all__ = [
    "Installed",
    "annotated",
    "install_pre_push",
    "install_server",
    "is_shared",
    "keeps_everything",
]

_MAX_BYTES = 1024 * 1024


def install_pre_push(ledger: Ledger, python: str) -> Installed:
    """Put the pre-push hook in."""
    script = hook_scripts.pre_push(python)
    mark = hook_scripts.PRE_PUSH_MARK
    return hooks.install(ledger.repository, "pre-push", script, mark=mark)


def uninstall_pre_push(ledger: Ledger) -> Installed:
    """Take the pre-push hook out."""
    return hooks.uninstall(ledger.repository, "pre-push", mark=hook_scripts.PRE_PUSH_MARK)


def install_server(repository: Repository) -> Installed:
    """Put the server's hook in, as pre-receive."""
    if hooks.is_shared(repository):
        raise Refused(
            f"the hooks of '{repository.git_dir}' are in '{hooks.folder(repository)}',"
            " which other repositories use",
            hints=[f"git -C {repository.git_dir} config core.hooksPath hooks"],
        )
    mark = hook_scripts.SERVER_MARK
    return hooks.install(repository, "pre-receive", hook_scripts.SERVER, mark=mark)


def is_shared(ledger: Ledger) -> bool:
    """Tell whether hooks are looked for in a folder that is not this repository's own."""
    return hooks.is_shared(ledger.repository)


def repository_at(ledger: Ledger, directory: str) -> Repository:
    """Return the repository in a directory, which may be another than the ledger's."""
    git = ledger.repository.git
    return discover(Git(git.cwd / directory, git.env))


def annotated(ledger: Ledger, oid: str) -> TagObject | None:
    """Return what an annotated tag says; None where the object is none, or is not here."""
    if ledger.objects.kind(oid) != "tag":
        return None
    return read_tag(ledger.objects.raw(oid, limit=_MAX_BYTES)[1])


def keeps_everything(ledger: Ledger, old: str, new: str) -> bool:
    """Tell whether a ref that goes from one commit to another keeps its history."""
    if ledger.objects.kind(old) is None:
        return False
    asked = ledger.repository.git.attempt("merge-base", "--is-ancestor", old, new)
    return asked.status == 0
