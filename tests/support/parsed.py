"""The modules of a package as they are written: parsed, never imported."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """One parsed file of the package."""

    name: str
    """Dotted: gryt.store.codec; a package has the name of its folder."""
    path: str
    """For messages."""
    tree: ast.Module
    lines: tuple[str, ...]

    @property
    def room(self) -> str:
        return room_of(self.name)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in it: every rule goes through all of it."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def imports(self) -> "tuple[Import, ...]":
        return tuple(_imports(self.tree, is_inner=False, is_for_types=False))

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.path}:{node.lineno}"


@dataclass(frozen=True)
class Import:
    """One imported name."""

    module: str
    name: str | None
    """`from module import name`"""
    node: ast.Import | ast.ImportFrom
    is_inner: bool
    """Within a function."""
    is_for_types: bool
    """Under `if TYPE_CHECKING:`."""

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def is_relative(self) -> bool:
        return isinstance(self.node, ast.ImportFrom) and self.node.level > 0


def load(package: Path) -> list[Module]:
    """Parses every module of a package, which is named after its folder."""
    return [_parsed(file, package.parent) for file in sorted(package.rglob("*.py"))]


def _parsed(file: Path, top: Path) -> Module:
    relative = file.relative_to(top)
    parts = relative.with_suffix("").parts
    text = file.read_text(encoding="utf-8")
    return Module(
        name=".".join(parts[:-1] if parts[-1] == "__init__" else parts),
        path=str(relative),
        tree=ast.parse(text, filename=str(relative)),
        lines=tuple(text.splitlines()),
    )


def room_of(module: str) -> str:
    """The folder or top module: "store" for gryt.store.codec, "" for gryt itself."""
    return [*module.split("."), ""][1]


def imports_of(module: Module) -> Iterator[Import]:
    yield from module.imports


def _imports(node: ast.AST, *, is_inner: bool, is_for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, None, child, is_inner, is_for_types)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(child.module or "", alias.name, child, is_inner, is_for_types)
        else:
            yield from _imports(
                child,
                is_inner=is_inner or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef),
                is_for_types=is_for_types or _is_type_checking(child),
            )


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and dotted(node.test) in {
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    }


def dotted(node: ast.AST | None) -> str:
    """`os.environ` for that expression, "" for one that is not a plain dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def calls_in(module: Module) -> Iterator[ast.Call]:
    return (node for node in module.nodes if isinstance(node, ast.Call))
