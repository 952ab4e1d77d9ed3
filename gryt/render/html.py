"""HTML reports: one file each, with everything in it, that loads nothing and runs nothing else.

The page's policy allows the one style and the one script by their digests, so that no data can
bring another. Every value is escaped by Jinja; control characters are made visible before.
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache

import jinja2
from markupsafe import Markup

from gryt.render.safe import visible

_BUFFER = 200


def render(template: str, **values: object) -> str:
    """Return a page."""
    return "".join(stream(template, **values))


def stream(template: str, **values: object) -> Iterator[str]:
    """Yield a page in parts, for one that may be too long to be held at once."""
    environment = _environment()
    style, script = (_source(environment, name) for name in ("style.css", "script.js"))
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none';"
        f" style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    page = environment.get_template(template).stream(
        policy=policy,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        **values,
    )
    page.enable_buffering(_BUFFER)
    yield from page


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("gryt.render", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value  # markup is a class of its own


def _source(environment: jinja2.Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"
