"""Where a run takes place, for its record."""

import os

from gryt.model.records import Environment
from gryt.service import ci
from gryt.service.session import Session


def surroundings(session: Session) -> Environment:
    """Return the machine, the programs and the job that a run takes place in."""
    from gryt import __version__  # lazy: only here

    job = ci.detect(session.environ)
    system = os.uname()
    return Environment(
        host=system.nodename,
        gryt=__version__,
        git=session.ledger.repository.git_version,
        python=".".join(str(part) for part in _python_version()),
        os=f"{system.sysname} {system.release} {system.machine}",
        ci=job.system if job else None,
        url=job.url if job else None,
        actor=job.actor if job else None,
    )


def _python_version() -> tuple[int, int, int]:
    import sys  # lazy: only here

    return sys.version_info[:3]
