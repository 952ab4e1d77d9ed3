"""Other repositories: fetching from them, pushing to them, asking what they have.

One git process does one conversation, however many refs it is about. Success is read from the exit
status and from the two tables that git documents (fetch: one line per ref with a flag; push: the
same with `--porcelain`), never from its sentences.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from gryt.errors import RemoteFailed
from gryt.git.process import OPTIONS, Finished
from gryt.git.repository import Repository
from gryt.values import Value

DEFAULT_TIMEOUT = 120
"""Seconds for one conversation, unless `gryt.timeout` says otherwise; 0 waits forever."""
_FIRST_WORD = 0.3
"""Seconds after which a person is told what is being waited for."""
_TURN = 0.2

_FETCH_LINE = r" (?P<flag>[ *=!+t-]) (?:\[[^\]]*\]|\S+) +\S+ +-> (?P<ref>\S+)(?: .*)?"
_PUSH_LINE = r"(?P<flag>[ *=!+-])\t[^\t:]*:(?P<ref>[^\t]*)\t(?P<summary>.*)"
_USER_INFO = r"(?<=://)[^/@\s]*@"


_NONE: Mapping[str, str] = {}


def _nobody(_line: str) -> None:
    return


class Network(Value):
    """How a command deals with the wait for another machine."""

    interactive: bool = False
    """True where somebody sits at a terminal, whom git may ask for a password."""
    tell: Callable[[str], None] = _nobody
    """Takes a line about what is being waited for."""
    limit: int = DEFAULT_TIMEOUT
    """Seconds for one conversation, where `gryt.timeout` says nothing else."""


class Answer(Value):
    """What a remote said to one pushed ref."""

    accepted: bool
    reason: str
    """Why it was not."""


class Pushed(Value):
    """What became of a push."""

    answers: dict[str, Answer]
    """By ref; empty where the remote did not come to answering."""
    words: tuple[str, ...]
    """Everything that git and the server said."""

    @property
    def done(self) -> bool:
        """Tell whether every ref was accepted."""
        return bool(self.answers) and all(answer.accepted for answer in self.answers.values())


def remotes(repository: Repository) -> list[str]:
    """Return the names of the remotes, in the order of the config."""
    keys = (key for key in repository.config if key.startswith("remote."))
    return list(dict.fromkeys(key[7:-4] for key in keys if key.endswith(".url")))


def fetch(
    repository: Repository, remote: str, specs: Sequence[str], *, network: Network, whole: bool
) -> dict[str, str]:
    """Fetch and return the flag of each local ref that is concerned, as git-fetch(1) has them.

    `whole` brings every object even into a partial clone. Raises RemoteFailed where the
    conversation itself fails; a ref that git refuses to move has the flag `!`.
    """
    finished = _talk(
        repository,
        # tags, pruning and the refspecs of the config are for plain `git fetch`
        *("-c", "fetch.output=full", "-c", "core.logAllRefUpdates=always"),
        *("fetch", "--verbose", "--no-tags", "--no-prune", "--no-write-fetch-head", "--refmap="),
        *("--no-recurse-submodules", "--no-auto-maintenance"),
        *(("--no-filter",) if whole else ()),
        *("--", remote, *specs),
        network=network,
        doing=f"fetching from '{remote}'",
    )
    matches = (re.fullmatch(_FETCH_LINE, line) for line in finished.stderr.splitlines())
    flags = {match["ref"]: match["flag"] for match in matches if match is not None}
    if finished.status != 0 and "!" not in flags.values():
        raise _failed(f"cannot fetch from '{remote}'", finished, remote)
    return flags


def push(
    repository: Repository,
    remote: str,
    updates: Sequence[tuple[str, str]],
    *,
    atomic: bool,
    network: Network,
    dry_run: bool = False,
    leases: Mapping[str, str] = _NONE,
    patterns: Sequence[str] = (),
) -> Pushed:
    """Push object ids to refs (`updates`), never by force; return what was said to each.

    `patterns` are pushed as they are here: git looks through all refs for each single one.
    A ref in `leases` may be replaced, where it is still at the object named there.
    A dry run logs in and asks what is there; hooks and rules of the server are not asked.
    """
    finished = _talk(
        repository,
        *("-c", "push.followTags=false", "-c", "push.gpgSign=false"),
        *("push", "--porcelain", "--recurse-submodules=no", "--no-verify"),
        *(("--atomic",) if atomic else ()),
        *(("--dry-run",) if dry_run else ()),
        *(f"--force-with-lease={ref}:{oid}" for ref, oid in leases.items()),
        *("--", remote, *(f"{oid}:{ref}" for oid, ref in updates)),
        *(f"{pattern}:{pattern}" for pattern in patterns),
        network=network,
        doing=f"pushing to '{remote}'",
    )
    matches = (re.fullmatch(_PUSH_LINE, line) for line in finished.text.splitlines())
    answers = {m["ref"]: Answer(m["flag"] != "!", _reason(m["summary"])) for m in matches if m}
    words = tuple(line for line in _words(finished) if line.strip())
    if finished.status != 0 and all(answer.accepted for answer in answers.values()):
        answers = {}
    return Pushed(answers, words)


def ls_remote(
    repository: Repository, remote: str, patterns: Sequence[str], *, network: Network
) -> dict[str, str]:
    """Return what refs a remote has by now, without fetching anything."""
    finished = _talk(
        repository,
        *("ls-remote", "--quiet", "--refs", "--", remote, *patterns),
        network=network,
        doing=f"asking '{remote}'",
    )
    if finished.status != 0:
        raise _failed(f"cannot ask '{remote}'", finished, remote)
    pairs = (line.partition("\t") for line in finished.text.splitlines())
    return {ref: oid for oid, _, ref in pairs}


def _reason(summary: str) -> str:
    """Return what stands in parentheses behind '[remote rejected]', else all of it."""
    match = re.search(r"\((?P<reason>.*)\)\s*$", summary)
    return match["reason"] if match else summary


def _words(finished: Finished) -> list[str]:
    # a server's progress is redrawn with carriage returns; only its last state is worth keeping
    lines = (line.rstrip().rpartition("\r")[2] for line in finished.stderr.split("\n"))
    return [re.sub(_USER_INFO, "", line) for line in lines]


def _failed(message: str, finished: Finished, remote: str) -> RemoteFailed:
    details = [line for line in _words(finished) if line.strip()]
    return RemoteFailed(message, details=details, hints=[f"git ls-remote {remote}"])


def _talk(repository: Repository, *args: str, network: Network, doing: str) -> Finished:
    """Run git for one conversation with a remote, for as long as the time-out allows."""
    git = repository.git
    limit = repository.config_int("gryt.timeout", network.limit)
    process = subprocess.Popen(
        ["git", *OPTIONS, "-c", "protocol.ext.allow=never", *args],
        cwd=git.cwd,
        # where nobody can answer, git must not wait for an answer
        env={**git.env, "GIT_TERMINAL_PROMPT": "1" if network.interactive else "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # its own process group can be ended whole; but only the terminal's may ask questions there
        process_group=None if network.interactive else 0,
    )
    begun = time.monotonic()
    told = False
    try:
        while True:
            try:
                out, err = process.communicate(timeout=_TURN if told else _FIRST_WORD)
            except subprocess.TimeoutExpired:
                waited = time.monotonic() - begun
                if not told:
                    network.tell(f"{doing} ...")
                    told = True
                if limit > 0 and waited >= limit:
                    raise RemoteFailed(
                        f"{doing} took more than {limit} seconds",
                        hints=["git config gryt.timeout SECONDS"],
                    ) from None
            else:
                return Finished(process.returncode, out, err.decode("utf-8", "replace"))
    finally:
        _end(process, whole=not network.interactive)


def _end(process: subprocess.Popen[bytes], *, whole: bool) -> None:
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    if process.poll() is not None:
        return
    if whole:
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
