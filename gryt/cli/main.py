"""The entry point and the error boundary: every exit status is decided here.

The parser is loaded by the first thing that needs it; `gryt --version` does not, nor what is plain.
"""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from gryt import __version__
from gryt.cli import later, plain
from gryt.errors import ClosedPipe, GrytError, Refused

_BUG = 70
_INTERRUPTED = 130
_CLOSED_PIPE = 141


def run() -> None:
    """Run the command line of this process and end it."""
    # A command is over before there is garbage worth collecting; `verify` still gets its turns.
    gc.set_threshold(100_000, 50, 100)
    later.stand_in()
    _open_closed_streams()
    status = main(sys.argv[1:])
    with suppress(OSError, ValueError):  # nobody may be listening any more
        sys.stderr.flush()
    # main() has flushed stdout. To unload libgit2 and OpenSSL in good order takes 20 ms, and what
    # gryt has acknowledged is on disk by now.
    os._exit(status)


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit status; nothing is raised."""
    status = 0
    try:
        status = _run(argv)
        sys.stdout.flush()
    except (BrokenPipeError, ClosedPipe):
        _discard_stdout()
        return _CLOSED_PIPE
    except OSError:  # what did not fit on the disk, and was said where it was written
        _discard_stdout()
        return status or Refused.exit_status
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status


def _run(argv: Sequence[str]) -> int:
    if list(argv) == ["--version"]:
        sys.stdout.write(f"gryt {__version__}\n")
        return 0
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if (line := plain.understood(list(argv))) is not None:
            return plain.invoke(line)
        from gryt.cli import root  # lazy: click

        return root.invoke(list(argv))
    except GrytError as error:
        from gryt.cli.failure import report  # lazy: only a failure needs it

        report(error, as_json="--json" in argv)
        return error.exit_status
    except (BrokenPipeError, ClosedPipe, KeyboardInterrupt):
        raise
    except OSError as error:  # a full disk, a missing right: not ours to mend, nor a bug
        from gryt.cli.failure import report  # lazy: only a failure needs it

        place = f"'{error.filename}': " if error.filename else ""
        report(Refused(f"{place}{error.strerror or error}"), as_json="--json" in argv)
        _discard_stdout()
        return Refused.exit_status
    except Exception as error:  # noqa: BLE001 - the boundary: nobody above would say it better
        from gryt.cli.failure import report_bug  # lazy: only a failure needs it

        report_bug(error)
        return _BUG


def _open_closed_streams() -> None:
    """Put /dev/null where a standard stream was closed, as git does: none may be a file of ours."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode))


def _discard_stdout() -> None:
    """Keep Python from complaining about the closed pipe once more when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
