"""Pushing ledger refs, each together with its tags, and reading the remote's answers.

A plain push is a compare-and-swap: the remote takes a ref only from where it was last seen.
Everything goes in one atomic push first. Where that is refused, the refs that are not to blame get
another one, and each of the rest its own, so that the server's words are about just that ref. A
server without atomic pushes gets the records first and then the tags, for a tag that is published
can never be taken back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from gryt.git import transport
from gryt.git.transport import Network
from gryt.model.sync import Standing
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.store.sync_apply import rows_of
from gryt.store.sync_settle import Settled, unpublished
from gryt.store.sync_tags import Tags, local_tags, tags_of, to_push
from gryt.values import Value

_AT_ONCE = 5000
"""How many refs one command line may name."""
_MANY = 100
"""From how many refs on those that go together are told by a pattern."""
_BLAMELESS = ("atomic push failed", "atomic push failure", "atomic transaction failed")
"""What git says of a ref that was refused only because another one was."""


class Parcel(Value):
    """A ledger ref with the tags that its records tell of: all of them go, or none."""

    ref: str
    """The ref's name here; `updates` has it by its name there."""
    updates: tuple[tuple[str, str], ...]
    """Object and ref of each, the ledger's first."""
    replaced: tuple[tuple[str, str], ...] = ()
    """Tags that are to be replaced, with the object that stands there: nothing else may."""
    tags: Tags | None = None
    """What its records tell of tags, pushed before or not."""


def parcel_of(ledger: Ledger, settled: Settled, before: str | None) -> Parcel | None:
    """Return a ref with its tags; None where the remote has everything.

    `before` is where the remote was before it was asked: an earlier push may have been cut off
    between its records and its tags.
    """
    union = settled.union
    if union.standing is Standing.BEHIND:
        return None
    if settled.tip == union.there == before:
        return None
    updates = [] if union.there == settled.tip else [(settled.tip, union.ref)]
    replaced: list[tuple[str, str]] = []
    tags = None
    if ledger.layout.version(union.ref) is not None:
        paths = unpublished(ledger, settled.tree, before)
        tags = tags_of(union.ref, rows_of(ledger, settled))
        updates += to_push(ledger, tags, paths)
        named = {f"{TAGS}{name}": told.replaces for name, told in tags.wanted.items()}
        replaced = [(ref, old) for _, ref in updates if (old := named.get(ref)) is not None]
    if not updates:
        return None
    return Parcel(union.ref, tuple(updates), tuple(replaced), tags)


def with_more(parcel: Parcel | None, ref: str, tags: Sequence[tuple[str, str]]) -> Parcel | None:
    """Return a parcel with tags that the remote lacks though it has the records."""
    before = parcel or Parcel(ref, ())
    updates = tuple(dict.fromkeys((*before.updates, *tags)))
    return before._replace(updates=updates) if updates else None


class Refusal(Value):
    """What the remote had against a parcel."""

    ref: str
    """The ref that it refused; not always the ledger's."""
    reason: str
    words: tuple[str, ...]


_PASSING = (
    "fetch first",
    "non-fast-forward",
    "already exists",
    "stale info",
    "failed to update ref",
    "failed to lock",
    "cannot lock ref",
    "reference already exists",
    "incorrect old value provided",
    "remote ref updated since checkout",
    *_BLAMELESS,
)
"""What a server says where somebody else was faster, or is at it just now."""


def is_passing(refusal: Refusal) -> bool:
    """Tell whether a refusal may only be about somebody else who pushes too."""
    return any(words in refusal.reason for words in _PASSING)


class Delivery(Value):
    """What became of the parcels, by the ledger ref."""

    accepted: tuple[str, ...]
    refused: dict[str, Refusal]


def deliver(ledger: Ledger, remote: str, parcels: Sequence[Parcel], network: Network) -> Delivery:
    """Push every parcel; return which were accepted, and why the others were not."""
    if not parcels:
        return Delivery((), {})
    courier = _Courier(ledger, remote, network)
    courier.together(list(parcels))
    return Delivery(tuple(courier.accepted), courier.refused)


