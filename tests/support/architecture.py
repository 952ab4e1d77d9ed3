"""The rooms of gryt and their rules, as functions from a parsed module to complaints.

tests/test_architecture.py applies them to gryt/, and to a bad example of each. A complaint says
where, what, and what to do instead.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping

from tests.support.parsed import Module, calls_in, dotted, imports_of, room_of

ROOMS: Mapping[str, frozenset[str]] = {
    "errors": frozenset(),
    "values": frozenset(),
    "typed": frozenset(),
    "model": frozenset({"errors", "values"}),
    "git": frozenset({"errors", "values"}),
    "store": frozenset({"git", "model", "errors", "values"}),
    "runner": frozenset({"model", "errors", "values"}),
    "service": frozenset({"store", "runner", "model", "errors", "values"}),
    "render": frozenset({"model", "errors", "values"}),
    "cli": frozenset({"service", "render", "model", "errors", "values"}),
    "__main__": frozenset({"cli"}),
    "": frozenset(),
}
"""Which rooms a room may import besides itself. "" is gryt/__init__.py, and typed: open to all."""

COMPOSITION_ROOT = "gryt.cli.context"
"""The one module that puts the rooms together, and so may also import these."""
COMPOSITION_ROOMS = frozenset({"store", "git", "runner"})

OWNERS: Mapping[str, frozenset[str]] = {
    "pygit2": frozenset({"git"}),
    "subprocess": frozenset({"git", "runner"}),
    "multiprocessing": frozenset({"runner"}),
    "pty": frozenset({"runner"}),
    "yaml": frozenset({"store"}),
    "jsonschema": frozenset({"store"}),
    "jsonschema_rs": frozenset({"store"}),
    "sqlite3": frozenset({"store"}),
    "_sqlite3": frozenset({"store"}),
    "semver": frozenset({"model"}),
    "click": frozenset({"cli"}),
    "jinja2": frozenset({"render"}),
    "securesystemslib": frozenset({"store"}),
    "cryptography": frozenset({"store"}),  # of securesystemslib
    "markupsafe": frozenset({"render"}),  # of jinja2
    "rich": frozenset({"cli"}),
}
"""Where a library may be imported. What is neither here nor in the standard library, nowhere."""

PURE_ROOMS = frozenset({"errors", "model", "render"})
IMPURE_MODULES = frozenset(
    {"os", "io", "time", "random", "secrets", "uuid", "socket", "shutil", "tempfile", "glob"}
    | {"sys", "subprocess", "threading", "urllib", "http", "getpass", "platform", "locale"}
)
CLOCKS = frozenset({"now", "utcnow", "today"})
ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.putenv", "sys.argv"})
LIBGIT2 = "gryt.git.binding"
"""libgit2 looks at the environment of the process when it is loaded; it takes no argument."""
STEPS = "gryt.runner.spawn"
"""Where steps are started, as fast as it can be done."""
SHELLS = frozenset({"os.system", "os.popen", "os.fork", "os.posix_spawn", "os.posix_spawnp"})

FILE_LINES = 300
FUNCTION_LINES = 60

Rule = Callable[[Module], Iterator[str]]


def rooms(module: Module) -> Iterator[str]:
    allowed = ROOMS.get(module.room)
    if allowed is None:
        yield f"{module.path}: no room is called '{module.room}'; ROOMS lists them"
        return
    allowed |= {module.room, "", "typed"}
    if module.name == COMPOSITION_ROOT:
        allowed |= COMPOSITION_ROOMS
    for imported in imports_of(module):
        if imported.module.split(".")[0] != "gryt":
            continue
        room = room_of(imported.full)
        if imported.module == "gryt" and room not in ROOMS:
            room = ""  # from gryt import __version__
        if room not in allowed:
            open_to_it = ", ".join(sorted(allowed - {""}))
            yield (
                f"{module.at(imported.node)}: {module.room or 'gryt'} may not import "
                f"{imported.full}; it may: {open_to_it}"
            )


def libraries(module: Module) -> Iterator[str]:
    for imported in imports_of(module):
        top = imported.module.split(".")[0]
        if top in OWNERS:
            if module.room not in OWNERS[top]:
                owners = " and ".join(sorted(OWNERS[top]))
                yield f"{module.at(imported.node)}: only {owners} may import {top}"
        elif top not in sys.stdlib_module_names and top != "gryt" and not imported.is_relative:
            yield (
                f"{module.at(imported.node)}: {top} has no owner; "
                "declare it in pyproject.toml and in OWNERS"
            )


def git_processes(module: Module) -> Iterator[str]:
    for call in calls_in(module):
        if dotted(call.func) == "os.posix_spawn" and module.name == STEPS:
            continue
        if dotted(call.func) in SHELLS or dotted(call.func).startswith(("os.exec", "os.spawn")):
            yield f"{module.at(call)}: processes are started with subprocess, in git and runner"
    if module.room == "git":
        return
    for node in module.nodes:
        if isinstance(node, ast.List | ast.Tuple) and _starts_with_git(node):
            yield f"{module.at(node)}: only gryt/git runs git"


def _starts_with_git(node: ast.List | ast.Tuple) -> bool:
    return (
        bool(node.elts) and isinstance(node.elts[0], ast.Constant) and node.elts[0].value == "git"
    )


def environment(module: Module) -> Iterator[str]:
    if module.room == "cli" or module.name == LIBGIT2:
        return
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and dotted(node) in ENVIRONMENT:
            yield f"{module.at(node)}: only cli reads {dotted(node)}; take it as an argument"
    for imported in imports_of(module):
        if imported.full in ENVIRONMENT:
            yield f"{module.at(imported.node)}: only cli reads {imported.full}"


def output(module: Module) -> Iterator[str]:
    for call in calls_in(module):
        if dotted(call.func) in {"print", "pprint", "pprint.pprint"}:
            yield f"{module.at(call)}: output goes through cli/output.py, not print()"


def working_directory(module: Module) -> Iterator[str]:
    for call in calls_in(module):
        if dotted(call.func) in {"os.chdir", "os.fchdir", "chdir", "contextlib.chdir"}:
            yield f"{module.at(call)}: pass the directory; chdir changes it for every thread"


def broad_handlers(module: Module) -> Iterator[str]:
    """To catch all is for the error boundary; to tidy up and raise again is for anyone.

    A plug-in is a program of somebody else, which may fail in any way.
    """
    if module.name in {"gryt.cli.main", "gryt.service.plugins"}:
        return
    broad = {"Exception", "BaseException"}
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            is_broad = any(kind is None or dotted(kind) in broad for kind in kinds)
            if is_broad and (node.type is None or not _raises_again(node)):
                yield f"{module.at(node)}: name what is caught; only cli/main.py catches all"
        elif (
            isinstance(node, ast.Call)
            and dotted(node.func).endswith("suppress")
            and any(dotted(kind) in broad for kind in node.args)
        ):
            yield f"{module.at(node)}: name what is suppressed"


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    leaves = (ast.Return, ast.Continue, ast.Break)
    return (
        isinstance(last, ast.Raise)
        and last.exc is None
        and not any(isinstance(node, leaves) for node in ast.walk(handler))
    )


def purity(module: Module) -> Iterator[str]:
    if module.room not in PURE_ROOMS:
        return
    for imported in imports_of(module):
        is_pure_path = (imported.name or "").startswith("Pure")
        if imported.module.split(".")[0] in IMPURE_MODULES or (
            imported.module == "pathlib" and not is_pure_path
        ):
            yield f"{module.at(imported.node)}: {module.room} is pure; {imported.full} is not"
    for call in calls_in(module):
        if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS:
            yield f"{module.at(call)}: {module.room} is pure; take the time as an argument"
        elif dotted(call.func) in {"open", "input", "breakpoint"}:
            yield f"{module.at(call)}: {module.room} is pure; {dotted(call.func)}() is not"


def absolute_imports(module: Module) -> Iterator[str]:
    for imported in imports_of(module):
        if imported.is_relative:
            yield f"{module.at(imported.node)}: imports are absolute: from gryt.…"


def early_imports(module: Module) -> Iterator[str]:
    """Function-level imports hide cycles; start-up time is a reason, and says so."""
    for imported in imports_of(module):
        node = imported.node
        text = "\n".join(module.lines[node.lineno - 1 : node.end_lineno])
        if imported.is_inner and module.room != "cli" and "# lazy: " not in text:
            yield f"{module.at(node)}: import at the top, or give the reason: # lazy: …"


def file_size(module: Module) -> Iterator[str]:
    if len(module.lines) > FILE_LINES:
        yield f"{module.path}: {len(module.lines)} lines; split it by subject at {FILE_LINES}"


def function_size(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{module.at(node)}: {node.name}() has {lines} lines, over {FUNCTION_LINES}"


RULES: tuple[Rule, ...] = (
    rooms,
    libraries,
    git_processes,
    environment,
    output,
    working_directory,
    broad_handlers,
    purity,
    absolute_imports,
    early_imports,
    file_size,
    function_size,
)


def cycles(modules: list[Module]) -> list[str]:
    """Import cycles, each as `a → b → a`. Late imports count: they only hide a cycle."""
    names = {module.name for module in modules}
    graph = {module.name: sorted(_targets(module, names)) for module in modules}
    found: dict[frozenset[str], str] = {}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            ring = (*path[path.index(name) :], name)
            found.setdefault(frozenset(ring), " → ".join(ring))
        elif name not in done:
            for target in graph[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())
    return list(found.values())


def _targets(module: Module, names: set[str]) -> set[str]:
    targets = (
        imported.full if imported.full in names else imported.module
        for imported in imports_of(module)
        if not imported.is_for_types
    )
    return {target for target in targets if target in names}
