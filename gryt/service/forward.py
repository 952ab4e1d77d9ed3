"""Where a hot-fix is still missing: branches and open generations that go on without it."""

from gryt.errors import Refused
from gryt.model.names import Oid, Version
from gryt.model.state import Evolution, Generation, GenerationStatus
from gryt.service import contracts
from gryt.service.session import Session
from gryt.store.picks import Fix, branches_of, fixes, lacks
from gryt.values import Value


class Place(Value):
    """A branch or a generation, and what it lacks of the fix."""

    name: str
    at: str | None
    """The commit that was looked at; None where nothing was begun yet."""
    candidate: str | None
    """The evolution whose commit it is."""
    lacks: tuple[Fix, ...]
    is_local: bool = False
    """Whether it is a branch of this clone."""


_LOCAL = "refs/heads/"


class Forward(Value):
    """A hot-fix, and where it is missing."""

    version: str
    base: str
    issue: str
    commits: tuple[Fix, ...]
    branches: tuple[Place, ...]
    generations: tuple[Place, ...]

    @property
    def is_everywhere(self) -> bool:
        """Tell whether nothing lacks it."""
        return not any(place.lacks for place in (*self.branches, *self.generations))


def forward(session: Session, version: str) -> Forward:
    """Return which branches and which open, later generations lack a hot-fix.

    Raises Refused for a generation that is no hot-fix, or has nothing proven yet.
    """
    state = contracts.current(session, version).state
    if state.hotfix is None:
        raise Refused(f"'{version}' is no hot-fix", hints=["gryt generation list"])
    tip = _tip(state)
    if tip is None:
        raise Refused(
            f"'{version}' has no proven commit yet",
            hints=[f"gryt evolution start {version} --change {state.hotfix.issue}", "gryt run"],
        )
    base = state.hotfix.commit
    wanted = fixes(session.ledger, base, tip)
    known: dict[str, tuple[Fix, ...]] = {}

    def missing(at: str) -> tuple[Fix, ...]:
        if at not in known:
            known[at] = tuple(lacks(session.ledger, at, base, wanted))
        return known[at]

    branches = [
        Place(_short(name), at, None, missing(at), is_local=name.startswith(_LOCAL))
        for name, at in branches_of(session.ledger).items()
    ]
    generations = []
    for later in _later(session, state):
        newest = later.evolutions[-1] if later.evolutions else None
        at = _commit(newest)
        lacking = missing(at) if at is not None else tuple(wanted)
        generations.append(Place(later.version, at, newest.tag if newest else None, lacking))
    return Forward(
        *(version, state.hotfix.base, state.hotfix.issue, tuple(wanted)),
        branches=tuple(branches),
        generations=tuple(generations),
    )


def _short(name: str) -> str:
    return name.removeprefix(_LOCAL).removeprefix("refs/remotes/")


def _tip(state: Generation) -> Oid | None:
    if state.promotion is not None:
        return state.promotion.commit
    return next((s.proof.commit for s in state.changes if s.proof is not None), None)


def _commit(evolution: Evolution | None) -> str | None:
    return None if evolution is None else evolution.commit or evolution.head


def _later(session: Session, hotfix: Generation) -> list[Generation]:
    """Return the open generations of later versions."""
    place = Version(hotfix.version).sort_key
    return [
        session.ledger.get(line.version).state
        for line in session.ledger.summaries()
        if line.status == GenerationStatus.DRAFT.value and line.sort_key > place
    ]
