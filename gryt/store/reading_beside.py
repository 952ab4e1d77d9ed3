"""Reading many refs in a process of their own, while this one writes what it has read.

For ledgers of many thousand records that were never read: on two processors it takes little more
than half the time. `python -P -m gryt.store.reading_beside` is the other process. It is sent the
environment and the refs, and answers with a parcel for each; where it ends early, for whatever
reason, the refs that are missing are read here.
"""

import gc
import marshal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gryt.git.process import Git
from gryt.store.folding import Parcel, parcel
from gryt.store.index import Row, Summary
from gryt.store.reading import Wanted, read_refs

_ROWS, _SUMMARY = (Parcel._fields.index(name) for name in ("rows", "summary"))


def read_beside(git: Git, wanted: Sequence[tuple[Wanted, bool]]) -> Iterator[Parcel]:
    """Yield a parcel for each ref that the other process could read.

    With each ref that is wanted it is said whether that is a generation's.
    """
    process = git.beside(__name__)
    assert process.stdin is not None
    assert process.stdout is not None
    refs = [(each.ref, each.tip, is_generation) for each, is_generation in wanted]
    try:
        process.stdin.write(marshal.dumps((str(git.cwd), dict(git.env), refs)))
        process.stdin.close()
        while (found := marshal.load(process.stdout)) is not None:  # noqa: S302 - our own process
            yield _opened(found)
    except (OSError, EOFError, ValueError, TypeError):
        return
    finally:
        process.kill()
        with suppress(OSError):  # what it never read
            process.stdin.close()
        process.stdout.close()
        process.wait()


def _opened(found: list[Any]) -> Parcel:
    closed = Parcel._make(found)
    return closed._replace(
        rows=[Row._make(row) for row in closed.rows],
        summary=None if closed.summary is None else Summary._make(closed.summary),
    )


def _closed(made: Parcel) -> list[Any]:
    """Return a parcel as plain tuples, which is all that `marshal` takes."""
    plain: list[Any] = [*made]
    plain[_ROWS] = [tuple(row) for row in made.rows]
    plain[_SUMMARY] = None if made.summary is None else tuple(made.summary)
    return plain


def main() -> None:
    """Read the refs that are asked for on standard input, and answer on standard output."""
    gc.set_threshold(100_000, 50, 100)
    cwd, env, refs = marshal.load(sys.stdin.buffer)  # noqa: S302 - our own process
    is_generation = {ref: flag for ref, _, flag in refs}
    wanted = [Wanted(ref, tip, None) for ref, tip, _ in refs]
    out = sys.stdout.buffer
    for read in read_refs(Git(Path(cwd), env), wanted):
        marshal.dump(_closed(parcel(read, is_generation=is_generation[read.ref])), out)
    marshal.dump(None, out)
    out.flush()


if __name__ == "__main__":
    main()
