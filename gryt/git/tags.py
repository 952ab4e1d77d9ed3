"""Annotated tag objects: written without a ref, so that the ref moves with everything else."""

from pathlib import Path

from gryt.git.commits import cannot_sign
from gryt.git.objects import Objects
from gryt.git.repository import Identity, Repository, identity_env
from gryt.values import Value


def tag_bytes(*, name: str, commit: str, tagger: Identity, message: str) -> bytes:
    """Return the bytes of an unsigned annotated tag: the same input gives the same object."""
    return (
        f"object {commit}\ntype commit\ntag {name}\n"
        f"tagger {tagger} {tagger.time} {tagger.zone}\n\n{message}"
    ).encode()


def tag_id(data: bytes) -> str:
    """Return the id that a tag of these bytes has; nothing is written."""
    import hashlib  # lazy: only a comparison needs it

    return hashlib.sha1(b"tag %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class TagObject(Value):
    """An annotated tag, as its bytes have it."""

    name: str
    """The name in it, which need not be that of the ref that leads to it."""
    kind: str
    """What it points at: 'commit' for a tag of gryt's."""
    target: str
    message: str


def read_tag(data: bytes) -> TagObject | None:
    """Return what a tag object says; None where it does not read."""
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    fields = dict(reversed([line.partition(" ")[::2] for line in head.split("\n")]))
    try:
        return TagObject(fields["tag"], fields["type"], fields["object"], message)
    except KeyError:
        return None


def write_tag(
    repository: Repository,
    objects: Objects,
    *,
    name: str,
    commit: str,
    tagger: Identity,
    message: str,
    sign: bool,
) -> str:
    """Write an annotated tag object and return its id; no ref is made."""
    if sign:
        oid = _signed_tag(repository, name, commit, tagger, message)
        objects.written.keep(oid)
        return oid
    data = tag_bytes(name=name, commit=commit, tagger=tagger, message=message)
    return objects.write_object("tag", data)


def _signed_tag(
    repository: Repository, name: str, commit: str, tagger: Identity, message: str
) -> str:
    """Have `git tag -s` write the object.

    It always makes a ref too, which must not be seen before the whole action is: so it works in a
    scratch repository that has this one's objects and config.
    """
    import shutil  # lazy: only signing needs it

    scratch = repository.common_dir / "gryt" / f"sign-{tagger.time}-{commit[:12]}-{name}"
    try:
        _make_scratch(scratch, repository.common_dir)
        env = {
            **identity_env("COMMITTER", tagger),
            "GIT_DIR": str(scratch),
            "GIT_COMMON_DIR": str(scratch),
            "GIT_OBJECT_DIRECTORY": str(repository.common_dir / "objects"),
        }
        finished = repository.git.attempt(
            *("tag", "-s", "-f", "--cleanup=verbatim", "-F", "-", "--end-of-options"),
            *(name, commit),
            stdin=message.encode(),
            env=env,
        )
        if finished.status != 0:
            raise cannot_sign("tag", finished)
        return repository.git.run("rev-parse", "--verify", f"refs/tags/{name}", env=env).text
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make_scratch(scratch: Path, common_dir: Path) -> None:
    for folder in ("objects", "refs/tags"):
        (scratch / folder).mkdir(parents=True, exist_ok=True)
    (scratch / "HEAD").write_text("ref: refs/heads/none\n")
    (scratch / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
        f'[include]\n\tpath = "{common_dir / "config"}"\n[core]\n\tbare = true\n'
    )
