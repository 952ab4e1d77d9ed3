"""Points in time, for people."""


def local(at: str) -> str:
    """Return an RFC 3339 time as the reader's own wall clock shows it, to the minute."""
    from datetime import datetime  # lazy: a run shows durations

    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return at


_STEP = 1000


def size(count: int) -> str:
    """Return a number of bytes in the unit that fits it."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < _STEP or unit == "GB":
            break
        value /= _STEP
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


_MINUTE = 60
_HOUR = 60 * _MINUTE


def duration(seconds: float) -> str:
    """Return how long something took: 0.3s, 1m05s, 2h00m."""
    if seconds < _MINUTE:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"


def day(seconds: int) -> str:
    """Return the day of a moment (seconds since the epoch) by the reader's own clock."""
    from datetime import datetime  # lazy: as above

    try:
        return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


_DAY = 24 * _HOUR
_AGES = (
    (365 * _DAY, "year"),
    (30 * _DAY, "month"),
    (7 * _DAY, "week"),
    (_DAY, "day"),
    (_HOUR, "hour"),
    (_MINUTE, "minute"),
)


def ago(at: str, now: float) -> str:
    """Return how long before `now` (seconds since the epoch) an RFC 3339 time was."""
    from datetime import datetime  # lazy: as above

    try:
        seconds = int(now - datetime.fromisoformat(at).timestamp())
    except (ValueError, OverflowError):
        return ""
    if seconds < 0:
        return "in the future"
    for length, unit in _AGES:
        count = seconds // length
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now" if seconds == 0 else f"{seconds} second{'' if seconds == 1 else 's'} ago"
