"""Wrong contracts, pipelines and policies."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.cli.scenes import CONTRACT, CONTRACT_FILE
from tests.cli.wrong import INVALID, NOT_FOUND, REFUSED, Given, Wrong
from tests.support.git import Repo

SHOW = ("generation", "show", "v1.5.0")
HEAD = "version: v1.5.0\n"


def _file(text: str | bytes, path: str = CONTRACT_FILE) -> Given:
    """A file with this text."""
    data = text.encode() if isinstance(text, str) else text

    def given(repo: Repo) -> None:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_bytes(data)

    return given


def _in_place_of_the_contract(put: Callable[[Path], object]) -> Given:
    """Something that is no regular file."""

    def given(repo: Repo) -> None:
        (repo / CONTRACT_FILE).unlink()
        put(repo / CONTRACT_FILE)

    return given


def _link_to_a_contract(path: Path) -> None:
    real = path.with_name("v1.5.0.yaml.real")
    real.write_text(CONTRACT)
    path.symlink_to(real.name)


def _linked_folder(repo: Repo) -> None:
    (repo / ".gryt").rename(repo / "elsewhere")
    (repo / ".gryt").symlink_to("elsewhere")


def _linked_generations(repo: Repo) -> None:
    (repo / ".gryt/generations").rename(repo / "elsewhere")
    (repo / ".gryt/generations").symlink_to("../elsewhere")


def _nested(depth: int) -> str:
    return f"{HEAD}changes: {'[' * depth}{']' * depth}\n"


_ANCHORS = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
_CHANGE = "changes:\n  - id: F-1\n    type: add\n    title: T\n"

_TEXTS: dict[str, tuple[str | bytes, str]] = {
    "no mapping": ("- a\n- b\n", f"{CONTRACT_FILE}:1:1: found a list"),
    "nothing in it": ("", f"{CONTRACT_FILE}:1:1: found nothing"),
    "broken YAML": (f"{HEAD}changes: [\n", f"{CONTRACT_FILE}:"),
    "an open quote": (f'{HEAD}description: "open\n', ":2:14: found a quote that is never closed"),
    "a tab": (f"{HEAD}changes:\n\t- x\n", ":3:1: found a tab"),
    "aliases": (_ANCHORS, f"{CONTRACT_FILE}:1:5: found an anchor '&a0'"),
    "a thousand levels": (_nested(1000), "levels of nesting"),
    "300 KiB": (HEAD + "#" * 300 * 1024, ""),
    "100 000 values": (f"{HEAD}changes: [{'a,' * 100_000}]\n", "found more than 50000 values"),
    "a key twice": (f"{HEAD}{HEAD}", ":2:1: found key 'version' a second time"),
    "a merge key": (f"{HEAD}<<: {{a: b}}\n", "merge key '<<'"),
    "a tag": (f"{HEAD}description: !!python/object:os.system x\n", "found a tag"),
    "two documents": (f"{HEAD}---\n{HEAD}", "found a second document"),
    "bytes that are no text": (b"version: \xff\xfe\n", f"{CONTRACT_FILE}:1:"),
    "a NUL": (b"version: v1.5.0\0\n", f"{CONTRACT_FILE}:1:"),
    "an escaped control character": (f'{HEAD}description: "\\e[2J"\n', ":2:"),
    "an unknown key": (f"{HEAD}chnges: []\n", "unknown key 'chnges', did you mean 'changes'?"),
    "an unknown type": (
        f"{HEAD}{_CHANGE.replace('add', 'fxi')}",
        "/changes/0/type: found 'fxi', allowed: add, fix, refine, remove (did you mean 'fix'?)",
    ),
    "an id twice": (
        f"{HEAD}{_CHANGE}  - id: F-1\n    type: fix\n    title: U\n",
        ":6:",
    ),
    "a path as id": (f"{HEAD}{_CHANGE.replace('F-1', '../x')}", "found '../x', allowed: an id"),
    "a lock as id": (f"{HEAD}{_CHANGE.replace('F-1', 'F.lock')}", "found 'F.lock', allowed: an id"),
    "a command as id": (f"{HEAD}{_CHANGE.replace('F-1', '$(touch pwn)')}", "'$(touch pwn)'"),
    "a number as title": (f"{HEAD}{_CHANGE.replace('title: T', 'title: []')}", "an empty list"),
    "a title of 201 characters": (f"{HEAD}{_CHANGE.replace('T', 'x' * 201)}", "(201 characters)"),
    "a title of two lines": (
        f"{HEAD}{_CHANGE.replace('T', chr(34) + 'a' + chr(92) + 'nb' + chr(34))}",
        "",
    ),
    "no title": (f"{HEAD}{_CHANGE.replace('    title: T', '')}", "missing key 'title'"),
    "another version": ("version: v1.6.0\n", ":1:10: /version: found 'v1.6.0'"),
    "a version that is a number": ("version: 1.10\n", ":1:10: /version: found '1.10'"),
    "no version": ("changes: []\n", "missing key 'version'"),
    "a pipeline with a path": (f"{HEAD}pipeline_template: ../x\n", "/pipeline_template: found"),
}
CONTRACTS = {
    f"contract with {name}": Wrong(
        SHOW,
        INVALID,
        f"'{CONTRACT_FILE}' "
        + ("is not valid" if detail or name.startswith("a title") else "has "),
        "" if name == "300 KiB" else CONTRACT_FILE,
        detail,
        given=_file(text),
    )
    for name, (text, detail) in _TEXTS.items()
} | {
    "contract that is a link": Wrong(
        SHOW,
        INVALID,
        f"'{CONTRACT_FILE}' cannot be read",
        "not a symbolic link",
        given=_in_place_of_the_contract(_link_to_a_contract),
    ),
    "contract that is a folder": Wrong(
        SHOW,
        INVALID,
        f"'{CONTRACT_FILE}' is not a regular file",
        given=_in_place_of_the_contract(Path.mkdir),
    ),
    "contract that is a pipe": Wrong(
        SHOW,
        INVALID,
        f"'{CONTRACT_FILE}' is not a regular file",
        given=_in_place_of_the_contract(os.mkfifo),
    ),
    "folder .gryt that is a link": Wrong(
        SHOW, INVALID, "'.gryt' is not a real folder", "symbolic links", given=_linked_folder
    ),
    "folder of contracts that is a link": Wrong(
        SHOW, INVALID, "'generations' is not a real folder", "symbolic", given=_linked_generations
    ),
    "edit of a promoted contract": Wrong(
        ("generation", "show", "v1.0.0"),
        REFUSED,
        "'.gryt/generations/v1.0.0.yaml' was edited, but 'v1.0.0' is promoted",
        "rm .gryt/generations/v1.0.0.yaml",
        given=_file("version: v1.0.0\n", ".gryt/generations/v1.0.0.yaml"),
    ),
    "contract on standard input": Wrong(
        ("generation", "new", "v2.0.0", "--from", "-"),
        INVALID,
        "'standard input' is not valid",
        detail="standard input:1:1: unknown key 'vrsion', did you mean 'version'?",
        stdin="vrsion: v2.0.0\n",
    ),
    "contract of another version on standard input": Wrong(
        ("generation", "update", "v1.5.0", "--from", "-"),
        INVALID,
        "'standard input' is not valid",
        detail="found 'v2.0.0'",
        stdin="version: v2.0.0\n",
    ),
    "contract file and options": Wrong(
        ("generation", "new", "v2.0.0", "--description", "x"),
        REFUSED,
        "'.gryt/generations/v2.0.0.yaml' is there already",
        "gryt generation new v2.0.0",
        given=_file("version: v2.0.0\n", ".gryt/generations/v2.0.0.yaml"),
    ),
}

_PIPELINE = ".gryt/pipelines/full-ci.yaml"
_STEP = "steps:\n  - name: a\n    command: 'true'\n"
_PIPELINES: dict[str, tuple[str, str]] = {
    "an unknown key": (f"{_STEP}    comand: x\n", "unknown key 'comand', did you mean 'command'?"),
    "a step twice": (f"{_STEP}  - name: a\n    command: x\n", "found 'a'"),
    "no steps": ("name: full-ci\n", "missing key 'steps'"),
    "an empty list of steps": ("steps: []\n", "/steps: found an empty list"),
    "no command": ("steps:\n  - name: a\n", "command"),
    "a time-out that is none": (f"{_STEP}    timeout: soon\n", "found 'soon'"),
    "aliases": ("steps: &a\n  - *a\n", "found an anchor '&a'"),
}
PIPELINES = {
    f"pipeline with {name}": Wrong(
        ("run", "full-ci"),
        "cannot-judge",
        f"'{_PIPELINE}' is not valid" if name == "aliases" else "'full-ci' cannot be run",
        _PIPELINE if name == "aliases" else "nothing was run",
        detail,
        given=_file(text, _PIPELINE),
        status=125,
    )
    for name, (text, detail) in _PIPELINES.items()
} | {
    "two pipelines and none named": Wrong(
        ("run",),
        NOT_FOUND,
        "there is no pipeline to run",
        "gryt run a-ci",
        given=_file(_STEP, ".gryt/pipelines/a-ci.yaml"),
    ),
    "no pipeline at all": Wrong(
        ("run",),
        NOT_FOUND,
        "there is no pipeline to run",
        "gryt init",
        given=lambda repo: (repo / _PIPELINE).unlink(),
    ),
}

POLICIES = {
    "policy with an unknown key": Wrong(
        ("generation", "promote", "v1.5.0"),
        INVALID,
        "'.gryt/policy.yaml' is not valid",
        ".gryt/policy.yaml",
        "unknown key 'polices', did you mean 'policies'?",
        given=_file("polices: []\n", ".gryt/policy.yaml"),
    ),
    "policy that is broken": Wrong(
        ("evolution", "list", "v1.5.0"),
        INVALID,
        "'.gryt/policy.yaml' is not valid",
        ".gryt/policy.yaml",
        ".gryt/policy.yaml:",
        given=_file("policies: [\n", ".gryt/policy.yaml"),
    ),
}

FILES = {**CONTRACTS, **PIPELINES, **POLICIES}
