"""A host that takes only branches and tags: the ledger is among the branches, and all works."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import stock_law_1

REF = "refs/heads/gryt/generations/v1.0.0"
_ONLY = """\
#!/bin/sh
case $1 in refs/heads/*|refs/tags/*) ;; *) echo "only branches and tags: $1" >&2; exit 1 ;; esac
"""


@pytest.mark.slow
def test_everything_works_below_another_name(
    gryt: Gryt, repo: Repo, clone: Repo, remote: Repo
) -> None:
    hook = remote / "hooks/update"
    hook.write_text(_ONLY)
    hook.chmod(0o755)
    for each in (repo, clone):
        each.git("config", "gryt.namespace", "refs/heads/gryt")
    changes = ("--change", "add:A:One", "--change", "add:B:Two")
    gryt.ok("generation", "new", "v1.0.0", *changes, cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    for each, change in ((repo, "A"), (clone, "B")):
        gryt.ok("evolution", "start", "v1.0.0", "--change", change, cwd=each)
        gryt.ok("run", cwd=each)
    gryt.ok("audit", "snapshot", "--label", "before", cwd=repo)
    promoted = gryt.ok("generation", "promote", "v1.0.0", cwd=repo).stdout
    assert "All changes proven: 2/2\n  Synced to origin: yes" in promoted
    gryt.ok("generation", "new", "v2.0.0", cwd=repo)
    gryt.ok("generation", "rename", "v2.0.0", "v2.1.0", cwd=repo)
    gryt.ok("generation", "abandon", "v2.1.0", "--reason", "no", cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    for each in (repo, clone):
        assert gryt("verify", cwd=each).status == 0
        assert not each.refs("refs/gryt/")
        assert stock_law_1(each, REF) == []
    lists = [gryt.ok("generation", "list", cwd=each).stdout for each in (repo, clone)]
    assert lists[0] == lists[1]
    assert gryt.ok("check", cwd=clone).stdout.splitlines()[0].endswith(": proven")
    assert gryt("doctor", "--remote", cwd=repo).status == 0
    there = [ref for ref in remote.refs() if "gryt" in ref]
    assert there == [
        REF,
        "refs/heads/gryt/generations/v2.1.0",
        "refs/heads/gryt/meta",
        "refs/heads/gryt/notes",
    ]
    assert clone.git("notes", "--ref=gryt", "show", "HEAD").count("status: pass") == 2
