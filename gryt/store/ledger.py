"""The ledger as a whole: which generations there are, and what each has come to.

Reading goes through the cache; libgit2 and YAML are loaded only where a ref has moved since.
"""

import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from gryt.errors import Corrupt, NotFound
from gryt.git.repository import Repository
from gryt.model.names import RecordId
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.store import journal
from gryt.store.index import Index, Row, Summary
from gryt.store.layout import DEFAULT_NAMESPACE, Layout, record_id_in
from gryt.store.locks import is_held
from gryt.store.rows import summary_of
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.git.objects import Objects
    from gryt.model.records import Record
    from gryt.store.fields import Map

CORRUPT = "corrupt"
"""The status in a listing of a generation whose records do not read."""


class View(Value):
    """One generation at one tip."""

    ref: str
    tip: str
    state: Generation


class Ledger:
    """The records of one repository."""

    def __init__(
        self, repository: Repository, *, now_ms: Callable[[], int], persist: bool = True
    ) -> None:
        self.repository = repository
        self.now_ms = now_ms
        self.persist = persist
        self.layout = Layout(repository.config.get("gryt.namespace", DEFAULT_NAMESPACE))
        self.folder = repository.common_dir / "gryt"
        """For what only this clone needs: cache, locks, logs."""
        self.patterns = [self.layout.namespace]
        self._states: dict[tuple[str, str], Generation] = {}
        self._parsed: dict[str, dict[tuple[str, str], Record]] = {}

    @cached_property
    def objects(self) -> "Objects":
        """The object store; loading it costs as much as everything else together."""
        from gryt.git.objects import Objects  # lazy: libgit2

        return Objects(self.repository)

    @cached_property
    def index(self) -> Index:
        """The cache."""
        return Index(self.folder / "index.db", persist=self.persist)

    @cached_property
    def refs(self) -> dict[str, str]:
        """Every ledger ref with its tip, as first read."""
        return journal.settled_refs(self)

    def watch(self, pattern: str) -> None:
        """Let the first look at the refs include others that fit a pattern."""
        self.patterns.append(pattern)

    def reread(self, ref: str | None = None) -> None:
        """Look again where a generation's ref is; for any other, or none, where all of them are."""
        if ref is None or self.layout.version(ref) is None:
            self.__dict__.pop("refs", None)
            return
        tip = self.objects.ref(ref)
        if tip is None:
            self.refs.pop(ref, None)
        else:
            self.refs[ref] = tip

    # --- generations

    def versions(self) -> list[str]:
        """Return the version that each generation goes by."""
        return [line.version for line in self.summaries()]

    def summaries(self) -> list[Summary]:
        """Return one line per generation, by version."""
        refs = {ref: tip for ref, tip in self.refs.items() if self.layout.version(ref)}
        known = self.index.summaries()
        if all(refs.get(line.ref) == line.oid for line in known) and len(known) == len(refs):
            return self._by_name(known)
        from gryt.store.refresh import refresh  # lazy: the record classes

        refresh(self)
        known = self.index.summaries()
        fresh = {line.ref: line for line in known if refs.get(line.ref) == line.oid}
        for ref in refs:
            if ref not in fresh:
                fresh[ref] = self._summarised(ref)
        return self._by_name(sorted(fresh.values(), key=lambda line: (line.sort_key, line.ref)))

    def _by_name(self, lines: list[Summary]) -> list[Summary]:
        """Leave out the refs of former names, whose generations are listed under their own."""
        own = {(line.ref, line.gid) for line in lines}
        ref = self.layout.generation
        return [
            line
            for line in lines
            if line.ref == (now := ref(line.version)) or (now, line.gid) not in own
        ]

    def _summarised(self, ref: str) -> Summary:
        version = self.layout.version(ref) or ref
        try:
            return summary_of(ref, self.refs[ref], self.state(ref))
        except Corrupt:
            blank = ("~" + version, version, "", CORRUPT, "", 0, 0, 0, "", None)
            return Summary(ref, self.refs[ref], *blank)

    def find(self, version: str) -> View | None:
        """Return one generation; None where none goes by this version (any more)."""
        ref = self.layout.generation(version)
        tip = self.refs.get(ref)
        if tip is None or self._has_moved(ref, state := self.state(ref)):
            return None
        return View(ref, tip, self._with_interrupted(state))

    def _has_moved(self, ref: str, state: Generation) -> bool:
        """Tell whether a generation has another ref by now, under its new name."""
        now = self.layout.generation(state.version)
        return now != ref and now in self.refs and self.state(now).gid == state.gid

    def get(self, version: str) -> View:
        """Return one generation; raise NotFound with the nearest versions."""
        view = self.find(version)
        if view is None:
            raise self.unknown_version(version)
        return view

    def unknown_version(self, version: str) -> NotFound:
        """Return the error for a version that there is no generation of."""
        from gryt.store.former import unknown_version  # lazy: only a mistake needs it

        return unknown_version(self, version)

    def state(self, ref: str) -> Generation:
        """Return what the records of a generation's ref come to; raise Corrupt."""
        from gryt.store import statecodec  # lazy: JSON is not needed to write

        tip = self.refs[ref]
        if (ref, tip) in self._states:
            return self._states[ref, tip]
        cached = self.index.state(ref, tip)
        if cached is not None:
            return self._states.setdefault((ref, tip), statecodec.load(cached))
        from gryt.store.folding import state_of  # lazy: the record classes

        state = state_of(ref, self.records(ref))
        self._keep(ref, tip, state)
        return state

    def _keep(self, ref: str, tip: str, state: Generation) -> None:
        from gryt.store import statecodec  # lazy: JSON is not needed to write

        self._states[ref, tip] = state
        self.index.put_state(summary_of(ref, tip, state), statecodec.dump(state))

    def advance(
        self,
        ref: str,
        tip: tuple[str, str],
        *,
        since: str | None,
        rows: list[Row],
        newest: str,
        state: Generation | None,
    ) -> None:
        """Take note of what this process itself has just appended to a ref."""
        self.index.put_records(ref, tip, since=since, rows=rows, newest=newest)
        self.refs[ref] = tip[0]
        if state is not None:
            self._keep(ref, tip[0], state)

    # --- records

    def rows(self, ref: str) -> list[Row]:
        """Return every record of a ref as the cache has it, brought up to the ref's tip."""
        tip = self.refs.get(ref)
        if tip is None:
            return []
        known = self.index.tip(ref)
        if known is not None and known[0] == tip:
            return self.index.rows(ref)
        return self._refreshed(ref, tip, known)

    def _refreshed(self, ref: str, tip: str, known: tuple[str, str] | None) -> list[Row]:
        from gryt.store.reading import Wanted, read_refs  # lazy: the record classes

        since = known[1] if known is not None and known[0] else None
        (read,) = read_refs(self.repository.git, [Wanted(ref, tip, since)])
        if read.problem is not None:
            raise read.problem
        old = self.index.rows(ref) if read.since else []
        self.index.put_read(read)
        return sorted([*old, *read.rows], key=lambda row: row.path)

    def documents(self, ref: str) -> "list[Map]":
        """Return every record of a ref as a mapping, oldest first; logs are without their text.

        Raises Corrupt with every record that does not read.
        """
        loaded: list[Map] = [json.loads(row.doc) for row in self._readable(ref) if row.doc]
        return sorted(loaded, key=lambda doc: str(doc["id"]))

    def _readable(self, ref: str) -> list[Row]:
        rows = self.rows(ref)
        broken = [row.problem for row in rows if row.problem is not None]
        if broken:
            raise Corrupt(
                f"'{ref}' has {len(broken)} unreadable record{'s' if len(broken) > 1 else ''}",
                details=broken,
                hints=["gryt verify", f"git log --stat {ref}"],
            )
        return rows

    def records(self, ref: str) -> "list[Record]":
        """Return every record of a ref, oldest first; logs are without their text."""
        from gryt.store import codec  # lazy: the record classes

        known = self._parsed.get(ref, {})
        parsed = {
            (row.path, row.blob): known.get((row.path, row.blob))
            or codec.from_plain(doc := json.loads(row.doc), f"{ref}:{doc['id']}")
            for row in self._readable(ref)
            if row.doc
        }
        self._parsed = {ref: parsed}  # of one ref: a run asks twice, others walk through them all
        return sorted(parsed.values(), key=lambda record: record.id)

    def record(self, ref: str, wanted: RecordId) -> "Map":
        """Return one record as stored, logs included; raise NotFound."""
        from gryt.store import codec  # lazy: YAML

        row = next((row for row in self.rows(ref) if record_id_in(row.path) == wanted), None)
        if row is None:
            raise NotFound(f"record '{wanted}' does not exist in '{ref}'")
        data = self.objects.blob(row.blob, limit=codec.MAX_RECORD_BYTES)
        return codec.decode(data, f"{ref}:{row.path}")

    def refs_about(self, commit: str) -> list[str]:
        """Return the generation refs with a record that names this commit."""
        known = self.index.tips()
        for ref, tip in self.refs.items():
            if known.get(ref) != tip and self.layout.version(ref) is not None:
                self.rows(ref)
        named = self.index.refs_with(f'"commit":"{commit}"')
        return [ref for ref in named if ref in self.refs and self.layout.version(ref) is not None]

    def newest(self) -> RecordId | None:
        """Return the newest record id that this clone has seen."""
        newest = self.index.newest()
        return RecordId(newest) if newest else None

    # --- runs in progress

    def run_lock(self, run: str) -> str:
        """Return the file that a run holds locked; it is there until the run is recorded."""
        return str(self.folder / "runs" / f"{run}.lock")

    def _with_interrupted(self, state: Generation) -> Generation:
        """Tell a run that is going on from one whose process was killed here."""
        if all(e.status is not EvolutionStatus.RUNNING for e in state.evolutions):
            return state
        evolutions = tuple(self._interrupted(e) for e in state.evolutions)
        return state._replace(evolutions=evolutions)

    def _interrupted(self, evolution: Evolution) -> Evolution:
        if evolution.status is not EvolutionStatus.RUNNING or evolution.run is None:
            return evolution
        # without a lock file it is a run of another clone, as far as anybody here can tell
        if is_held(self.run_lock(evolution.run)) is not False:
            return evolution
        return evolution._replace(status=EvolutionStatus.INTERRUPTED)
