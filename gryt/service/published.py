"""The published policy: what the meta-branch says that no branch may go below."""

from gryt.model.policy import Source
from gryt.model.publication import Publication, Standing, standing
from gryt.store.ledger import Ledger
from gryt.store.policy_files import read_policy
from gryt.store.published import policy_blob, publications


def publication_state(ledger: Ledger) -> Standing:
    """Return which publications are in force, and which wait for more people."""
    found = publications(ledger)
    return standing(found, lambda publication: source_of(ledger, publication)) if found else _NONE


_NONE = Standing((), ())


def source_of(ledger: Ledger, publication: Publication) -> Source:
    """Return the rules that a publication put into the meta-branch."""
    data = policy_blob(ledger, publication)
    where = f"{ledger.layout.meta}:policy/{publication.record}.yaml"
    return read_policy(data, where, where="published", blob=publication.policy)


def sources(ledger: Ledger) -> list[Source]:
    """Return the published policy; several where people published at the same time."""
    return [source_of(ledger, each) for each in publication_state(ledger).in_force]
