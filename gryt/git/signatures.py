"""Signatures of commits: who signed, and whether that is good enough to count.

git is asked, for many commits at once, with a list of signers that gryt wrote itself, so that no
other setting decides who is known. The one answer that counts is `G`: an expired or unlisted ssh
key is `U`, a revoked one or a changed commit `B`. Beyond what git checks, a commit must carry
exactly one signature (of two, git looks at the first) and must not be dated before its parents (a
key that has expired since would come back to life).
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gryt.git.objects import Objects
from gryt.git.repository import Repository
from gryt.values import Value

_MAX_BYTES = 1024 * 1024
_FIELDS = ("%H", "%G?", "%GS", "%GK", "%GF", "%GP", "%ct")
_KEY = re.compile(r"(?P<who>\S+)\s+(?:.*\s)?(?P<type>(?:ssh|ecdsa|sk)-[^\s\"]+)\s+(?P<key>\S+)")
_OPENPGP = re.compile(r"(?P<who>\S+)\s+gpg\s+(?P<key>[0-9A-Fa-f]{40})")
_EMAIL = re.compile(r"<([^<>]*)>")
_HEADER = re.compile(rb"^gpgsig(?:-sha256)? ", re.MULTILINE)
_ARMOR = re.compile(rb"^ ?-----BEGIN |^gpgsig\S* -----BEGIN ", re.MULTILINE)

_ANSWERS = {
    "N": "it is not signed",
    "U": "it is signed by a key that is not listed, or no longer valid",
    "B": "its signature is wrong, or its key was revoked",
    "X": "its signature has expired",
    "Y": "its key has expired",
    "R": "its key was revoked",
    "E": "its signature cannot be checked here",
}


class Signature(Value):
    """What is known of one commit's signature."""

    commit: str
    principal: str | None
    """Whose key signed it, where that is known for certain."""
    key: str | None
    """The key's fingerprint."""
    why_not: str | None
    """Why it counts for nothing; None where it is good."""
    answer: str = "E"
    """git's own word: G, U, B, X, Y, R, E, or N for no signature."""


class Signers(Value):
    """Who is known by which key: the lines of an allowed-signers file, as ssh-keygen(1) has it.

    A line `ADDRESS gpg FINGERPRINT` makes an OpenPGP key known; where no line does, those that the
    user's own key ring trusts are.
    """

    lines: tuple[str, ...]
    person: Mapping[str, str]
    """The first address of the person behind each address: a line, or a key, is one person."""
    openpgp: Mapping[str, str]
    """The address of each OpenPGP fingerprint."""


