"""libgit2 through pygit2's own compiled modules, without the Python around them.

Of the 80 ms that `import pygit2` takes, 65 go into enums, TLS, tar files and remotes that gryt
never touches. Here the two compiled modules are loaded alone: objects, and the call for settings.
A later `import pygit2`, by whoever, finds them loaded and adds the rest, with the same classes.
Where pygit2 is not made as this expects, it is imported whole.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from gryt.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygit2 import (
        Commit,
        GitError,
        InvalidSpecError,
        Object,
        OdbBackend,
        Oid,
        Repository,
        Signature,
        Tree,
        TreeBuilder,
        hash,  # noqa: A004 - as the library calls it
    )

__all__ = [
    "COMMIT",
    "DIRECT",
    "EXECUTABLE",
    "FILE",
    "FOLDER",
    "KINDS",
    "TREE",
    "Commit",
    "GitError",
    "InvalidSpecError",
    "Object",
    "OdbBackend",
    "Oid",
    "Repository",
    "Signature",
    "Tree",
    "TreeBuilder",
    "hash",
    "open_repository",
]

COMMIT, TREE = 1, 2
KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
"""Kinds of objects by their numbers in git."""
FOLDER, FILE, EXECUTABLE = 0o040000, 0o100644, 0o100755
"""Modes of tree entries."""
DIRECT = 1
"""The type of a ref that is not symbolic."""

_WHOLE = "pygit2"
_ENUMS = "pygit2.enums"
_CERTIFICATES = "SSL_CERT_FILE"


def _compiled() -> tuple[ModuleType, ModuleType]:
    """Return pygit2's compiled modules; raise ImportError or AttributeError where they differ."""
    spec = importlib.util.find_spec(_WHOLE)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(_WHOLE)
    before = {name: sys.modules.get(name) for name in (_WHOLE, _ENUMS)}
    outside, enums = ModuleType(_WHOLE), ModuleType(_ENUMS)
    outside.__path__ = list(spec.submodule_search_locations)
    # The compiled module wants a class for each kind of number; here numbers are numbers.
    enums.__getattr__ = lambda _name: int  # type: ignore[method-assign]
    sys.modules[_WHOLE], sys.modules[_ENUMS] = outside, enums
    try:
        with _no_certificates(), _bound_late():
            objects = importlib.import_module("pygit2._pygit2")
        settings = importlib.import_module("pygit2._libgit2")
        objects._cache_enums()  # noqa: SLF001 - what its own __init__ does
        _ = objects.init_file_backend, objects.Repository.git_object_lookup_prefix
        _ = settings.lib.git_libgit2_opts, settings.lib.GIT_OPT_ENABLE_FSYNC_GITDIR
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return objects, settings


@contextmanager
def _no_certificates() -> Iterator[None]:
    """Let OpenSSL find no certificates: to parse a whole bundle takes 8 ms, and gryt needs none.

    libgit2 reads them when it is loaded (`SSL_CERT_FILE`, openssl-env(7)). What gryt does over a
    network git does, with an environment of its own; a whole pygit2 sets its certificates itself.
    """
    before = os.environ.get(_CERTIFICATES)
    os.environ[_CERTIFICATES] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CERTIFICATES]
        else:
            os.environ[_CERTIFICATES] = before


@contextmanager
def _bound_late() -> Iterator[None]:
    """Let each function of the libraries be looked up when it is first called: most never are."""
    before = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_LAZY)
    try:
        yield
    finally:
        sys.setdlopenflags(before)


def _load() -> tuple[ModuleType, ModuleType | None]:
    """Return what has the classes, and what has the settings where these are apart."""
    if _WHOLE not in sys.modules:
        try:
            return _compiled()
        except (ImportError, AttributeError, TypeError):
            pass  # another pygit2 than those that this was made for
    return importlib.import_module(_WHOLE), None


_objects, _settings = _load()

if not TYPE_CHECKING:
    Commit, Tree, TreeBuilder = _objects.Commit, _objects.Tree, _objects.TreeBuilder
    Object, Oid, OdbBackend = _objects.Object, _objects.Oid, _objects.OdbBackend
    Signature, hash = _objects.Signature, _objects.hash  # noqa: A001
    GitError, InvalidSpecError = _objects.GitError, _objects.InvalidSpecError

    class _Repository(_objects.Repository):
        """The part of pygit2's own class that gryt uses."""

        def __init__(self, path: str) -> None:
            super().__init__(_objects.init_file_backend(path, 0))

        def get(self, key: "str | Oid") -> "Object | None":
            """Return an object; None where it is not here."""
            return self.git_object_lookup_prefix(key)

        def __getitem__(self, key: "str | Oid") -> "Object":
            found = self.get(key)
            if found is None:
                raise KeyError(key)
            return found

    Repository = _objects.Repository if _settings is None else _Repository


def open_repository(path: str) -> "Repository":
    """Open a repository whose owner git has accepted, so that what is written is on disk."""
    # libgit2 reads less of the config that says whom to trust, and would refuse what git allows;
    # and neither git nor libgit2 syncs by default what gryt acknowledges.
    if _settings is None:
        from pygit2 import settings  # lazy: only another pygit2 than expected

        settings.owner_validation = False
        settings.enable_fsync_gitdir(True)  # noqa: FBT003 - its only form
    else:
        _option("GIT_OPT_SET_OWNER_VALIDATION", 0)
        _option("GIT_OPT_ENABLE_FSYNC_GITDIR", 1)
    return Repository(path)


def _option(name: str, value: int) -> None:
    assert _settings is not None
    library: Any = _settings.lib
    library.git_libgit2_opts(getattr(library, name), _settings.ffi.cast("int", value))
