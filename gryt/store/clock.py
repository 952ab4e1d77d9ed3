"""Record ids: lower-case ULIDs whose time part is a hybrid logical clock.

A new id is later than every id its author has seen, even where the clock was set back; so sorting
by id never puts a record before one that it answers. An id more than a day ahead of the local clock
is somebody's broken clock: it is reported and does not pull the others along.
"""

import os
from collections.abc import Iterator

from gryt.model.names import RecordId

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
DAY_MS = 86_400_000


def mint(now_ms: int, newest: RecordId | None) -> Iterator[RecordId]:
    """Yield new ids, each later than the one before and than `newest`."""
    time = now_ms
    if newest is not None and not is_ahead(newest, now_ms):
        time = max(now_ms, time_of(newest) + 1)
    while True:
        yield ulid(time, randomness(os.urandom(9)))
        time += 1


def randomness(seed: bytes) -> int:
    """Return the 80 bits of an id from nine random bytes: 65 random ones, then 15 zeros.

    git looks for similar blobs among those whose paths end in the same sixteen characters. Three of
    these would be an id's last ones in `<id>-started.yaml`, and a pack a twentieth larger.
    """
    return int.from_bytes(seed, "big") >> 7 << 15


def ulid(time_ms: int, randomness: int) -> RecordId:
    """Return the ULID with this time (milliseconds) and these 80 bits."""
    value = (time_ms << 80) | randomness
    return RecordId("".join(_DIGITS[(value >> shift) & 31] for shift in range(125, -1, -5)))


def time_of(record: RecordId) -> int:
    """Return the time part of an id, milliseconds since the epoch."""
    value = 0
    for digit in record[:10]:
        value = value * 32 + _VALUES[digit]
    return value


def is_ahead(record: RecordId, now_ms: int) -> bool:
    """Tell whether an id lies more than a day in the future."""
    return time_of(record) > now_ms + DAY_MS
