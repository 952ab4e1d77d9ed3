"""The published policy: what the meta-branch says that no branch may go below."""

from gryt.model.approvals import email_of
from gryt.model.policy import Source
from gryt.model.publication import Publication, Standing, standing
from gryt.store.ledger import Ledger
from gryt.store.policy_files import read_policy
from gryt.store.published import policy_blob, publications


def publication_state(ledger: Ledger) -> Standing:
    """Return which publications are in force, and which wait for more people."""
    found = publications(ledger)
    if not found:
        return _NONE
    return standing(
        found,
        lambda publication: source_of(ledger, publication),
        lambda publication, instead_of: _person(ledger, publication, instead_of),
    )


def _person(ledger: Ledger, publication: Publication, instead_of: Source) -> str | None:
    """Return who published; None where the policy wants that signed, and it is not by them."""
    from gryt.store.people import known_signers, witnesses  # lazy: only where approvals are asked

    signers = known_signers(ledger, instead_of.signers)
    address = email_of(publication.by)
    person = signers.person.get(address, address)
    if instead_of.publish is None or not instead_of.publish.signed:
        return person
    witness = witnesses(ledger, signers).get(publication.record)
    principal = witness.signature.principal if witness is not None else None
    by = None if principal is None else signers.person.get(principal, principal)
    return person if by == person else None


_NONE = Standing((), ())


def source_of(ledger: Ledger, publication: Publication) -> Source:
    """Return the rules that a publication put into the meta-branch."""
    data = policy_blob(ledger, publication)
    where = f"{ledger.layout.meta}:policy/{publication.record}.yaml"
    return read_policy(data, where, where="published", blob=publication.policy)


def sources(ledger: Ledger) -> list[Source]:
    """Return the published policy; several where people published at the same time."""
    return [source_of(ledger, each) for each in publication_state(ledger).in_force]
