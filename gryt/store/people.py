"""Who is behind records and commits: signatures of the one, authors of the other."""

from collections.abc import Iterable, Mapping, Sequence

from gryt.git.authors import additions, authors, introductions, new_commits
from gryt.git.commits import author_email
from gryt.git.refs import read_refs
from gryt.git.signatures import (
    Signature,
    Signers,
    configured_signers,
    judge,
    judge_tag,
    parse_signers,
)
from gryt.model.names import Oid, RecordId
from gryt.model.records import Record, evolution_in
from gryt.store.layout import TRACKING, path_of, record_id_in
from gryt.store.ledger import Ledger
from gryt.values import Value

__all__ = ["Signature", "Signed", "Signers", "is_before", "known_signers", "signatures_of", "wrote"]


def known_signers(ledger: Ledger, lines: Sequence[str] = ()) -> Signers:
    """Return whom these lines make known, else git's own `gpg.ssh.allowedSignersFile`."""
    if lines:
        return parse_signers("\n".join(lines))
    return parse_signers(configured_signers(ledger.repository) or "")


class Signed(Value):
    """The signatures of the commits that put one record into the ledger."""

    signatures: tuple[Signature, ...]
    """Empty where no commit of this clone tells: the clone is shallow, or a merge slipped it in."""


def signatures_of(
    ledger: Ledger, version: str, records: Iterable[Record], signers: Signers
) -> Mapping[RecordId, Signed]:
    """Return for each of these records of a generation who signed what put it there.

    What a remote has is looked at too: a union may be judged before the ref here has it.
    """
    paths = {path_of(record, evolution_in(record)): record.id for record in records}
    ref = ledger.layout.generation(version)
    seen = read_refs(ledger.repository, f"{TRACKING}**/generations/{version}")
    tips = [*([ledger.refs[ref]] if ref in ledger.refs else []), *seen.values()]
    added = introductions(ledger.repository, tips, sorted(paths)) if tips else {}
    commits = {commit for each in added.values() for commit in each}
    judged = judge(ledger.repository, ledger.objects, commits, signers)
    return {
        paths[path]: Signed(tuple(judged[commit] for commit in each))
        for path, each in added.items()
    }


class Witness(Value):
    """Who put a record into the ledger."""

    commit: str
    signature: Signature


def witnesses(ledger: Ledger, signers: Signers) -> Mapping[RecordId, Witness]:
    """Return for every record of the whole ledger what put it there, and who signed that.

    Two git processes, however large the ledger. A record that no commit here introduces, because
    the clone is shallow or a merge slipped it in, has no witness.
    """
    own = f"{ledger.layout.namespace}/"
    tips = [tip for ref, tip in ledger.refs.items() if ref.startswith(own)]
    added = additions(ledger.repository, tips)
    named = {name: commit for path, commit in added.items() if (name := record_id_in(path))}
    judged = judge(ledger.repository, ledger.objects, named.values(), signers)
    return {name: Witness(commit, judged[commit]) for name, commit in named.items()}


def judged_commits(
    ledger: Ledger, commits: Iterable[str], signers: Signers
) -> Mapping[str, Signature]:
    """Return what is known of the signature of each of these commits, all of which are here."""
    wanted = [*commits]
    return judge(ledger.repository, ledger.objects, wanted, signers) if wanted else {}


class Signing(Value):
    """How the commits of a piece of work are signed."""

    total: int
    trusted: int
    bad: tuple[Oid, ...]
    """Those whose signature is wrong."""


def signing(
    ledger: Ledger, commit: Oid, without: Iterable[Oid], signers: Signers
) -> Signing | None:
    """Return how what is new in a commit is signed; None where history is missing here."""
    objects = ledger.objects
    if objects.kind(commit) != "commit":
        return None
    here = [oid for oid in without if oid != commit and objects.kind(oid) == "commit"]
    found = new_commits(ledger.repository, commit, here)
    if found is None:
        return None
    judged = judge(ledger.repository, objects, found, signers)
    return Signing(
        total=len(found),
        trusted=sum(each.principal is not None for each in judged.values()),
        bad=tuple(Oid(oid) for oid, each in judged.items() if each.answer in {"B", "R"}),
    )


def committed_by(ledger: Ledger) -> Mapping[RecordId, str]:
    """Return for every record of the ledger who is the author of the commit that put it there.

    A record that no commit here introduces is left out.
    """
    own = f"{ledger.layout.namespace}/"
    tips = [tip for ref, tip in ledger.refs.items() if ref.startswith(own)]
    added = additions(ledger.repository, tips)
    named = {name: commit for path, commit in added.items() if (name := record_id_in(path))}
    emails = {commit: author_email(ledger.objects, commit) for commit in set(named.values())}
    return {name: emails[commit] for name, commit in named.items()}


def tag_signature(ledger: Ledger, oid: str, signers: Signers) -> Signature:
    """Return what is known of the signature of a tag object that is here."""
    return judge_tag(ledger.repository, ledger.objects, oid, signers)


def wrote(ledger: Ledger, commit: Oid, without: Iterable[Oid]) -> dict[str, str] | None:
    """Return who wrote what is new in a commit, each with one such commit; None where untold."""
    objects = ledger.objects
    if objects.kind(commit) != "commit":
        return None
    here = [oid for oid in without if oid != commit and objects.kind(oid) == "commit"]
    return authors(ledger.repository, commit, here)


def is_before(ledger: Ledger, early: Oid, late: Oid) -> bool:
    """Tell whether one commit is in the history of another, as far as this clone knows."""
    objects = ledger.objects
    if early == late or objects.kind(early) != "commit" or objects.kind(late) != "commit":
        return False
    return objects.descends(late, early)
