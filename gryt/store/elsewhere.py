"""Whether anybody else can have a tag: what a remote has is not ours to take away."""

from collections.abc import Iterable, Mapping

from gryt.errors import RemoteFailed
from gryt.git.transport import Network, ls_remote, remotes
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.values import Value


class Published(Value):
    """What is known of tags elsewhere."""

    where: Mapping[str, str]
    """The remote that has it, by tag."""
    unknown: str | None
    """Why it is not known of the others; None where it is."""

    def keeps(self, tag: str) -> str | None:
        """Return why a tag must stay; None where nobody else can have it."""
        if tag in self.where:
            return f"{self.where[tag]} has it"
        return self.unknown


def published(ledger: Ledger, tags: Iterable[str], network: Network) -> Published:
    """Ask every remote which of these tags it has; a remote that does not answer may have any."""
    repository = ledger.repository
    wanted = sorted(set(tags))
    others = remotes(repository) if wanted else []
    if not others:
        return Published({}, None)
    if not ledger.persist:
        return Published({}, f"a dry run does not ask whether {others[0]} has it")
    if repository.config.get("gryt.mode") == "local":
        return Published({}, f"{others[0]} was not asked: gryt.mode is local")
    where: dict[str, str] = {}
    silent: list[str] = []
    for remote in others:
        names = [f"{TAGS}{tag}" for tag in wanted]
        try:
            found = ls_remote(repository, remote, names, network=network)
        except RemoteFailed:
            silent.append(remote)
            continue
        for ref in found:
            where.setdefault(ref.removeprefix(TAGS), remote)
    return Published(where, f"{', '.join(silent)} did not answer" if silent else None)
