"""Git objects through libgit2: blobs, trees, commits, tags.

Nothing here moves a ref: what is written stays unreachable until `git/refs.py` publishes it. Paths
in trees are ASCII by construction when written, and hostile until checked when read.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from gryt.errors import Corrupt
from gryt.git import binding
from gryt.git.binding import Commit, GitError, InvalidSpecError, Object, Oid, Tree, TreeBuilder
from gryt.git.repository import Repository, readable
from gryt.git.written import Written
from gryt.typed import cast

_FILE = (binding.FILE, binding.EXECUTABLE)

_Parts = dict[tuple[str, ...], "bytes | Oid"]


class Objects:
    """The object store of one repository."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.written = Written(self)
        """What this process has written, for as long as no ref leads to it."""

    @cached_property
    def libgit2(self) -> binding.Repository:
        """The repository as libgit2 has it, for this package alone."""
        return binding.open_repository(str(self.repository.git_dir))

    # --- reading

    def kind(self, oid: str) -> str | None:
        """Return 'commit', 'tree', 'blob' or 'tag'; None where the object is not here."""
        try:
            return binding.KINDS[int(self.libgit2.odb.read_header(Oid(hex=oid))[0])]
        except (KeyError, GitError):
            return None

    def raw(self, oid: str, *, limit: int) -> tuple[str, bytes]:
        """Return an object's kind and bytes; raise Corrupt: missing, broken, or over `limit`."""
        key = Oid(hex=oid)
        try:
            kind, size = self.libgit2.odb.read_header(key)
            if size > limit:
                raise Corrupt(f"object '{oid}' has {size} bytes, more than {limit}")
            return binding.KINDS[int(kind)], self.libgit2.odb.read(key)[1]
        except KeyError:
            return self._fetched(oid)
        except GitError as error:
            hints = ["git fsck"]
            raise Corrupt(f"object '{oid}' is broken", details=[str(error)], hints=hints) from None

    def blob(self, oid: str, *, limit: int) -> bytes:
        """Return a blob's bytes; raise Corrupt as `raw` does, or where it is no blob."""
        kind, data = self.raw(oid, limit=limit)
        if kind != "blob":
            raise Corrupt(f"object '{oid}' is not a blob")
        return data

    def _fetched(self, oid: str) -> tuple[str, bytes]:
        """Let git have the object, which fetches what a partial clone left behind."""
        asked = self.repository.git.attempt("cat-file", "--batch", stdin=f"{oid}\n".encode())
        header, _, data = asked.stdout.partition(b"\n")
        if asked.status != 0 or header.endswith(b" missing"):
            raise Corrupt(f"object '{oid}' is missing", hints=["git fsck", "git fetch"])
        return header.split(b" ")[1].decode(), data[:-1]

    def tree_of(self, commit: str) -> str:
        """Return the tree of a commit."""
        return str(self._commit(commit).tree_id)

    def message(self, commit: str) -> str:
        """Return a commit's message."""
        return self._commit(commit).message

    def parents(self, commit: str) -> list[str]:
        """Return a commit's parents, which a shallow clone need not have."""
        return [str(oid) for oid in self._commit(commit).parent_ids]

    def commit_time(self, commit: str) -> int:
        """Return a commit's committer date, seconds since the epoch."""
        return self._commit(commit).commit_time

    def _commit(self, oid: str) -> Commit:
        found = self.libgit2.get(oid)
        if found is None or found.type != binding.COMMIT:
            raise Corrupt(f"commit '{oid}' is missing", hints=["git fsck", "git fetch"])
        return cast(Commit, found)

    def _tree(self, oid: str | Oid) -> Tree:
        found = self.libgit2.get(oid)
        if found is None or found.type != binding.TREE:
            raise Corrupt(f"tree '{oid}' is missing", hints=["git fsck", "git fetch"])
        return cast(Tree, found)

    def files(
        self, tree: str, *, since: str | None = None, without: Collection[str] = ()
    ) -> Iterator[tuple[str, str]]:
        """Yield path and blob id of every file in `tree` that is not the same in `since`.

        Folders at the top that are named in `without` are not looked into.
        """
        older = self._tree(since) if since else None
        yield from self._files(self._tree(tree), older, "", without=without)

    def _files(
        self,
        tree: Tree,
        since: Tree | None,
        prefix: str,
        *,
        without: Collection[str] = (),
    ) -> Iterator[tuple[str, str]]:
        known = {entry.name: entry for entry in since} if since is not None else {}
        for entry in tree:
            name, before = entry.name or "", known.get(entry.name)
            if name in without or (before is not None and before.id == entry.id):
                continue
            if entry.filemode == binding.FOLDER:
                older = before.id if before is not None and before.type_str == "tree" else None
                yield from self._files(
                    self._tree(entry.id), self._tree(older) if older else None, f"{prefix}{name}/"
                )
            else:
                yield f"{prefix}{name}", str(entry.id)

    def lost(self, old: str, new: str, *, without: Collection[str] = ()) -> Iterator[str]:
        """Yield every path of the tree `old` that `new` does not have, or has differently."""
        for path, _ in self._files(self._tree(old), self._tree(new), "", without=without):
            yield path

    def entry(self, tree: str, path: str) -> tuple[str, bool] | None:
        """Return blob id and whether it is a plain file for one path; None where absent."""
        try:
            entry = self._tree(tree)[path]
        except KeyError:
            return None
        return str(entry.id), entry.filemode in _FILE

    def names(self, tree: str, path: str) -> list[str]:
        """Return the names in one folder of a tree; none where there is no such folder."""
        try:
            folder = self._tree(tree)[path]
        except KeyError:
            return []
        return [entry.name or "" for entry in self._tree(folder.id)] if _is_tree(folder) else []

    def subtree(self, tree: str, path: str) -> str | None:
        """Return the id of one folder of a tree; None where there is none."""
        try:
            folder = self._tree(tree)[path]
        except KeyError:
            return None
        return str(folder.id) if _is_tree(folder) else None

    def folders(self, tree: str) -> list[tuple[str, str]]:
        """Return name and tree of every folder in a tree."""
        entries = self._tree(tree)
        return [(entry.name or "", str(entry.id)) for entry in entries if _is_tree(entry)]

    def descends(self, commit: str, ancestor: str) -> bool:
        """Tell whether `ancestor` is known to be an ancestor of `commit`."""
        return self.libgit2.descendant_of(Oid(hex=commit), Oid(hex=ancestor))

    def ref(self, name: str) -> str | None:
        """Return the object that a ref points to; None where there is no such ref."""
        try:
            return str(self.libgit2.lookup_reference(name).resolve().target)
        except KeyError:
            return None

    def head(self) -> tuple[str | None, str | None]:
        """Return the commit that HEAD is at, and the branch; None where there is none."""
        head = self.libgit2.lookup_reference("HEAD")
        target = str(head.target)
        if head.type == binding.DIRECT:
            return target, None
        branch = readable(target.removeprefix("refs/heads/"))
        tip = self.ref(target)
        return (None if tip is None else self.peel(tip)), branch

    def blob_id(self, data: bytes) -> str:
        """Return the id that bytes have as a blob."""
        return str(binding.hash(data))

    def peel(self, oid: str) -> str | None:
        """Return the commit that an object (a tag) leads to; None where it leads to none."""
        found = self.libgit2.get(oid)
        if found is None:
            return None
        try:
            return str(found.peel(Commit).id)
        except (InvalidSpecError, GitError):
            return None

    # --- writing

    def add_files(
        self,
        tree: str | None,
        files: Mapping[str, bytes],
        *,
        trees: Mapping[str, str] | None = None,
    ) -> str:
        """Return a tree like `tree` with `files` (path to bytes) added or replaced.

        `trees` (path to tree id) are put in whole. Nothing is written that the result lacks.
        """
        parts: _Parts = {tuple(path.split("/")): data for path, data in files.items()}
        for path, oid in (trees or {}).items():
            parts[tuple(path.split("/"))] = Oid(hex=oid)
        return str(self._add(self._tree(tree) if tree else None, parts))

    def _add(self, tree: Tree | None, parts: "_Parts") -> Oid:
        builder = self.libgit2.TreeBuilder(tree) if tree is not None else self.libgit2.TreeBuilder()
        folders: dict[str, _Parts] = {}
        for (first, *rest), data in parts.items():
            if rest:
                folders.setdefault(first, {})[tuple(rest)] = data
            elif isinstance(data, bytes):
                builder.insert(first, self._blob(data), binding.FILE)
            else:
                builder.insert(first, data, binding.FOLDER)
        for name, inner in folders.items():
            before = _entry(builder, name)
            below = self._tree(before.id) if before is not None and _is_tree(before) else None
            builder.insert(name, self._add(below, inner), binding.FOLDER)
        return self.written.make(builder.write)

    def _blob(self, data: bytes) -> Oid:
        return self.written.make(lambda: self.libgit2.create_blob(data))

    def remove_file(self, tree: str, path: str) -> str:
        """Return a tree like `tree` without one file."""
        first, _, rest = path.partition("/")
        builder = self.libgit2.TreeBuilder(self._tree(tree))
        below = _entry(builder, first)
        if below is None:
            return tree
        if rest and _is_tree(below):
            builder.insert(first, Oid(hex=self.remove_file(str(below.id), rest)), binding.FOLDER)
        else:
            builder.remove(first)
        return str(self.written.make(builder.write))

    def unite(self, first: str, second: str) -> str:
        """Return the union of two trees, the same whichever comes first.

        Two different blobs under one path can only be an accident or an attack: the one with the
        smaller id keeps the name, the other is kept beside it as `<name>~<its id>`.
        """
        return str(self._unite(Oid(hex=first), Oid(hex=second)))

    def _unite(self, first: Oid, second: Oid) -> Oid:
        if first == second:
            return first
        builder = self.libgit2.TreeBuilder(self._tree(first))
        for entry in self._tree(second):
            name, mine = entry.name or "", _entry(builder, entry.name or "")
            if mine is None:
                builder.insert(name, entry.id, entry.filemode)
            elif (mine.id, mine.filemode) != (entry.id, entry.filemode):
                if mine.filemode == entry.filemode == binding.FOLDER:
                    builder.insert(name, self._unite(mine.id, entry.id), binding.FOLDER)
                else:
                    sides = sorted((str(side.id), side.filemode) for side in (mine, entry))
                    names = (name, f"{name}~{sides[1][0]}")
                    for kept, (oid, mode) in zip(names, sides, strict=True):
                        builder.insert(kept, Oid(hex=oid), mode)
        return self.written.make(builder.write)

    def write_object(self, kind: str, data: bytes) -> str:
        """Write a raw object of this kind ('tag', ...) and return its id."""
        write = self.libgit2.odb.write
        number = next(number for number, name in binding.KINDS.items() if name == kind)
        return str(self.written.make(lambda: write(number, data)))


def _entry(builder: TreeBuilder, name: str) -> Object | None:
    """Return one entry; the library's own types promise one for every name."""
    return builder.get(name)


def _is_tree(entry: Object) -> bool:
    return entry.type == binding.TREE
