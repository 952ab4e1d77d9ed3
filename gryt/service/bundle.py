"""The ledger in a file that git itself reads: the backup that keeps commits and signatures."""

from gryt.errors import Refused
from gryt.service import sync_bundle
from gryt.service.session import Session
from gryt.store.bundles import problems
from gryt.values import Value


class Bundled(Value):
    """What was put into a bundle."""

    file: str
    generations: int
    tags: int
    is_shallow: bool
    """Whether tags were left out, since the history that they reach is not here."""


def bundle(session: Session, file: str) -> Bundled:
    """Write every ledger ref, the notes and the tags that records tell of into a bundle.

    It needs nothing beside it: an empty repository can fetch from it. git has verified it when
    this returns.
    """
    done = sync_bundle.export(session, file, version=None)
    wrong = problems(session.ledger, file)
    if wrong:
        raise Refused(f"git does not accept '{file}'", details=wrong, hints=["git fsck"])
    return Bundled(file, done.generations, done.tags, session.ledger.repository.is_shallow)
