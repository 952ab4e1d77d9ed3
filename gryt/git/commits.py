"""Commit objects: written without a ref, signed where the user's git signs."""

from collections.abc import Sequence

from gryt.errors import Refused
from gryt.git.binding import Commit, Oid, Signature
from gryt.git.objects import Objects
from gryt.git.process import Finished
from gryt.git.repository import Identity, identity_env
from gryt.typed import cast


def write_commit(
    objects: Objects,
    *,
    tree: str,
    parents: Sequence[str],
    author: Identity,
    committer: Identity,
    message: str,
    sign: bool = False,
) -> str:
    """Write a commit and return its id; signed as the user's git signs where `sign` is set."""
    if sign:
        finished = objects.repository.git.attempt(
            *("commit-tree", "-S", "-F", "-", tree),
            *(word for parent in parents for word in ("-p", parent)),
            stdin=message.encode(),
            env={**identity_env("AUTHOR", author), **identity_env("COMMITTER", committer)},
        )
        if finished.status != 0:
            raise cannot_sign("commit", finished)
        objects.written.keep(finished.text)
        return finished.text
    return str(
        objects.written.make(
            lambda: objects.libgit2.create_commit(
                None,
                _signature(author),
                _signature(committer),
                message,
                Oid(hex=tree),
                [Oid(hex=parent) for parent in parents],
            )
        )
    )


def author_email(objects: Objects, commit: str) -> str:
    """Return the e-mail address of a commit's author, as git has it; empty where it has none."""
    email = cast(Commit, objects.libgit2[commit]).author.email
    return "" if email == "(none)" else email


def cannot_sign(what: str, finished: Finished) -> Refused:
    """Return the error for an object that git could not sign, with git's own words."""
    return Refused(
        f"cannot sign the {what}",
        details=finished.stderr.splitlines(),
        hints=["git config user.signingKey KEY", "or go without: git config gryt.sign false"],
    )


def _signature(identity: Identity) -> Signature:
    return Signature(
        identity.name, identity.email or "(none)", identity.time, identity.offset, "utf-8"
    )
