"""From what a rule says of each item to the status of a control.

One decision for all of them (`status_of`). A status is never a literal: without an item there is
none, so an empty repository meets nothing.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence

from gryt.model.compliance.controls import Control
from gryt.model.compliance.evidence import Evidence
from gryt.values import Value


class Status(enum.Enum):
    """What the records of this repository show for a control. Never more than that."""

    MET = "met"
    PARTIAL = "partial"
    NOT_MET = "not met"
    NO_DATA = "no data"


class Judgement(enum.Enum):
    """What a rule says of one item."""

    CONFORMS = "conforms"
    SHORT = "falls short"
    """It does not conform; this alone makes the control partial."""
    VIOLATES = "violates"
    """It does what the control forbids; this alone makes the control not met."""
    UNVERIFIABLE = "unverifiable"


class Item(Value):
    """One member of the population that a rule looks at."""

    subject: str
    """A record id, a tag, a ref: what it is about."""
    judgement: Judgement
    reason: str = ""
    recheck: str = ""
    """The git command that shows it."""


class Tally(Value):
    """The items of a rule, counted."""

    population: int
    conforming: int
    unverifiable: int
    against: tuple[Item, ...]
    """Everything that does not conform, the worst first."""
    example: str = ""
    """The git command that shows one of those that conform."""

    @property
    def violations(self) -> tuple[Item, ...]:
        """The items that do what is forbidden."""
        return tuple(i for i in self.against if i.judgement is Judgement.VIOLATES)


Judge = Callable[[Evidence], Iterable[Item]]


class Rule(Value):
    """How one control is judged from records."""

    control: str
    """The control's id."""
    population: str
    """What is looked at, in a few words."""
    demand: str
    """What each of them has to be."""
    judge: Judge
    objectives: tuple[str, ...] = ()
    """The assessment objectives that this is evidence for; the others are not assessed."""
    unseen: str = ""
    """What the control asks for besides, which no record can tell."""
    at_most: Status = Status.MET


class Assessment(Value):
    """The answer for one control."""

    control: Control
    rule: Rule
    tally: Tally
    status: Status

    @property
    def not_assessed(self) -> tuple[str, ...]:
        """The objectives that records say nothing about."""
        return tuple(o for o in self.control.objectives if o not in self.rule.objectives)


def conforms(subject: str, recheck: str = "") -> Item:
    """Return an item that is as it should be."""
    return Item(subject, Judgement.CONFORMS, "", recheck)


def short(subject: str, reason: str, recheck: str = "") -> Item:
    """Return an item that is not all that it should be."""
    return Item(subject, Judgement.SHORT, reason, recheck)


def violates(subject: str, reason: str, recheck: str = "") -> Item:
    """Return an item that is what the control forbids."""
    return Item(subject, Judgement.VIOLATES, reason, recheck)


def unverifiable(subject: str, reason: str, recheck: str = "") -> Item:
    """Return an item of which this clone cannot tell."""
    return Item(subject, Judgement.UNVERIFIABLE, reason, recheck)


_WORST_FIRST = (Judgement.VIOLATES, Judgement.SHORT, Judgement.UNVERIFIABLE)


def count(items: Iterable[Item]) -> Tally:
    """Count what a rule said."""
    every = list(items)
    against = [i for i in every if i.judgement is not Judgement.CONFORMS]
    against.sort(key=lambda item: _WORST_FIRST.index(item.judgement))
    return Tally(
        population=len(every),
        conforming=len(every) - len(against),
        unverifiable=sum(i.judgement is Judgement.UNVERIFIABLE for i in every),
        against=tuple(against),
        example=next((i.recheck for i in every if i.recheck), ""),
    )


def status_of(tally: Tally, at_most: Status = Status.MET) -> Status:
    """Decide: the one rule for every control."""
    if tally.population == 0:
        return Status.NO_DATA
    if tally.violations or tally.conforming == 0:
        return Status.NOT_MET
    if tally.conforming < tally.population or at_most is Status.PARTIAL:
        return Status.PARTIAL
    return Status.MET


def assess(
    evidence: Evidence, controls: Sequence[Control], rules: Sequence[Rule]
) -> Iterator[Assessment]:
    """Judge each control that there is a rule for, in the order of the catalogue."""
    known = {rule.control: rule for rule in rules}
    for control in controls:
        rule = known.get(control.id)
        if rule is not None:
            tally = count(rule.judge(evidence))
            yield Assessment(control, rule, tally, status_of(tally, rule.at_most))
