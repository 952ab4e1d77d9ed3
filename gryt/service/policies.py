"""Which policy is in force."""

from gryt.model.policy import Policy
from gryt.service.session import Session
from gryt.store.workspace import POLICY


def policy(session: Session) -> Policy:
    """Return the work tree's policy; raise InvalidInput where its file is wrong."""
    data = session.workspace.read(POLICY) if session.workspace is not None else None
    if data is None or not _says_anything(data):
        return Policy()
    from gryt.store.inputs import read_policy  # lazy: YAML

    found = read_policy(data, POLICY)
    if found.unenforced:
        session.say(
            f"warning: required_steps in '{POLICY}' ({', '.join(found.unenforced)})"
            " are not enforced by this version of gryt"
        )
    return found


def _says_anything(data: bytes) -> bool:
    """Tell whether there is more than comments, so that a sample costs no YAML."""
    lines = (line.strip() for line in data.splitlines())
    return any(line and not line.startswith(b"#") for line in lines)
