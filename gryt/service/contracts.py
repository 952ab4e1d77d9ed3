"""Contract files: the working copies that users edit, and how an edit gets into the ledger.

What a file was last in step with is kept per work tree in `<git dir>/gryt/contracts.json`. Losing
it loses nothing: the file is then compared with every revision that the ledger has.
"""

from contextlib import suppress

from gryt.errors import GrytError, Refused
from gryt.model.contract import Contract
from gryt.model.names import RecordId, parse_version
from gryt.model.state import GenerationStatus
from gryt.service import revisions
from gryt.service.memory import Memory, Synced, digest, stamp
from gryt.service.session import Session
from gryt.store.ledger import View
from gryt.store.workspace import GENERATIONS, contract_path


def path_of(version: str) -> str:
    """Return where the working copy of a contract is, relative to the top of the work tree."""
    return contract_path(version)


def _memory(session: Session) -> Memory:
    return Memory(session.ledger.repository.git_dir / "gryt" / "contracts.json")


def read_file(session: Session, version: str) -> tuple[Contract, bytes] | None:
    """Return the contract in the work tree; None where there is no file for this version."""
    if session.workspace is None:
        return None
    data = session.workspace.read(contract_path(version))
    if data is None:
        return None
    from gryt.store.inputs import read_contract  # lazy: YAML

    return read_contract(data, contract_path(version), version=version), data


def remember(session: Session, view: View, data: bytes) -> None:
    """Note that a file with these bytes is in step with the ledger."""
    if not session.writes or session.workspace is None:
        return
    version = view.state.version
    try:
        status = (session.workspace.top / contract_path(version)).stat()
    except OSError:
        return
    synced = Synced(view.state.heads, digest(data), stamp(status))
    _memory(session).put(version, synced)


def write_file(session: Session, view: View, contract: Contract | None = None) -> None:
    """Let the contract file say what the ledger says, or `contract`, which is in step with it."""
    from gryt.store.inputs import write_contract  # lazy: YAML

    if not session.writes:
        return
    data = write_contract(contract or view.state.contract)
    exclude(session)
    session.files.write(contract_path(view.state.version), data)
    remember(session, view, data)


def forget_file(session: Session, version: str) -> None:
    """Take a contract file away whose generation is gone, or goes by another name now."""
    session.files.remove(contract_path(version))
    _memory(session).drop(version)


def current(session: Session, version: str) -> View:
    """Return a generation with any edit of its contract file taken up.

    The edit is recorded (and said); where nothing may be written, the state is what it would be. A
    file of a version that the ledger does not have begins its generation. Raises NotFound where
    there is neither, and InvalidInput with line and column where the file is wrong.
    """
    view = session.ledger.find(version)
    if view is None:
        parse_version(version)
    if session.workspace is None:
        return view or session.ledger.get(version)
    if view is not None and _is_in_step(session, view):
        return view
    there = _stamp_there(session, version)  # first: what is written after this has another
    data = session.workspace.read(contract_path(version))
    if data is None:
        return view or session.ledger.get(version)
    synced = _memory(session).load().get(version)
    if view is None:
        if synced is not None:
            _leave_renamed(session, version, synced, data)
        return _begin_from_file(session, version)
    if synced is not None and synced.sha256 == digest(data):
        return _follow(session, view, synced._replace(stamp=there))
    return _take_up(session, view, synced, data)


def _is_in_step(session: Session, view: View) -> bool:
    """Tell from the file's status alone that neither it nor the ledger has moved."""
    synced = _memory(session).load().get(view.state.version)
    if synced is None or synced.heads != view.state.heads or view.state.conflicts:
        return False
    return synced.stamp == _stamp_there(session, view.state.version)


def _stamp_there(session: Session, version: str) -> tuple[int, ...]:
    """Return the stamp of a file in the work tree; of none, that of no file."""
    try:
        return stamp((session.files.top / contract_path(version)).lstat())
    except OSError:
        return ()


def _follow(session: Session, view: View, synced: Synced) -> View:
    """The file was not edited: let it follow the ledger where that moved."""
    if synced.heads == view.state.heads:
        if session.writes and synced.is_settled(session.ledger.now_ms()):
            _memory(session).put(view.state.version, synced)
    elif session.writes:
        if view.state.conflicts:
            return _show_conflict(session, view)
        write_file(session, view)
        session.say(f"'{contract_path(view.state.version)}' follows the ledger")
    return view


def _begin_from_file(session: Session, version: str) -> View:
    found = read_file(session, version)
    assert found is not None
    contract, data = found
    if not session.writes:
        raise session.ledger.unknown_version(version)
    view = revisions.begin(session, contract)
    exclude(session)
    remember(session, view, data)
    session.say(f"generation '{version}' created from '{contract_path(version)}'")
    return view


