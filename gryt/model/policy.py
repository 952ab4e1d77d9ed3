"""Policy: what a team asks for beyond the contract.

A policy is a set of named rules. Several policies may be in force at once (the published one, that
of the commit, that of the work tree); then every rule of each of them holds, so that adding one can
never take anything away.
"""

import re
from collections.abc import Iterable
from functools import cache

from gryt.model.contract import ChangeType
from gryt.model.names import Oid, RecordId
from gryt.model.verdict import Verdict
from gryt.values import Value

MIN_EVOLUTIONS = "MinEvolutionsGate"
"""The gate that counts for every rule with `min_evolutions` that is for all changes."""


class RequiredStep(Value):
    """A step that must be in the pipeline, and must have passed in the proof."""

    name: str
    command: str | tuple[str, ...] | None = None
    """The command that it must have; None for any that does something."""


class Approvals(Value):
    """How many people must have said yes, and which."""

    min: int = 1
    not_author: bool = False
    """Who wrote or proved the work does not count."""
    people: tuple[str, ...] = ()
    """E-mail addresses of those who count; () for everybody. In the file: `from`."""
    signed: bool = False
    """Only approvals whose signature is good count."""


class Metric(Value):
    """What a number recorded in the proof must be."""

    name: str
    min: float | None = None
    max: float | None = None
    warn: float | None = None
    """Between this and the threshold it passes with a warning."""
    not_worse_than_previous: bool = False
    """It must not be worse than in the release before."""


class Freeze(Value):
    """A time in which nothing is promoted, in seconds since the epoch; the end is not in it."""

    start: float
    end: float
    reason: str
    text: str
    """How the file has it."""


class Rule(Value):
    """One named rule: whom it is for, and what it asks. What it does not ask for is None or ()."""

    name: str
    description: str = ""
    applies_to: tuple[ChangeType, ...] = ()
    """The types of change that it is for; () for all."""
    paths: tuple[str, ...] = ()
    """It is for releases that touch one of these; () for all."""
    advisory: bool = False
    """`mode: warn`: it is judged and shown, and keeps nobody."""
    may_override: bool = True
    required_steps: tuple[RequiredStep, ...] = ()
    accepts_reused: bool = False
    """Whether a result that was taken over from an earlier run is good enough for it."""
    min_evolutions: int | None = None
    command: str | tuple[str, ...] | None = None
    timeout: float | None = None
    metrics: tuple[Metric, ...] = ()
    approvals: Approvals | None = None
    soak: float | None = None
    """Seconds that must have gone by since the last proof."""
    max_age: float | None = None
    """Seconds after which a proof is too old."""
    freeze: tuple[Freeze, ...] = ()
    strict: bool = False
    """No evolution may have failed, ever."""
    tip_proven: bool = False
    """The promoted commit itself must carry a proof of every change."""
    proof_from_ci: bool = False
    """Every proof must have been made by a CI system."""
    promoters: tuple[str, ...] = ()
    """Who may promote, as e-mail addresses or names; () for everybody."""
    signed: bool = False
    """Every record that a promotion rests on must be signed by who is named in it."""
    plugin: bool = False
    """A gate of this name must come from an installed package."""

    @property
    def is_for_all(self) -> bool:
        """Tell whether it is for every change of every release."""
        return not self.applies_to and not self.paths

    def is_for(self, types: Iterable[ChangeType]) -> tuple[ChangeType, ...]:
        """Return those of these types that the rule is for, each once."""
        wanted = self.applies_to or tuple(ChangeType)
        return tuple(kind for kind in dict.fromkeys(types) if kind in wanted)

    def touches(self, files: Iterable[str] | None) -> bool:
        """Tell whether it is for a release that changes these files; None is any, unknown."""
        if not self.paths or files is None:
            return True
        patterns = [_glob(path) for path in self.paths]
        return any(pattern.fullmatch(file) for file in files for pattern in patterns)


class Source(Value):
    """Where rules come from."""

    where: str
    """'published', 'commit' or 'work tree'."""
    path: str
    blob: Oid
    """The git blob of the file, whether git has it or not."""
    rules: tuple[Rule, ...]
    no_override: tuple[str, ...] = ()
    """Gates that may not be overridden."""
    publish: Approvals | None = None
    """What it takes to publish another policy in the place of this one."""
    signers: tuple[str, ...] = ()
    """Whose key is whose, as lines of an allowed-signers file."""
    evidence: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Steps that reports take as evidence of a control: `RA-5` and those that scan."""


class Policy(Value):
    """The rules in force. Without any, one passing evolution is enough."""

    rules: tuple[Rule, ...] = ()
    sources: tuple[Source, ...] = ()
    """Where the rules come from, the published policy first."""
    no_override: frozenset[str] = frozenset()
    """Names of gates that may not be overridden, besides those of rules that forbid it."""
    differences: tuple[str, ...] = ()
    """What a branch's policy lacks of the published one, which holds all the same."""
    signers: tuple[str, ...] = ()
    """Whose key is whose, as published: a branch makes nobody known."""

    @property
    def min_evolutions(self) -> int:
        """How many evolutions must have passed before promotion."""
        asked = (r.min_evolutions or 1 for r in self.rules if not r.advisory and r.is_for_all)
        return max(asked, default=1)

    @property
    def blob(self) -> Oid | None:
        """The file that decisions name: the published policy, else the first there is."""
        return self.sources[0].blob if self.sources else None

    def may_override(self, gate: str) -> bool:
        """Tell whether a gate may be overridden as far as policy goes."""
        return gate not in self.no_override and all(
            rule.may_override
            for rule in self.rules
            if gate == rule.name or (gate == MIN_EVOLUTIONS and rule.min_evolutions is not None)
        )


class PolicyVerdict(Value):
    """What a policy said of a pipeline: the verdict, for which types, with which steps."""

    verdict: Verdict
    types: tuple[ChangeType, ...]
    steps: tuple[RequiredStep, ...]
    accepts_reused: bool = False


class PolicyPublished(Value):
    """A policy came into force that branches can add to and not go below."""

    policy: Oid
    """The blob of the file, which lies in the same tree."""
    replaces: tuple[RecordId, ...] = ()
    """The publications that its author had seen and that it takes the place of."""


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """Return what a path must look like: ** is any folders, * and ? stay within one."""
    if pattern.endswith("/"):
        pattern += "**"
    words = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(word) or re.escape(word) for word in words), re.DOTALL)
