"""Finding the repository, and asking git for its config and for who is at work."""

import re
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from gryt.errors import NotARepository, Refused
from gryt.git.process import Git
from gryt.values import Value

_QUESTIONS = (
    "--git-dir",
    "--git-common-dir",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--is-inside-work-tree",
)
_WHERE = ("rev-parse", "--path-format=absolute", *_QUESTIONS, "--show-toplevel")
_VERSION = ("version",)
_CONFIG = ("config", "--list", "-z")
_IDENT = r"(?s)(?P<name>.*) <(?P<email>[^<>]*)> (?P<time>\d+) (?P<zone>[+-]\d{4})"
_NUMBER = r"(?P<digits>-?[0-9]{1,15})(?P<unit>[kKmMgG]?)"
# git takes any bytes in a name; a record is text that people read in one line
_ODD = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


class Identity(Value):
    """Somebody, at a moment, as git writes it into a commit."""

    name: str
    email: str
    time: int
    """Seconds since the epoch."""
    zone: str = "+0000"
    fallback: bool = False
    """True where git knew nobody and gryt had to."""

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def offset(self) -> int:
        """Minutes east of UTC."""
        minutes = int(self.zone[1:3]) * 60 + int(self.zone[3:5])
        return -minutes if self.zone[0] == "-" else minutes


def identity_env(role: str, identity: Identity) -> dict[str, str]:
    """Return the environment that makes git take `identity` as its AUTHOR or COMMITTER."""
    return {
        f"GIT_{role}_NAME": identity.name,
        f"GIT_{role}_EMAIL": identity.email,
        f"GIT_{role}_DATE": f"{identity.time} {identity.zone}",
    }


class Repository:
    """One repository as seen from one directory."""

    def __init__(self, git: Git, answers: list[str]) -> None:
        git_dir, common_dir, bare, shallow, object_format, inside, *top = answers
        self.git = git
        self.git_dir = Path(git_dir)
        """Of this work tree: HEAD and the current evolution are here."""
        self.common_dir = Path(common_dir)
        """Shared by all work trees: refs, objects, config."""
        self.is_bare = bare == "true"
        self.is_shallow = shallow == "true"
        self.object_format = object_format
        self.top = Path(top[0]) if inside == "true" and top else None
        """The top of the work tree; None in a bare repository."""

    @cached_property
    def config(self) -> Mapping[str, str]:
        """Every config value that git sees; keys in git's own lower case, the last one wins."""
        values: dict[str, str] = {}
        for item in self.git.run(*_CONFIG).text.split("\0"):
            key, separator, value = item.partition("\n")
            values[key] = value if separator else "true"
        return values

    def config_bool(self, key: str) -> bool | None:
        """Return a config value as git reads a boolean; None where it is not set."""
        value = self.config.get(key.lower())
        if value is None:
            return None
        return value.lower() not in {"", "false", "no", "off", "0"}

    def config_int(self, key: str, default: int) -> int:
        """Return a config value as git reads a number, with its k, m and g."""
        match = re.fullmatch(_NUMBER, self.config.get(key.lower(), ""))
        if match is None:
            return default
        scale: int = 1024 ** " kmg".find(match["unit"].lower() or " ")
        return int(match["digits"]) * scale

    def refuse_mirrored(self) -> None:
        """Raise Refused where a plain `git fetch` takes back what is written here."""
        for key in self.config:
            name = key.removeprefix("remote.").removesuffix(".mirror")
            is_mirror = key == f"remote.{name}.mirror" and self.config_bool(key)
            if is_mirror and self.config.get(f"remote.{name}.fetch", "").startswith("+refs/*:"):
                raise Refused(
                    f"this clone mirrors '{name}': the next git fetch would overwrite the record",
                    hints=["work in an ordinary clone", f"git config --unset {key}"],
                )

    @cached_property
    def git_version(self) -> str:
        """The version of the git program."""
        return self.git.run(*_VERSION).text.removeprefix("git version ")

    def ask_version(self) -> None:
        """Begin to ask for the version of the git program, which takes as long as any question."""
        if "git_version" not in self.__dict__:
            self.git.ahead(*_VERSION)

    def author(self) -> Identity | None:
        """Return who is at work; None where git knows nobody."""
        return self._configured() or self._identity("GIT_AUTHOR_IDENT")

    def _configured(self) -> Identity | None:
        """Return whom the config names, where that is all that git would look at.

        See git-var(1). Variables come first, odd characters at the ends of a name go.
        """
        if _is_author_given(self.git.env) or "author.name" in self.config:
            return None
        name, email = (self.config.get(f"user.{key}", "") for key in ("name", "email"))
        if "author.email" in self.config or not (_is_plain(name) and _is_plain(email)):
            return None
        now = int(time.time())
        minutes = time.localtime(now).tm_gmtoff // 60
        hours, rest = divmod(abs(minutes), 60)
        return Identity(name, email, now, f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}")

    def committer(self, author: Identity) -> Identity:
        """Return who writes the commit, which is `author` where nothing says otherwise."""
        keys = ("committer.name", "committer.email")
        if any(name.startswith("GIT_COMMITTER_") for name in self.git.env) or any(
            key in self.config for key in keys
        ):
            return self._identity("GIT_COMMITTER_IDENT") or author
        return author

    def _identity(self, variable: str) -> Identity | None:
        asked = self.git.attempt("var", variable)
        match = re.fullmatch(_IDENT, asked.text) if asked.status == 0 else None
        if match is None or not match["name"]:
            return None
        name, email = (_even(match[part]) for part in ("name", "email"))
        return Identity(name, email, int(match["time"]), match["zone"])


