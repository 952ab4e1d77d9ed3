"""Secrets taken out of what steps print and leave behind, in every form they usually take.

A value is looked for as it is, line by line, in base64 (whatever stands before it, so in all three
alignments, and wrapped into lines as `base64` does it), URL-encoded and as JSON has it. Output
comes in chunks: what may be the beginning of a secret is held back until more is known.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

MASK = b"***"
SHORTEST = 4
"""Shorter values are not masked: they would be found everywhere, and are no secrets."""
_WRAPS = b"\r\n"


def secret_values(names: Iterable[str], *environments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values that these variables have in any of the environments, each once."""
    found = (env[name] for name in names for env in environments if env.get(name))
    return tuple(dict.fromkeys(found))


class Masker:
    """Knows the forms of all secrets; without secrets it costs nothing."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        plain: set[bytes] = set()
        encoded: set[bytes] = set()
        for value in values:
            data = value.encode("utf-8", "surrogateescape")
            if len(data) < SHORTEST:
                continue
            plain.update(_plain_forms(data))
            encoded.update(_base64_forms(data))
        self._plain = _fitting(plain)
        self._encoded = _fitting(encoded)
        self._longest = max(map(len, (*self._plain, *self._encoded)), default=0)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def mask(self, data: bytes) -> bytes:
        """Return `data` with every secret in it replaced."""
        if not self:
            return data
        return _replaced(data, list(self.found(data)))

    def mask_text(self, text: str) -> str:
        """Return `text` with every secret in it replaced."""
        if not self:
            return text
        data = text.encode("utf-8", "surrogatepass")
        return self.mask(data).decode("utf-8", "surrogatepass")

    def holds_secret(self, data: bytes) -> bool:
        """Tell whether there is a secret in `data`."""
        return next(self.found(data), None) is not None

    @property
    def overlap(self) -> int:
        """How many bytes two pieces of a file have to share for no secret to fall between them."""
        return 2 * self._longest

    def found(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where secrets begin and end, in no particular order."""
        for form in self._plain:
            yield from _occurrences(data, form)
        if not self._encoded:
            return
        joined = data.translate(None, _WRAPS)
        places: list[int] | None = None
        for form in self._encoded:
            for start, end in _occurrences(joined, form):
                places = places or [at for at, byte in enumerate(data) if byte not in _WRAPS]
                yield places[start], places[end - 1] + 1

    def held_back(self, data: bytes) -> int:
        """Return how many bytes at the end of `data` may be the beginning of a secret."""
        held = max((_beginning(data, form) for form in self._plain), default=0)
        if self._encoded:
            joined = data.translate(None, _WRAPS)
            part = max(_beginning(joined, form) for form in self._encoded)
            held = max(held, _with_wraps(data, part))
        return held


class Stream:
    """Masks one stream that comes in chunks."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._rest = b""
        self._inside = 0
        """How many bytes of the rest belong to a secret whose beginning is masked already."""

    def feed(self, data: bytes) -> bytes:
        """Return what can be passed on by now."""
        if not self._masker:
            return data
        return self._masked(self._rest + data, ended=False)

    def end(self) -> bytes:
        """Return what was held back; nothing more will come."""
        return self._masked(self._rest, ended=True) if self._rest else b""

    def _masked(self, data: bytes, *, ended: bool) -> bytes:
        found = [(0, self._inside)] if self._inside else []
        found += self._masker.found(data)
        cut = len(data) if ended else len(data) - self._masker.held_back(data)
        self._inside = max((end - cut for start, end in found if start < cut < end), default=0)
        self._rest = data[cut:]
        clipped = [(start, min(end, cut)) for start, end in found if start < cut]
        return _replaced(data[:cut], clipped)


def _plain_forms(data: bytes) -> Iterator[bytes]:
    from json.encoder import encode_basestring, encode_basestring_ascii  # lazy: only for secrets
    from urllib.parse import quote_from_bytes  # lazy: only for secrets

    text = data.decode("utf-8", "replace")
    for whole in (data, data.strip()):
        yield whole
        yield whole.replace(b"\n", b"\r\n")
        for safe in ("", "/", "!'()*~", "/:@!$&'()*+,;=~"):
            url = quote_from_bytes(whole, safe)
            yield url.encode()
            yield re.sub("%..", lambda found: found[0].lower(), url).encode()
            yield url.replace("%20", "+").encode()
        yield whole.hex().encode()
        yield whole.hex().upper().encode()
    for encode in (encode_basestring, encode_basestring_ascii):
        yield encode(text)[1:-1].encode()
    yield encode_basestring(text)[1:-1].replace("/", "\\/").encode()
    yield data.replace(b"'", b"'\\''")
    for line in data.splitlines():
        yield line
        yield line.strip()


def _base64_forms(data: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of a secret, less what depends on its neighbours."""
    import base64  # lazy: only for secrets

    for whole in {data, data.strip(), data.replace(b"\n", b"\r\n")}:
        for before in range(3):
            start = -(-before * 8 // 6)
            end = (before + len(whole)) * 8 // 6
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                yield encode(bytes(before) + whole)[start:end]


def _fitting(forms: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the forms that are long enough, each once."""
    return tuple(sorted({form for form in forms if len(form) >= SHORTEST}))


def _occurrences(data: bytes, form: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = data.find(form, at + 1)


def _replaced(data: bytes, found: list[tuple[int, int]]) -> bytes:
    if not found:
        return data
    parts: list[bytes] = []
    done = 0
    for start, end in sorted(found):
        if start >= done:
            parts += (data[done:start], MASK)
        done = max(done, end)
    return b"".join((*parts, data[done:]))


def _beginning(data: bytes, form: bytes) -> int:
    """Return the length of the longest end of `data` that `form` begins with, but is not."""
    start = max(0, len(data) - len(form) + 1)
    head = form[:SHORTEST]
    at = data.find(head, start)
    while at >= 0:
        if form.startswith(data[at:]):
            return len(data) - at
        at = data.find(head, at + 1)
    for length in range(min(SHORTEST - 1, len(data)), 0, -1):
        if data.endswith(form[:length]):
            return length
    return 0


def _with_wraps(data: bytes, count: int) -> int:
    """Return the length of the end of `data` that has `count` bytes besides line ends."""
    at = len(data)
    while count:
        at -= 1
        count -= data[at] not in _WRAPS
    return len(data) - at
