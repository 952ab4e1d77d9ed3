"""Tags against records: every recorded tag is there and as recorded, and no other claims to be.

A tag is what others build and ship from, so it is held to all that was recorded of it: annotated,
its own name in it, the very object, on the commit that was proven or released.
"""

from collections.abc import Iterator, Sequence

from gryt.errors import Corrupt
from gryt.model.agreement import Book
from gryt.model.findings import Finding, tampered, unfinished, warning
from gryt.model.fold import fold
from gryt.model.names import RecordId, parse_candidate
from gryt.model.records import Promoted, Renamed, RunFinished
from gryt.service.tags import candidate_message, release_message
from gryt.service.vouches import Vouch, vouches_of
from gryt.store.checkout import remote_name
from gryt.store.ledger import Ledger
from gryt.store.mending import Found, TagRepair
from gryt.store.tags import FoundTag, has_object, object_of, read_tags, tag_id, unsigned


def verify_tags(ledger: Ledger, books: Sequence[Book]) -> tuple[list[Found], int]:
    """Return what is wrong with the tags of these generations, and how many were looked at."""
    vouches: dict[str, list[Vouch]] = {}
    found: list[Found] = []
    for book in books:
        for vouch in vouches_of(book):
            vouches.setdefault(vouch.name, []).append(vouch)
            found += ((finding, ()) for finding in _misnamed(vouch))
    versions = {version for book in books for version in (book.version, *book.versions)}
    tags = read_tags(ledger, lambda name: name in vouches or _version_of(name) in versions)
    for name, said in sorted(vouches.items()):
        tag = tags.get(name)
        if tag is None:
            found += _absent(ledger, said)
        else:
            found += ((finding, ()) for finding in _present(ledger, tag, said))
    claims = _claims(books)
    for name in sorted(tags.keys() - vouches.keys()):
        found.append((_unvouched(tags[name], claims), ()))
    return found, len(tags)


def _version_of(name: str) -> str:
    split = parse_candidate(name)
    return split[0] if split is not None else name


def _misnamed(vouch: Vouch) -> Iterator[Finding]:
    """Yield a finding where a record claims a tag that is not its generation's to give."""
    if vouch.run is not None:
        numbers = vouch.book.numbers(vouch.run.evolution)
        own = {f"{version}-rc.{n}" for version in vouch.book.versions for n in numbers}
    else:
        own = set(vouch.book.versions)
    if vouch.name not in own:
        message = f"it claims the tag '{vouch.name}', which is not its own"
        yield tampered("tag-claimed", vouch.book.where(vouch.record.id), message)


# --- tags that are there


def _present(ledger: Ledger, tag: FoundTag, said: Sequence[Vouch]) -> Iterator[Finding]:
    counting = [vouch for vouch in said if vouch.counts]
    fitting = [v for v in said if v.oid == tag.oid or (v.oid is None and v.commit == tag.commit)]
    mend = _put_back(ledger, tag.name, (counting or said)[0])
    commit = (counting or said)[0].commit
    if tag.says is None:
        message = f"it is a lightweight tag at {tag.oid[:10]}, which anybody can make"
        yield tampered("tag-lightweight", tag.name, message, mend)
    elif tag.says != tag.name:
        message = f"it leads to the tag object of '{tag.says}'"
        yield tampered("tag-copied", tag.name, message, mend)
    elif not fitting:
        at = (tag.commit or tag.oid)[:10]
        message = f"it is another object, at {at}, than the one recorded, at {commit[:10]}"
        yield tampered("tag-moved", tag.name, message, mend)
    elif tag.commit not in {vouch.commit for vouch in fitting}:
        message = f"it leads to {(tag.commit or tag.oid)[:10]}, its record says {commit[:10]}"
        yield tampered("tag-moved", tag.name, message, mend)
    elif counting and not any(vouch.counts for vouch in fitting):
        message = "it is that of a record which no longer counts"
        yield unfinished("tag-outdated", tag.name, message, mend)


