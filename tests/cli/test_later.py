"""Modules that are loaded when they are needed are by then what they always were."""

import inspect
import ipaddress
import locale
import platform
import sys
import types
import typing
import urllib.parse

import pytest

from gryt.cli import later


@pytest.fixture(autouse=True)
def _unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib, "parse", urllib.parse)
    for name in (
        "colorsys",
        "inspect",
        "locale",
        "platform",
        "ipaddress",
        "urllib.parse",
        "typing",
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_stand_in_answers_what_it_can_and_becomes_the_module_for_the_rest() -> None:
    sys.modules["colorsys"] = later._StandIn("colorsys", {"rgb_to_hsv": lambda: "stood in"})
    import colorsys
    from colorsys import rgb_to_hsv

    assert rgb_to_hsv() == "stood in"  # type: ignore[call-arg, comparison-overlap]
    assert sys.modules["colorsys"] is colorsys
    assert colorsys.hls_to_rgb(0, 0.5, 0) == (0.5, 0.5, 0.5)
    assert sys.modules["colorsys"].__spec__ is not None
    assert sys.modules["colorsys"].rgb_to_hsv is colorsys.rgb_to_hsv
    with pytest.raises(AttributeError, match="no attribute 'rainbow'"):
        _ = colorsys.rainbow  # type: ignore[attr-defined]


def test_a_module_that_is_loaded_is_left_alone() -> None:
    sys.modules["inspect"] = inspect
    later.stand_in()
    assert sys.modules["inspect"] is inspect
    assert {type(sys.modules[name]) for name in ("platform", "typing")} == {later._StandIn}


@pytest.mark.parametrize(
    "text",
    ["", " ", "One line.", "  indented", "trailing  ", "a\tb", "One.\n\n    Two.\n  3\n"],
)
def test_the_answers_are_those_of_the_modules(text: str) -> None:
    assert later._cleandoc(text) == inspect.cleandoc(text)
    assert later._system() == platform.system()


@pytest.mark.parametrize("name", ["C", "POSIX", "C.UTF-8", "en_US.UTF-8", "de_DE.utf8", "odd"])
def test_a_locale_has_the_name_that_python_gives_it(name: str) -> None:
    as_it_was = {name} if name == "C.UTF-8" else set()  # some Pythons leave it so
    assert later._normalize(name) in {locale.normalize(name)} | as_it_was


def test_the_modules_that_are_stood_in_for_are_all_there_when_asked() -> None:
    modules = (inspect, locale, platform, ipaddress, urllib.parse, typing)
    for stand_in, module in zip(later._STAND_INS, modules, strict=True):
        fresh = later._StandIn(stand_in.__name__, {})
        sys.modules[stand_in.__name__] = fresh
        names = [name for name in vars(module) if not name.startswith("__")]
        assert names
        assert all(hasattr(fresh, name) for name in names)


def test_a_module_of_a_package_is_there_by_either_name() -> None:
    later.stand_in()
    from urllib.parse import quote_from_bytes

    assert type(urllib.parse) is type(sys.modules["urllib.parse"]) is later._StandIn
    assert quote_from_bytes(b"a b/\xff") == "a%20b/%FF"
    assert quote_from_bytes(b"a b/\xff", "") == "a%20b%2F%FF"
    assert type(urllib.parse) is type(sys.modules["urllib.parse"]) is types.ModuleType
    assert urllib.parse.urlsplit("http://[::1]:80/").port == 80
