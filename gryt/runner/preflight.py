"""What a pipeline requires of the machine: variables and programs; all that lacks, at once."""

import os
import re
import subprocess
from collections.abc import Mapping

from gryt.model.pipeline import Pairs, Requires, Tool
from gryt.values import Value

_SECONDS = 20
_BYTES = 4096
_NUMBER = r"\d+(?:\.\d+)*"
_DOTTED = r"\d+(?:\.\d+)+"
_ASKS = ("--version", "version", "-version")
"""How programs are asked for their version, most of them in the first way."""


class Lack(Value):
    """Something that is required and not there."""

    place: tuple[int, int]
    """Line and column of the requirement."""
    text: str


def inspect(requires: Requires, env: Mapping[str, str]) -> tuple[list[Lack], Pairs]:
    """Return what is lacking in `env`, and the versions of the programs that are there."""
    lacks = [
        Lack(variable.place, f"variable '{variable.name}' is required and not set")
        for variable in requires.env
        if not env.get(variable.name)
    ]
    versions: dict[str, str] = {}
    for tool in requires.tools:
        path = which(tool.name, env)
        if path is None:
            lacks.append(Lack(tool.place, f"program '{tool.name}' is required and not on PATH"))
            continue
        versions[tool.name] = found = _version(path, env)
        lack = _too_old(tool, found)
        if lack is not None:
            lacks.append(Lack(tool.place, lack))
    return lacks, tuple(versions.items())


def which(name: str, env: Mapping[str, str]) -> str | None:
    """Return the path of a program as a shell with this environment would find it."""
    folders = [""] if "/" in name else env.get("PATH", os.defpath).split(os.pathsep)
    for folder in folders:
        path = os.path.join(folder, name) if folder else name  # noqa: PTH118 - as execvp does
        if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113
            return path
    return None


def _too_old(tool: Tool, found: str) -> str | None:
    if tool.min is None:
        return None
    if not found:
        return f"program '{tool.name}' does not tell its version, and at least {tool.min} is needed"
    if _key(found) < _key(tool.min):
        return f"program '{tool.name}' is {found}, and at least {tool.min} is needed"
    return None


def _key(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.lstrip("vV").split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _version(path: str, env: Mapping[str, str]) -> str:
    """Return what a program says its version is; empty where it does not say."""
    for ask in _ASKS:
        try:
            asked = subprocess.run(
                [path, ask],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_SECONDS,
                start_new_session=True,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired, ValueError):
            continue
        text = asked.stdout[:_BYTES].decode("utf-8", "replace")
        match = re.search(_DOTTED, text) or re.search(_NUMBER, text)
        if asked.returncode == 0 and match:
            return match[0]
    return ""
