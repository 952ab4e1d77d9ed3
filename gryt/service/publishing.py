"""Publishing a policy: the floor that no branch goes below."""

from gryt.errors import NotFound, Refused
from gryt.model.names import Oid, RecordId
from gryt.model.policy import PolicyPublished
from gryt.model.publication import Pending, Standing
from gryt.model.records import Kind
from gryt.service.messages import commit_message
from gryt.service.policies import file_here, may_be_published
from gryt.service.published import publication_state
from gryt.service.session import Session
from gryt.store.append import Draft, act
from gryt.store.published import policy_blob, policy_path
from gryt.values import Value


class Published(Value):
    """What became of a policy that somebody published."""

    policy: Oid
    record: RecordId | None
    """None where the same policy is in force already, or this person has published it before."""
    pending: Pending | None
    """What it waits for; None where it is in force."""
    replaced: tuple[Oid, ...]


def publish(session: Session) -> Published:
    """Record that the work tree's policy is published; it holds once enough people have done so."""
    source, data = file_here(session)
    meta = session.ledger.layout.meta

    def decide(draft: Draft) -> Published:
        before = standing(session)
        if [each.policy for each in before.in_force] == [source.blob]:
            return Published(source.blob, None, None, ())
        waiting = _waiting(before, source.blob)
        mine = draft.author.identity.email.casefold()
        if waiting is not None and mine in waiting.people:
            return Published(source.blob, None, waiting, ())
        record = draft.new_id()
        draft.files[policy_path(record)] = data
        replaces = tuple(each.record for each in before.in_force)
        draft.record(Kind.POLICY, PolicyPublished(source.blob, replaces), gid=None, id=record)
        draft.message = commit_message(
            f"policy {source.blob[:10]} published",
            [("Action", Kind.POLICY.value), ("Policy", source.blob)],
        )
        replaced = tuple(each.policy for each in before.in_force)
        return Published(source.blob, record, None, replaced)

    done = act(session.ledger, meta, session.author, decide, reason="policy published")
    session.answers.clear()
    waiting = _waiting(standing(session), source.blob)
    return done._replace(pending=waiting, replaced=() if waiting is not None else done.replaced)


def _waiting(standing_: Standing, blob: Oid) -> Pending | None:
    return next((p for p in standing_.pending if p.publication.policy == blob), None)


def standing(session: Session) -> Standing:
    """Return which publications are in force and which wait."""
    if not may_be_published(session):
        return Standing((), ())
    return publication_state(session.ledger)


def published_text(session: Session) -> bytes:
    """Return the published file as it is; raise NotFound where none is in force."""
    in_force = standing(session).in_force
    if not in_force:
        raise NotFound("no policy is published", hints=["gryt policy publish"])
    if len(in_force) > 1:
        raise Refused(
            f"{len(in_force)} policies were published at the same time, and all of them hold",
            hints=["gryt policy show", "put them into one file, then: gryt policy publish"],
        )
    return policy_blob(session.ledger, in_force[0])
