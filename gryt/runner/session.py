"""The processes that a step leads, found and signalled as one.

A step is the leader of its own session, so the session's number is the step's process id. A
session is more than a process group: a shell with job control and coreutils' `timeout` put their
children into groups of their own, which a signal to the step's group never reaches. On Linux /proc
tells which groups a session has; elsewhere the step's own group has to do. A process that calls
setsid itself has left on purpose and is not followed.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

_ENDED = b"ZX"
"""States of /proc/<pid>/stat in which a process only waits to be reaped."""


def running_groups(session: int) -> frozenset[int]:
    """Return the process groups of `session` that have a member which still runs."""
    try:
        with os.scandir("/proc") as entries:
            names = {entry.name for entry in entries}
    except OSError:
        names = set()
    if str(os.getpid()) not in names:
        return _own_group(session)
    groups = set()
    for name in names:
        # getsid is one system call; reading stat of every process would cost 20 times as much.
        if name.isdigit():
            with contextlib.suppress(OSError):
                pid = int(name)
                if os.getsid(pid) == session and _runs(pid):
                    groups.add(os.getpgid(pid))
    return frozenset(groups)


def send(groups: Iterable[int], signum: int) -> None:
    """Send a signal to every process of `groups` that exists and may be signalled by us."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signum)


def reap(group: int) -> None:
    """Reap what was in `group` and became our child: orphans do where gryt is process 1."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass


def _own_group(session: int) -> frozenset[int]:
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return frozenset()
    except PermissionError:
        pass  # it exists, and is not ours to signal
    return frozenset({session})


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat").read_bytes()
    # The name in parentheses may hold anything, parentheses too; the state follows the last.
    return stat.rpartition(b") ")[2][:1] not in _ENDED