def _put_back(ledger: Ledger, name: str, vouch: Vouch) -> str | None:
    if vouch.oid is None:
        return None
    if has_object(ledger, vouch.oid):
        return f"git update-ref refs/tags/{name} {vouch.oid}"
    return f"git tag -d {name} && git fetch --tags"


# --- tags that are not


def _absent(ledger: Ledger, said: Sequence[Vouch]) -> Iterator[Found]:
    vouch = next((vouch for vouch in said if vouch.counts), None)
    if vouch is None:
        return
    message = f"the tag is missing that {vouch.book.where(vouch.record.id)} tells of"
    repair = _repair(ledger, vouch)
    if vouch.oid is None or (not has_object(ledger, vouch.oid) and remote_name(ledger) is not None):
        # its object never came here: tags were not fetched
        finding = warning("tag-missing", vouch.name, message, "git fetch --tags")
    else:
        mend = "gryt verify --repair" if repair is not None else None
        finding = unfinished("tag-missing", vouch.name, message, mend)
    yield finding, () if repair is None else (repair,)


def _repair(ledger: Ledger, vouch: Vouch) -> TagRepair | None:
    """Return how to make a tag again, exactly as it was; None where that cannot be done here."""
    if vouch.oid is None:
        return None
    if has_object(ledger, vouch.oid):
        there = object_of(ledger, vouch.oid)
        is_it = (there.says, there.commit) == (vouch.name, vouch.commit)
        return TagRepair(vouch.name, vouch.oid) if is_it else None
    data = _rebuilt(vouch)
    if data is None or tag_id(data) != vouch.oid or not has_object(ledger, vouch.commit):
        return None
    return TagRepair(vouch.name, vouch.oid, data)


def _rebuilt(vouch: Vouch) -> bytes | None:
    """Return the tag as it was written, from what was known when its record was."""
    body = vouch.record.body
    before = [record for record in vouch.book.records if record.id < vouch.record.id]
    try:
        state = fold(before)
    except Corrupt:
        return None
    if isinstance(body, Promoted):
        message = release_message(state, vouch.record.id, body.overrides, notes=body.notes)
    elif vouch.run is not None and (evolution := state.evolution(vouch.run.evolution)):
        version = body.new if isinstance(body, Renamed) else state.version
        named = evolution._replace(tag=vouch.name)
        renamed = state._replace(version=version)
        message = candidate_message(renamed, named, vouch.run.run, vouch.run.pipeline.name)
    else:
        return None
    return unsigned(vouch.record, vouch.name, vouch.commit, message)


# --- tags that no record tells of


def _claims(books: Sequence[Book]) -> dict[str, RecordId]:
    """Return the words by which a tag's message claims a record that this clone has."""
    claims: dict[str, RecordId] = {}
    for book in books:
        for record in book.records:
            if isinstance(record.body, RunFinished):
                claims[f"Gryt-Run: {record.body.run}"] = record.id
            elif isinstance(record.body, Promoted):
                claims[f"Gryt-Promotion: {record.id}"] = record.id
    return claims


def _unvouched(tag: FoundTag, claims: dict[str, RecordId]) -> Finding:
    """Judge a tag that looks like one of gryt's and that no record vouches for.

    It proves nothing, whoever made it. By itself it is a warning, because a plain `git fetch`
    brings the tags of others before the records that vouch for them; it is forged where it calls on
    a record that is here and tells of another tag, or has another name in it.
    """
    claimed = next((claims[line] for line in tag.message.splitlines() if line in claims), None)
    if tag.says is not None and tag.says != tag.name:
        message = f"it leads to the tag object of '{tag.says}'"
        return tampered("tag-copied", tag.name, message, f"git tag -d {tag.name}")
    if claimed is not None:
        message = f"it calls on record '{claimed}', which does not tell of it"
        return tampered("tag-forged", tag.name, message, f"git tag -d {tag.name}")
    message = "no record here tells of this tag: it proves nothing"
    return warning("tag-unknown", tag.name, message)
