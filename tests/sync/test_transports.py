"""The same, whatever git talks through: a path, file://, ssh with a real sshd, and smart HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import hook, is_sound, local, new, prove, ref_of, shared

REF = ref_of("v1.0.0")
TRANSPORTS = [
    pytest.param(name, id=name, marks=pytest.mark.slow) for name in ("file", "http", "ssh")
]


@pytest.fixture(params=TRANSPORTS)
def pair(
    request: pytest.FixtureRequest, repo: Repo, remote: Repo, clone: Repo, tmp_path: Path
) -> Iterator[tuple[Repo, Repo]]:
    """Two clones that reach their remote in one way."""
    with ExitStack() as stack:
        if request.param == "ssh":
            if (why := servers.why_no_ssh()) is not None:
                pytest.skip(why)
            server = stack.enter_context(servers.ssh(tmp_path, tmp_path / "sshd"))
        elif request.param == "http":
            server = stack.enter_context(servers.http(tmp_path))
        else:
            server = servers.Server(f"file://{tmp_path}/")
        for each in (repo, clone):
            each.git("remote", "set-url", "origin", f"{server.url}{remote.path.name}")
            for key, value in server.config:
                each.git("config", key, value)
        local(repo, clone)
        yield repo, clone


def test_records_tags_and_notes_come_across(
    pair: tuple[Repo, Repo], gryt: Gryt, remote: Repo
) -> None:
    ada, grace = pair
    new(gryt, ada, "v1.0.0", "A-1", "A-2")
    assert gryt.ok("sync", "push", cwd=ada).stdout == "Push complete\n  Created: 1\n  Updated: 0\n"
    gryt.ok("sync", "pull", cwd=grace)
    prove(gryt, ada, "v1.0.0", "A-1")
    prove(gryt, grace, "v1.0.0", "A-2")
    gryt.ok("sync", "push", cwd=ada)
    assert "v1.0.0-rc.1 is now v1.0.0-rc.2" in gryt.ok("sync", "push", cwd=grace).stdout
    gryt.ok("sync", "pull", cwd=ada)
    assert shared(ada) == shared(grace) == shared(remote)
    is_sound(gryt, ada, grace)


def test_a_promotion_is_decided_there(pair: tuple[Repo, Repo], gryt: Gryt, remote: Repo) -> None:
    ada, grace = pair
    new(gryt, ada, "v1.0.0", "A-1")
    prove(gryt, ada, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=ada)
    gryt.ok("sync", "pull", cwd=grace)
    grace.commit("feat: more", {"more.txt": "1\n"})
    for each in pair:
        each.git("config", "gryt.mode", "hybrid")
    done = gryt.ok("generation", "promote", "v1.0.0", cwd=ada)
    assert "  Synced to origin: yes\n" in done.stdout
    assert gryt("generation", "promote", "v1.0.0", cwd=grace).status == 4
    assert shared(ada) == shared(remote)
    assert grace.refs("refs/gryt/") == ada.refs("refs/gryt/")


def test_refusals_and_rewinds_are_told(pair: tuple[Repo, Repo], gryt: Gryt, remote: Repo) -> None:
    ada, grace = pair
    new(gryt, ada, "v1.0.0", "A-1")
    new(gryt, ada, "v2.0.0", "A-1")
    gryt.ok("sync", "push", cwd=ada)
    gryt.ok("sync", "pull", cwd=grace)
    before = remote.refs()[REF]
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=ada)
    gryt.ok("evolution", "start", "v2.0.0", "--change", "A-1", cwd=ada)
    hook(remote, "update", f'if [ "$1" = {REF} ]; then echo "not today" >&2; exit 1; fi')
    refused = gryt("sync", "push", cwd=ada)
    assert refused.status == 5
    assert "  Updated: 1\n" in refused.stdout
    assert f"v1.0.0: origin refused {REF}: hook declined" in refused.stdout
    assert "remote: not today" in refused.stdout
    hook(remote, "update", "exit 0")
    gryt.ok("sync", "push", cwd=ada)
    gryt.ok("sync", "pull", cwd=grace)
    remote.git("update-ref", REF, before)
    for each in pair:
        rewound = gryt("sync", "pull", cwd=each)
        assert rewound.status == 6
        assert f"{REF} was at {each.refs()[REF]} and is at {before}" in rewound.stdout