def leave_former(session: Session, version: str) -> None:
    """Take away the file of a version that a generation went by; raise Refused if it was edited."""
    found = read_file(session, version)
    synced = _memory(session).load().get(version)
    if found is not None and synced is not None:
        _leave_renamed(session, version, synced, found[1])


def _leave_renamed(session: Session, version: str, synced: Synced, data: bytes) -> None:
    """Raise Refused where a file is that of a generation which goes by another version now.

    One that nobody edited goes, for the one of the new name takes its place.
    """
    ledger = session.ledger
    named = ledger.index.refs_with(f'"id":"{synced.heads[0]}"') if synced.heads else []
    lines = {line.ref: line.version for line in ledger.summaries()}
    now = next((lines[ref] for ref in named if ref in lines), None)
    if now is None:
        return
    if synced.sha256 != digest(data):
        raise Refused(
            f"'{contract_path(version)}' was edited, but its generation goes by '{now}' now",
            hints=[
                f"put the edit into '{contract_path(now)}'",
                f"then: rm {contract_path(version)}",
            ],
        )
    if session.writes:
        forget_file(session, version)
        after = ledger.get(now)
        if after.state.status is GenerationStatus.DRAFT and read_file(session, now) is None:
            write_file(session, after)
    raise ledger.unknown_version(version)


def _take_up(session: Session, view: View, synced: Synced | None, data: bytes) -> View:
    from gryt.model.merge import difference  # lazy: only an edit needs it
    from gryt.store.inputs import read_contract  # lazy: YAML

    version = view.state.version
    contract = read_contract(data, contract_path(version), version=version)
    if contract == view.state.contract and not view.state.conflicts:
        remember(session, view, data)
        return view
    seen = synced.heads if synced is not None else _seen(session, view, contract)
    if seen is None:
        # an older revision, as the ledger has it: not an edit, only behind
        write_file(session, view)
        return view
    if view.state.status is not GenerationStatus.DRAFT:
        raise Refused(
            f"'{contract_path(version)}' was edited, but '{version}' is {view.state.status.value}",
            hints=[
                f"take the edit back: rm {contract_path(version)}",
                "promise more in a new generation: gryt generation new VERSION",
            ],
        )
    if not session.writes:
        return view._replace(state=revisions.preview(session, view, contract, seen))
    said = str(difference(view.state.contract, contract))
    after = revisions.record(session, view, contract, seen)
    session.say(f"contract recorded: {said}")
    if after.state.conflicts:
        return _show_conflict(session, after)
    if after.state.contract == contract:
        remember(session, after, data)
    else:
        write_file(session, after)
    return after


def _show_conflict(session: Session, view: View) -> View:
    """Say both values of every field in conflict, and let the file show its own side of them.

    Everything else in the file is the merged contract, so that the next edit, which settles the
    conflict, takes nothing back that others have added.
    """
    from gryt.model.merge import keeping  # lazy: only a conflict needs it

    found = read_file(session, view.state.version)
    state = view.state
    for where, values in state.conflicts:
        session.say(f"contract conflict: {where}: {' / '.join(values)}")
    if found is not None:
        names = [where for where, _ in state.conflicts]
        write_file(session, view, keeping(state.contract, found[0], names))
    return view


def _seen(session: Session, view: View, contract: Contract) -> tuple[RecordId, ...] | None:
    """Guess which revision a file of unknown origin was an edit of: the one most like it.

    None where the file is word for word what a revision says: nobody edited it.
    """
    from gryt.model.merge import difference  # lazy: only an edit needs it
    from gryt.model.records import ContractRecorded  # lazy: the record classes

    best, least = view.state.heads, difference(view.state.contract, contract).size
    for revision in session.ledger.records(view.ref):
        if isinstance(revision.body, ContractRecorded):
            size = difference(revision.body.contract, contract).size
            if size == 0:
                return None
            if size < least:
                best, least = (revision.id,), size
    return best


def take_up_all(session: Session) -> None:
    """Take up the edits of every contract file that changed since it was last looked at.

    A file that is wrong is said and left alone: it must not keep a listing from being shown.
    """
    if session.workspace is None:
        return
    known = _memory(session).load()
    for version, status in sorted(session.workspace.stats(GENERATIONS)):
        synced = known.get(version)
        is_known = session.ledger.layout.generation(version) in session.ledger.refs
        if is_known and synced is not None and synced.stamp == stamp(status):
            continue
        with _said(session):
            current(session, version)


class _said:  # noqa: N801 - reads as a statement
    """Say an error instead of raising it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, GrytError):
            return False
        for line in (error.message, *error.details):
            self._session.say(line)
        return True


def exclude(session: Session) -> bool:
    """Keep contract files out of commits; tell whether that was still to be done."""
    path = session.ledger.repository.common_dir / "info" / "exclude"
    line = f"/{GENERATIONS}/"
    text = ""
    with suppress(OSError):
        text = path.read_text()
    if line in text.splitlines():
        return False
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(("" if text.endswith("\n") or not text else "\n") + f"{line}\n")
    return True
