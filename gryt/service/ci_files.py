"""Workflow files for CI systems: pull the ledger, run the pipeline, publish what came of it.

Each asks for the least rights that publishing needs. Actions are pinned to commits, because a tag
can be moved by whoever takes over their repository.
"""

from gryt import __version__
from gryt.errors import InvalidInput, Refused
from gryt.model.names import nearest
from gryt.service import ci_texts as texts
from gryt.service.session import Session
from gryt.values import Value

_CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
_SETUP = "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0"
_FORGE = "https://code.forgejo.org/"


class CIFile(Value):
    """A workflow file."""

    system: str
    path: str
    """Relative to the top of the work tree."""
    text: str


def _actions(system: str, path: str, **fields: str) -> CIFile:
    python = texts.SETUP_PYTHON.replace("@SETUP@", fields["SETUP"])
    return _file(system, path, texts.ACTIONS, SYSTEM=system, PYTHON=python, **fields)


def _file(system: str, path: str, text: str, **fields: str) -> CIFile:
    for name, value in {"VERSION": __version__, **fields}.items():
        text = text.replace(f"@{name}@", value)
    return CIFile(system, path, text)


def files() -> dict[str, CIFile]:
    """Return the workflow file of every CI system that there is one for."""
    every = (
        _actions(
            "github",
            ".github/workflows/gryt.yml",
            RIGHTS=texts.GITHUB_RIGHTS,
            RUNNER="ubuntu-latest",
            CHECKOUT=_CHECKOUT,
            SETUP=_SETUP,
        ),
        _file("gitlab", ".gitlab-ci.yml", texts.GITLAB),
        _actions(
            "forgejo",
            ".forgejo/workflows/gryt.yml",
            RIGHTS=texts.FORGEJO_RIGHTS,
            RUNNER="docker",
            CHECKOUT=f"{_FORGE}{_CHECKOUT}",
            SETUP=f"{_FORGE}{_SETUP}",
        ),
        _file("woodpecker", ".woodpecker/gryt.yaml", texts.WOODPECKER),
        _file("jenkins", "Jenkinsfile", texts.JENKINS),
    )
    return {file.system: file for file in every}


def workflow(system: str) -> CIFile:
    """Return the workflow file of a CI system; raise InvalidInput with the systems there are."""
    known = files()
    if system not in known:
        near = [f"did you mean '{name}'?" for name in nearest(system, [*known])[:1]]
        raise InvalidInput(
            f"there is no workflow file for '{system}'",
            hints=[*near, f"systems are {', '.join(known)}"],
        )
    return known[system]


def write(session: Session, file: CIFile, *, force: bool) -> None:
    """Put a workflow file in place; one that is there is only overwritten by force."""
    there = session.files.read(file.path)
    if there is not None and there != file.text.encode() and not force:
        raise Refused(
            f"'{file.path}' exists already",
            hints=[
                f"gryt ci init {file.system} --stdout",
                f"to overwrite it: gryt ci init {file.system} --force",
            ],
        )
    session.files.write(file.path, file.text.encode())
