"""Modules that others import in any case, and a command hardly ever uses.

click asks `inspect` for the text of an option's help without its indentation, uuid asks
`platform` which system this is, gettext asks `locale` for the usual name of a locale, subprocess
only loads that, pathlib asks `urllib.parse` how a path is written in a URL, and that would ask
`ipaddress` about an address in brackets. A stand-in answers what is asked while a command starts,
and with any other question it becomes the module. That saves 9 ms, a sixth of a listing; where
click is not loaded, 3, and with them the 3 of typing, of which nearly all of gryt asks for
TYPE_CHECKING alone.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from types import ModuleType


class _StandIn(ModuleType):
    """What is found in the place of a module until somebody needs it."""

    def __init__(self, name: str, answers: Mapping[str, object]) -> None:
        super().__init__(name)
        vars(self).update(answers)

    def __getattr__(self, attribute: str) -> object:
        """Load the module, and be like it from now on."""
        if attribute == "__path__":  # every `from name import` asks whether this is a package
            raise AttributeError(attribute)
        module = _loaded(self)
        vars(self).update(vars(module))
        return getattr(module, attribute)


def _loaded(stand_in: ModuleType) -> ModuleType:
    name = stand_in.__name__
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    return importlib.import_module(name)


def _cleandoc(doc: str) -> str:
    if "\n" in doc:
        return str(_loaded(_INSPECT).cleandoc(doc))
    return doc.expandtabs().lstrip()


def _system() -> str:
    return os.uname().sysname


def _normalize(name: str) -> str:
    return _LOCALES.get(name) or str(_loaded(_LOCALE).normalize(name))


def _quote_from_bytes(data: bytes, safe: str = "/") -> str:
    return str(_loaded(_URLS).quote_from_bytes(data, safe))


_LOCALES = {"C": "C", "POSIX": "C", "C.UTF-8": "en_US.UTF-8", "en_US.UTF-8": "en_US.UTF-8"}
_INSPECT = _StandIn("inspect", {"cleandoc": _cleandoc})
_LOCALE = _StandIn("locale", {"normalize": _normalize})
_URLS = _StandIn("urllib.parse", {"quote_from_bytes": _quote_from_bytes})
_STAND_INS = (
    _INSPECT,
    _LOCALE,
    _StandIn("platform", {"system": _system}),
    _StandIn("ipaddress", {}),
    _URLS,
    _StandIn("typing", {"TYPE_CHECKING": False}),
)


def stand_in() -> None:
    """Put a stand-in in the place of each of these modules that is not loaded yet."""
    for module in _STAND_INS:
        name = module.__name__
        if sys.modules.setdefault(name, module) is module and "." in name:
            package, _, child = name.rpartition(".")
            setattr(importlib.import_module(package), child, module)