def parse_signers(text: str) -> Signers:
    """Read an allowed-signers file."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    person: dict[str, str] = {}
    keys: dict[str, str] = {}
    openpgp: dict[str, str] = {}
    for line in lines:
        match = _OPENPGP.fullmatch(line) or _KEY.match(line)
        if match is None:
            continue
        names = [name.casefold() for name in match["who"].strip('"').split(",") if name]
        if not names:
            continue
        known = [keys[match["key"]]] if match["key"] in keys else []
        _join(person, [*known, *names])
        keys.setdefault(match["key"], names[0])
        if match.re is _OPENPGP:
            openpgp[match["key"].upper()] = names[0]
    return Signers(tuple(line for line in lines if not _OPENPGP.fullmatch(line)), person, openpgp)


def _join(person: dict[str, str], names: Sequence[str]) -> None:
    """Make all these names, and those that were one with any of them, one person."""
    first = person.get(names[0], names[0])
    others = {person.get(name, name) for name in names}
    for name in [*names, *(known for known, whose in person.items() if whose in others)]:
        person[name] = first


def configured_signers(repository: Repository) -> str | None:
    """Return the text of the file in `gpg.ssh.allowedSignersFile`; None where there is none."""
    asked = repository.git.attempt("config", "--type=path", "--get", "gpg.ssh.allowedSignersFile")
    if asked.status != 0 or not asked.text:
        return None
    try:
        return ((repository.top or repository.git.cwd) / asked.text).read_text("utf-8", "replace")
    except OSError:
        return None


def judge(
    repository: Repository, objects: Objects, commits: Iterable[str], signers: Signers
) -> dict[str, Signature]:
    """Return what is known of the signature of each of these commits, all of which are here."""
    wanted = sorted(set(commits))
    if not wanted:
        return {}
    asked = _ask(repository, wanted, signers).split(b"\0")
    fields = [field.decode("utf-8", "replace").strip("\n") for field in asked]
    size = len(_FIELDS)
    rows = [fields[at : at + size] for at in range(0, len(fields) - size + 1, size)]
    judged = {row[0]: _judged(objects, row, signers) for row in rows}
    unread = "its signature cannot be checked here"
    return {oid: judged.get(oid) or Signature(oid, None, None, unread) for oid in wanted}


def judge_tag(repository: Repository, objects: Objects, oid: str, signers: Signers) -> Signature:
    """Return what is known of the signature of a tag object that is here; its name is not asked."""
    kind, data = objects.raw(oid, limit=_MAX_BYTES)
    marks = len(re.findall(rb"^-----BEGIN [A-Z ]*(?:SIGNATURE|MESSAGE)-----", data, re.MULTILINE))
    if kind != "tag" or not marks:
        return Signature(oid, None, None, _ANSWERS["N"], "N")
    if marks > 1:
        return Signature(oid, None, None, "it has several signatures", "B")
    with _listing(signers) as path:
        asked = repository.git.attempt(
            *("-c", f"gpg.ssh.allowedSignersFile={path}", "verify-tag", "--raw", oid)
        )
    said = asked.stderr
    ssh = _GOOD_SSH.search(said)
    if ssh is not None:
        if asked.status != 0 or not ssh["who"]:
            return Signature(oid, None, ssh["key"], _ANSWERS["U"], "U")
        return Signature(oid, ssh["who"].casefold(), ssh["key"], None, "G")
    fingerprints = _VALID_GPG.findall(said)
    if asked.status == 0 and fingerprints:
        user = _GOOD_GPG.search(said)
        principal = _openpgp(user["who"] if user else "", fingerprints, signers)
        if principal is not None:
            return Signature(oid, principal.casefold(), fingerprints[0], None, "G")
        return Signature(oid, None, fingerprints[0], _ANSWERS["U"], "U")
    code = "B" if "BADSIG" in said or "Could not verify" in said else "E"
    return Signature(oid, None, None, _ANSWERS[code], code)


_GOOD_SSH = re.compile(
    r'^Good "git" signature (?:for (?P<who>\S+) )?with (?P<key>.*)$', re.MULTILINE
)
_GOOD_GPG = re.compile(r"^\[GNUPG:\] GOODSIG \S+ (?P<who>.*)$", re.MULTILINE)
_VALID_GPG = re.compile(r"^\[GNUPG:\] VALIDSIG (\S+)", re.MULTILINE)


@contextmanager
def _listing(signers: Signers) -> Iterator[Path]:
    """Write an allowed-signers file; not in .git: a question leaves nothing behind there."""
    with tempfile.TemporaryDirectory(prefix="gryt-signers-") as folder:
        path = Path(folder) / "allowed_signers"
        path.write_text("".join(f"{line}\n" for line in signers.lines), "utf-8")
        yield path


def _ask(repository: Repository, commits: Sequence[str], signers: Signers) -> bytes:
    with _listing(signers) as path:
        return repository.git.run(
            *("-c", f"gpg.ssh.allowedSignersFile={path}", "-c", "log.showSignature=false"),
            *("log", "--no-walk=unsorted", "--stdin", "--no-color"),
            f"--format={'%x00'.join(_FIELDS)}%x00",
            stdin="".join(f"{oid}\n" for oid in commits).encode(),
        ).stdout


def _judged(objects: Objects, row: Sequence[str], signers: Signers) -> Signature:
    oid, code, signer, key, *fingerprints, seconds = row
    kind, data = objects.raw(oid, limit=_MAX_BYTES)
    assert kind == "commit"
    head = data.partition(b"\n\n")[0]
    if len(_HEADER.findall(head)) > 1 or len(_ARMOR.findall(head)) > 1:
        return Signature(oid, None, key, "it has several signatures, of which git checks one", "B")
    if code != "G":
        why = _ANSWERS.get(code, "its signature is not good")
        return Signature(oid, None, key or None, why, code)
    parents = re.findall(rb"^parent ([0-9a-f]{40})$", head, re.MULTILINE)
    newest = max(
        (objects.commit_time(p.decode()) for p in parents if objects.kind(p.decode())), default=0
    )
    if int(seconds) < newest:
        return Signature(oid, None, key, "it is dated before what it was built on", "B")
    is_ssh = b"-----BEGIN SSH SIGNATURE-----" in head
    principal = signer if is_ssh else _openpgp(signer, fingerprints, signers)
    if principal is None or any(c in principal for c in "*?!"):
        return Signature(oid, None, key, "its key is nobody's in particular", "U")
    return Signature(oid, principal.casefold(), key, None, "G")


def _openpgp(signer: str, fingerprints: Sequence[str], signers: Signers) -> str | None:
    """Return whose OpenPGP key signed: as listed, else as the user's key ring has it."""
    if signers.openpgp:
        return next((signers.openpgp[f] for f in fingerprints if f in signers.openpgp), None)
    match = _EMAIL.search(signer)
    return match[1] if match else None
