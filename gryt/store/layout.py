"""Every ref name and path of the ledger, in one table.

    <namespace>/generations/<version>    the records of one generation
        generation/<id>-<what>.yaml
        evolutions/<evolution id>/<id>-<what>.yaml
        audit/<id>-<what>.yaml
    <namespace>/meta                     the meta-branch: records about the whole repository
        audit/<id>-<what>.yaml
        policy/<id>.yaml
        snapshots/<snapshot id>/manifest.yaml, snapshots/<snapshot id>/generations/<version>/...
    refs/notes/gryt                      the projection onto code commits
    refs/gryt-remotes/<remote>/...       the same names, as a remote was last seen to have them

The namespace is refs/gryt unless `gryt.namespace` says otherwise.
"""

import re
from typing import TYPE_CHECKING

from gryt.model.names import RecordId
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.records import Kind, Record

DEFAULT_NAMESPACE = "refs/gryt"
NOTES_REF = "refs/notes/gryt"
TAGS = "refs/tags/"
TRACKING = "refs/gryt-remotes/"
"""What was last seen of each remote: `<remote>/generations/<version>` and so on; never pushed."""
BUNDLE = "bundle-"
"""How the names of what is no remote but a file begin, below TRACKING."""

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ULID = "[0-7][0-9a-hjkmnp-tv-z]{25}"
_RECORD_PATH = re.compile(
    rf"(?:generation/|audit/|evolutions/{_ULID}/)(?P<id>{_ULID})-[a-z-]+\.yaml"
)
_FILE = re.compile(r"(?P<id>[0-9a-z]{26})-(?P<what>[a-z-]+)\.yaml")

_FOLDERS = {
    "generation": "generation",
    "evolution": "evolutions",
    "run": "evolutions",
    "audit": "audit",
    "snapshot": "audit",
    "policy": "audit",
    "rollback": "audit",
}


class Layout(Value):
    """The ref names under one namespace."""

    namespace: str = DEFAULT_NAMESPACE

    @property
    def generations(self) -> str:
        """The prefix of every generation ref."""
        return f"{self.namespace}/generations/"

    @property
    def meta(self) -> str:
        """The meta-branch."""
        return f"{self.namespace}/meta"

    def generation(self, version: str) -> str:
        """Return the ref of one generation."""
        return self.generations + version

    def version(self, ref: str) -> str | None:
        """Return the version that a ref holds; None where it is no generation ref."""
        name = ref.removeprefix(self.generations)
        return name if name != ref and _VERSION.fullmatch(name) else None

    # --- remotes

    @property
    def notes_there(self) -> str:
        """The notes as remotes have them: where a host takes only branches, they are one too."""
        on_branches = self.namespace.startswith("refs/heads/")
        return f"{self.namespace}/notes" if on_branches else NOTES_REF

    def is_ledger(self, ref: str) -> bool:
        """Tell whether a ref is one that gryt keeps records in."""
        return ref == self.meta or self.version(ref) is not None

    def tracking(self, remote: str, ref: str) -> str:
        """Return the ref that says where a remote's `ref` was last seen."""
        there = f"{self.namespace}/notes" if ref == NOTES_REF else ref
        return f"{TRACKING}{remote}/{there.removeprefix(self.namespace + '/')}"

    def tracked(self, remote: str, ref: str) -> str | None:
        """Return the ref that a tracking ref of this remote is about; None where it is another."""
        rest = ref.removeprefix(f"{TRACKING}{remote}/")
        if rest == ref:
            return None
        name = NOTES_REF if rest == "notes" else f"{self.namespace}/{rest}"
        return name if name == NOTES_REF or self.is_ledger(name) else None

    def refspecs(self, remote: str) -> list[str]:
        """Return what to fetch. No `+` on records: a remote that goes back is not followed.

        The notes are a projection, made again from records, and may be rewritten. Their pattern
        keeps git from failing where a remote has none.
        """
        specs = [f"{self.namespace}/*:{TRACKING}{remote}/*"]
        if self.notes_there == NOTES_REF:
            specs.append(f"+{NOTES_REF}*:{TRACKING}{remote}/notes*")
        return specs


def path_of(record: "Record", evolution: RecordId | None = None) -> str:
    """Return where a record lies in its tree; `evolution` is given for an evolution's records."""
    subject, _, what = record.kind.value.partition(".")
    name = f"{record.id}-{f'run-{what}' if subject == 'run' else what}.yaml"
    folder = _FOLDERS[subject]
    return f"{folder}/{evolution}/{name}" if folder == "evolutions" else f"{folder}/{name}"


def record_id_in(path: str) -> RecordId | None:
    """Return the id in a record's path; None where the path is not one that gryt gives."""
    match = _RECORD_PATH.fullmatch(path)
    return RecordId(match["id"]) if match else None


def kind_in(path: str) -> "Kind | None":
    """Return the kind of the record that belongs at a path; None where none does."""
    from gryt.model.records import Kind  # lazy: most who know paths need no records

    folder, _, rest = path.partition("/")
    match = _FILE.fullmatch(rest.rpartition("/")[2])
    if match is None:
        return None
    subject, what = {"evolutions": "evolution"}.get(folder, folder), match["what"]
    if folder == "evolutions" and what.startswith("run-"):
        subject, what = "run", what.removeprefix("run-")
    try:
        return Kind(f"{subject}.{what}")
    except ValueError:
        return None


NOT_RECORDS = ("snapshots", "policy")
"""Folders of the meta-branch that hold copies and published policy, not records of their own."""


def is_snapshot_path(path: str) -> bool:
    """Tell whether a path of the meta-branch belongs to a snapshot's copy."""
    return path.partition("/")[0] in NOT_RECORDS
