"""How failures are told: the error first, then every detail, then what to do next."""

import json
import sys
import tempfile
import time
import traceback
from pathlib import Path

from gryt.errors import GrytError
from gryt.render.safe import cell


def report(error: GrytError, *, as_json: bool) -> None:
    """Write an error to stderr, as git words its own or as one JSON document."""
    if as_json:
        document = {
            "schema": "gryt/error/1",
            "error": {
                "code": error.code,
                "message": error.message,
                "details": list(error.details),
                "hints": list(error.hints),
                "exit_status": error.exit_status,
            },
        }
        sys.stderr.write(json.dumps(document) + "\n")
        return
    lines = [f"gryt: {error.message}", *(f"  {detail}" for detail in error.details)]
    lines += [f"hint: {hint}" for hint in error.hints]
    sys.stderr.write("".join(f"{cell(line)}\n" for line in lines))


def report_bug(error: BaseException) -> None:
    """Put a traceback in a file and say where it is."""
    text = "".join(traceback.format_exception(error))
    path = Path(tempfile.gettempdir()) / f"gryt-bug-{time.time_ns()}.txt"
    try:
        path.write_text(text)
    except OSError:
        sys.stderr.write(text)
        return
    sys.stderr.write(f"gryt: BUG: {type(error).__name__}: please report it, with '{path}'\n")
