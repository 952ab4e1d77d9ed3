"""Whether this clone has ever seen the ledger of a remote, told without a process or an object."""

from gryt.git.repository import Repository
from gryt.store.layout import TRACKING


def is_tracking(repository: Repository) -> bool:
    """Tell whether there is any tracking ref, loose or packed."""
    if (repository.common_dir / TRACKING).is_dir():
        return True
    try:
        return f" {TRACKING}".encode() in (repository.common_dir / "packed-refs").read_bytes()
    except OSError:
        return False