class _Courier:
    """One delivery while it goes on."""

    def __init__(self, ledger: Ledger, remote: str, network: Network) -> None:
        self._ledger = ledger
        self._remote = remote
        self._network = network
        self._atomic = True
        self._leases: dict[str, str] = {}
        self._told: set[tuple[str, str]] = set()
        self.accepted: list[str] = []
        self.refused: dict[str, Refusal] = {}

    def together(self, parcels: list[Parcel]) -> None:
        """Push parcels at once; sort out who is to blame where that fails."""
        self._leases = self._replaced(parcels)
        every = [parcel.tags for parcel in parcels if parcel.tags is not None]
        self._told = {(t.oid, f"{TAGS}{n}") for tags in every for n, t in tags.wanted.items()}
        for some in _batches(parcels):
            self._batch(some)

    def _replaced(self, parcels: list[Parcel]) -> dict[str, str]:
        """Return the tags that the remote has as they were before they were replaced."""
        wanted = {ref: old for parcel in parcels for ref, old in parcel.replaced}
        if not wanted:
            return {}
        there = transport.ls_remote(
            self._ledger.repository, self._remote, list(wanted), network=self._network
        )
        return {ref: old for ref, old in wanted.items() if there.get(ref) == old}

    def _batch(self, parcels: list[Parcel]) -> None:
        if not self._atomic:
            self._in_two_steps(parcels)
            return
        pushed = self._push([update for parcel in parcels for update in parcel.updates])
        if pushed.done:
            self.accepted += [parcel.ref for parcel in parcels]
        elif not pushed.answers:
            # it did not come to answering: the server may know no atomic pushes
            self._atomic = False
            self._in_two_steps(parcels, first_words=pushed.words)
        elif len(parcels) == 1:
            self.refused[parcels[0].ref] = _refusal(parcels[0].updates, pushed)
        else:
            blamed = [parcel for parcel in parcels if _is_to_blame(parcel, pushed)]
            rest = [parcel for parcel in parcels if parcel not in blamed]
            if not blamed or not rest:
                blamed, rest = parcels, []
            if rest:
                self._batch(rest)
            for parcel in blamed:
                self._batch([parcel])

    def _in_two_steps(self, parcels: list[Parcel], *, first_words: tuple[str, ...] = ()) -> None:
        """Push the ledger refs, then the tags of those that were taken."""
        pushed = self._push([parcel.updates[0] for parcel in parcels])
        if not pushed.answers:
            words = pushed.words or first_words
            for parcel in parcels:
                self.refused[parcel.ref] = Refusal(parcel.updates[0][1], "no answer", words)
            return
        taken = []
        for parcel in parcels:
            answer = pushed.answers.get(parcel.updates[0][1])
            if answer is not None and answer.accepted:
                taken.append(parcel)
            else:
                self.refused[parcel.ref] = _refusal(parcel.updates[:1], pushed)
        tags = [update for parcel in taken for update in parcel.updates[1:]]
        later = self._push(tags) if tags else None
        for parcel in taken:
            failed = later is not None and any(
                not _accepted(later, ref) for _, ref in parcel.updates[1:]
            )
            if failed and later is not None:
                self.refused[parcel.ref] = _refusal(parcel.updates[1:], later)
            self.accepted.append(parcel.ref)

    def _push(self, updates: Sequence[tuple[str, str]]) -> transport.Pushed:
        # a generation that was renamed has two refs, whose records tell of the same tags
        updates = list(dict.fromkeys(updates))
        patterns, single = _in_patterns(local_tags(self._ledger), updates, self._told)
        pushed = self._talk(single, patterns)
        asked = {ref for _, ref in updates}
        if any(ref not in asked and not a.accepted for ref, a in pushed.answers.items()):
            # one that a pattern took along is another there, which keeps nobody
            pushed = self._talk(updates, [])
        return pushed

    def _talk(
        self, updates: Sequence[tuple[str, str]], patterns: Sequence[str]
    ) -> transport.Pushed:
        return transport.push(
            self._ledger.repository,
            self._remote,
            updates,
            patterns=patterns,
            atomic=self._atomic and len(updates) + len(patterns) > 1,
            network=self._network,
            leases={ref: self._leases[ref] for _, ref in updates if ref in self._leases},
        )


def _in_patterns(
    here: Mapping[str, str],
    updates: Sequence[tuple[str, str]],
    told: Collection[tuple[str, str]],
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return patterns for the many tags of one version, and the updates that are left.

    git takes time for every ref that it is named times every ref that there is. A pattern stands
    only for tags that all are as records tell of them: those to be pushed, and some that were.
    """
    if len(updates) < _MANY:
        return [], list(updates)
    groups: dict[str, set[tuple[str, str]]] = {}
    for name, oid in here.items():
        version, candidate, _ = name.partition("-rc.")
        if candidate:
            groups.setdefault(f"{TAGS}{version}-rc.*", set()).add((oid, f"{TAGS}{name}"))
    wanted = set(updates)
    fine = wanted.union(told)
    patterns = [p for p, tags in groups.items() if tags <= fine and not tags.isdisjoint(wanted)]
    gone = {update for pattern in patterns for update in groups[pattern]}
    return patterns, [update for update in updates if update not in gone]


def _batches(parcels: list[Parcel]) -> Iterable[list[Parcel]]:
    batch: list[Parcel] = []
    size = 0
    for parcel in parcels:
        if batch and size + len(parcel.updates) > _AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(parcel)
        size += len(parcel.updates)
    if batch:
        yield batch


def _accepted(pushed: transport.Pushed, ref: str) -> bool:
    answer = pushed.answers.get(ref)
    return answer is not None and answer.accepted


def _is_to_blame(parcel: Parcel, pushed: transport.Pushed) -> bool:
    answers = [pushed.answers[ref] for _, ref in parcel.updates if ref in pushed.answers]
    return any(not a.accepted and a.reason not in _BLAMELESS for a in answers)


def _refusal(updates: Sequence[tuple[str, str]], pushed: transport.Pushed) -> Refusal:
    """Return what speaks against the first ref that was refused for its own sake."""
    refused = [
        (ref, answer)
        for _, ref in updates
        if (answer := pushed.answers.get(ref)) is not None and not answer.accepted
    ]
    own = [(ref, answer) for ref, answer in refused if answer.reason not in _BLAMELESS]
    words = tuple(line for line in pushed.words if line.startswith("remote:"))
    for ref, answer in [*own, *refused]:
        return Refusal(ref, answer.reason, words)
    return Refusal(updates[0][1], "no answer", pushed.words)
