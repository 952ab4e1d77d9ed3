"""The names that gryt gives and takes: versions, rc tags, change ids, record ids.

Every name that comes from outside passes one of the parsers here once and is valid from then on,
so that it may be used in a ref name, a path or a tag without a second thought.
"""

import re

from gryt.errors import InvalidInput
from gryt.typed import NewType
from gryt.values import Value

RecordId = NewType("RecordId", str)
"""A lower-case ULID; its order is the order of the records."""
ChangeId = NewType("ChangeId", str)
"""The id of one promised change, unique within its generation."""
Oid = NewType("Oid", str)
"""A git object id: 40 lower-case hex digits."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CANDIDATE = re.compile(r"(?P<version>.+)-rc\.(?P<number>0|[1-9][0-9]{0,8})")
_RECORD_ID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")
_MAX_VERSION = 80
_NAME_RULE = (
    "letters, digits, '.', '_' and '-', starts with a letter or digit,"
    " is at most 100 of them long, has no '..', and does not end in '.' or '.lock'"
)


class Version(Value):
    """A release version as its owner writes it: SemVer 2.0.0 with an optional `v`."""

    text: str

    @property
    def sort_key(self) -> str:
        """A text that sorts as SemVer precedence does."""
        numbers, _, prerelease = self.text.removeprefix("v").partition("-")
        release = ".".join(f"{len(number):02}{number}" for number in numbers.split("."))
        if not prerelease:
            return release + "~"
        parts = prerelease.split(".")
        return f"{release}-" + "!".join(
            f"0{len(part):02}{part}" if part.isdigit() else f"1{part}" for part in parts
        )

    def candidate(self, number: int) -> str:
        """Return the rc tag of evolution `number`."""
        return f"{self.text}-rc.{number}"

    def __str__(self) -> str:
        return self.text


def parse_version(text: str) -> Version:
    """Return the version that `text` names; raise InvalidInput with what is allowed."""
    import semver  # lazy: start-up

    hint = "versions are SemVer with an optional 'v', such as v1.5.0 or 2.0.0-beta.1"
    if len(text) > _MAX_VERSION or not text.isascii():
        raise InvalidInput(f"'{text[:_MAX_VERSION]}' is not a version", hints=[hint])
    try:
        parsed = semver.Version.parse(text.removeprefix("v"))
    except ValueError:
        raise InvalidInput(f"'{text}' is not a version", hints=[hint]) from None
    if parsed.build is not None:
        raise InvalidInput(
            f"version '{text}' has build metadata, which orders nothing",
            hints=[f"leave out '+{parsed.build}'"],
        )
    candidate = parse_candidate(text)
    if candidate is not None:
        raise InvalidInput(
            f"'{text}' is a release candidate's tag, not a version to promise",
            hints=[f"candidates of '{candidate[0]}' are numbered by gryt itself"],
        )
    if text.endswith(".lock"):
        raise InvalidInput(f"version '{text}' cannot be a ref: it ends in .lock")
    return Version(text)


def parse_candidate(text: str) -> tuple[str, int] | None:
    """Split 'v1.5.0-rc.2' into version text and number; None where it is no rc tag."""
    match = _CANDIDATE.fullmatch(text)
    return (match["version"], int(match["number"])) if match else None


def is_name(text: str) -> bool:
    """Tell whether `text` may be a change id or a pipeline name."""
    return (
        _NAME.fullmatch(text) is not None and ".." not in text and not text.endswith((".lock", "."))
    )


def parse_name(text: str, *, what: str) -> str:
    """Return `text` where it is a valid name; `what` says of which thing, for the message."""
    if not is_name(text):
        raise InvalidInput(
            f"'{text[:120]}' is not a {what}",
            hints=[f"a {what} has {_NAME_RULE}"],
        )
    return text


def is_record_id(text: str) -> bool:
    """Tell whether `text` is a lower-case ULID."""
    return _RECORD_ID.fullmatch(text) is not None


def nearest(text: str, candidates: list[str]) -> list[str]:
    """Return up to three candidates that `text` may have meant, the best first."""
    from difflib import get_close_matches  # lazy: only a mistake needs it

    folded = {candidate.casefold(): candidate for candidate in candidates}
    found = get_close_matches(text.casefold(), list(folded), n=3, cutoff=0.5)
    return [folded[name] for name in found]