def _is_author_given(env: Mapping[str, str]) -> bool:
    return any(name.startswith("GIT_AUTHOR_") for name in env)


def _is_plain(text: str) -> bool:
    """Tell whether git takes a name or an address as it is, whatever its version does to them."""
    ends = text[:1].isalnum() and text[-1:].isalnum()
    return ends and text.isprintable() and not any(c in text for c in "<>\\\"'")


def _even(text: str) -> str:
    return text if text.isprintable() else re.sub(_ODD, "?", text)


def readable(name: str) -> str:
    """Return a ref's name as text: bytes that are no UTF-8 become visible escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def look_around(git: Git, *, for_writing: bool) -> None:
    """Begin all that `discover` asks, and who is at work, while others are busy otherwise."""
    git.ahead(*_WHERE)
    git.ahead(*_CONFIG)
    if for_writing and _is_author_given(git.env):
        git.ahead("var", "GIT_AUTHOR_IDENT")


def discover(git: Git) -> Repository:
    """Return the repository around `git.cwd`.

    Raises NotARepository where there is none, and Refused for object or ref formats that the
    object library cannot read (sha256, reftable).
    """
    git.ahead(*_CONFIG)  # everybody wants it
    asked = git.attempt(*_WHERE)
    answers = asked.text.split("\n") if asked.stdout else []
    if len(answers) < len(_QUESTIONS):
        git.drop()
        raise NotARepository(
            f"'{git.cwd}' is not in a git repository",
            hints=["git init", "or name one: gryt -C DIR ..."],
            details=[
                line for line in asked.stderr.splitlines() if "not a git repository" not in line
            ],
        )
    repository = Repository(git, answers)
    if repository.object_format != "sha1":
        git.drop()
        raise Refused(
            f"'{repository.git_dir}' has {repository.object_format} objects, not supported here",
            hints=["git init --object-format=sha1"],
        )
    if repository.config.get("extensions.refstorage", "files") != "files":
        raise Refused(
            f"'{repository.git_dir}' keeps its refs in a format that is not supported",
            hints=["git refs migrate --ref-format=files"],
        )
    return repository
