"""Sharing the ledger through a file: for forks that may not push, and for air gaps."""

from gryt.errors import Refused
from gryt.model.names import parse_version
from gryt.model.sync import Pulled, Reason
from gryt.service import contracts
from gryt.service.session import Session
from gryt.service.sync_taking import take_in
from gryt.store import bundles, remotes
from gryt.store.layout import TAGS
from gryt.values import Value

_GONE_BACK = (
    "ask where the file comes from; nothing of this version was taken from it."
    " Where it is another clone's, import it under another name"
)


class Exported(Value):
    """What was put into a bundle."""

    file: str
    generations: int
    tags: int


def export(session: Session, file: str, *, version: str | None) -> Exported:
    """Write the ledger, or one generation of it, with its notes and tags into a bundle."""
    ledger = session.ledger
    if version is not None:
        refs = [contracts.current(session, parse_version(version).text).ref]
    else:
        contracts.take_up_all(session)
        refs = [ref for ref in ledger.refs if ledger.layout.is_ledger(ref)]
    if not refs:
        raise Refused("there is no ledger here to export", hints=["gryt generation new VERSION"])
    tags = bundles.tags_told(ledger, refs)
    bundles.write(ledger, file, [*refs, *tags], with_notes=version is None)
    # refs of former names go along, and are no generations of their own
    generations = len(ledger.versions()) if version is None else 1
    return Exported(file, generations, len(tags))


def take_file(session: Session, file: str) -> Pulled:
    """Take in what a bundle has, as a pull takes in what a remote has: united, never followed."""
    remotes.watch(session.ledger)
    session.ledger.watch(TAGS)
    contracts.take_up_all(session)
    taken = take_in(session, bundles.contact(session.ledger, file, session.network), None)
    problems = (
        p._replace(resolution=_GONE_BACK) if p.reason is Reason.REWOUND else p
        for p in taken.problems
    )
    return taken._replace(problems=tuple(problems))
