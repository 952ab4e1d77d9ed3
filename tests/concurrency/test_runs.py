"""Runs and promotions on one clone at once."""

from pathlib import Path
from typing import Any

import pytest

from gryt.cli.context import App
from gryt.errors import Refused
from gryt.model.observer import Silent
from gryt.service import plans, runs
from gryt.service.promote import promote
from tests.concurrency.processes import IDS, LAW_1, LEDGER, at_once, worker
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes


def listed(gryt: Gryt, repo: Repo) -> Any:
    return gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json


def test_runs_in_linked_worktrees_do_not_disturb_each_other(
    begun: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    trees = [tmp_path / f"tree-{name}" for name in IDS]
    for name, tree in zip(IDS, trees, strict=True):
        begun.git("worktree", "add", "--quiet", "-b", f"work/{name}", tree)
        Repo(tree).commit(f"feat: {name}", {f"{name}.txt": "done\n"})
        gryt.ok("evolution", "start", "v1.0.0", "--change", name, cwd=tree)

    ended = at_once([worker(Repo(tree), "run") for tree in trees])

    assert [(status, err) for status, _, err in ended] == [(0, "")] * len(trees)
    document = listed(gryt, begun)
    assert {c["id"]: c["status"] for c in document["changes"]} == dict.fromkeys(IDS, "proven")
    heads = {f"v1.0.0-rc.{n}": Repo(tree).head for n, tree in enumerate(trees, 1)}
    assert {e["tag"]: e["commit"] for e in document["evolutions"]} == heads
    for tag, head in heads.items():
        assert begun.git("rev-parse", f"{tag}^{{commit}}") == head
        assert f"evolution: {tag}," in begun.git("notes", "--ref=gryt", "show", head)
    assert begun.git(*LAW_1, LEDGER) == ""
    gryt.ok("verify", cwd=begun)


def promotions(gryt: Gryt, repo: Repo) -> list[str]:
    log = gryt.ok("audit", "log", "v1.0.0", "--json", cwd=repo).json["records"]
    return [record["commit"] for record in log if record["kind"] == "generation.promoted"]


def test_who_promotes_the_same_commit_at_once_promotes_it_once(proven: Repo, gryt: Gryt) -> None:
    ended = at_once([worker(proven, "generation", "promote", "v1.0.0") for _ in range(4)])
    assert [(status, err) for status, _, err in ended] == [(0, "")] * 4
    assert sum("promoted successfully!" in out for _, out, _ in ended) == 1
    assert promotions(gryt, proven) == [proven.head]
    gryt.ok("verify", cwd=proven)


def test_of_two_promotions_to_different_commits_one_wins(proven: Repo, gryt: Gryt) -> None:
    commits = [proven.commit(f"Later {n}", {"work.txt": f"{n}\n"}) for n in range(4)]
    promote = ("generation", "promote", "v1.0.0", "--commit")

    ended = at_once([worker(proven, *promote, commit) for commit in commits])

    assert sorted(status for status, _, _ in ended) == [0, 3, 3, 3]
    (winner,) = promotions(gryt, proven)
    assert ended[commits.index(winner)][0] == 0
    assert proven.git("rev-parse", "v1.0.0^{commit}") == winner
    for status, _, err in ended:
        assert (status == 0) == (err == "")
        assert not err or f"'v1.0.0' is promoted at {winner[:10]}" in err
    gryt.ok("verify", cwd=proven)


def test_who_looked_before_another_promoted_is_told_of_the_promotion(
    proven: Repo, gryt: Gryt
) -> None:
    """And is not told to delete its tag, which is there for a good reason."""
    winner = proven.head
    late, same = App((proven.path,)).session, App((proven.path,)).session
    assert late.ledger.refs == same.ledger.refs, "read now, not when they promote"
    gryt.ok("generation", "promote", "v1.0.0", cwd=proven)
    proven.commit("Later", {"work.txt": "1\n"})

    again = promote(same, "v1.0.0", revision=winner, dry_run=False)
    with pytest.raises(Refused, match=f"'v1.0.0' is promoted at {winner[:10]}"):
        promote(late, "v1.0.0", revision="HEAD", dry_run=False)

    assert again.promoted
    assert promotions(gryt, proven) == [winner]


def test_a_run_does_not_begin_once_its_generation_is_promoted(proven: Repo, gryt: Gryt) -> None:
    """Somebody promotes between the decision to run and the record that the run begins."""
    gryt.ok("evolution", "start", "v1.0.0", "--change", IDS[0], cwd=proven)
    session = App((proven.path,)).session
    plan = plans.plan(session, None, evolution=None)
    gryt.ok("generation", "promote", "v1.0.0", cwd=proven)
    refs = proven.refs()

    with pytest.raises(Refused, match="is promoted"):
        runs.run(session, plan, Silent())

    assert proven.refs() == refs


def test_one_evolution_is_not_run_twice_at_once(begun: Repo, gryt: Gryt) -> None:
    text = "name: full-ci\nsteps:\n  - name: act\n    command: sleep 0.3\n"
    begun.commit("A slow pipeline", {".gryt/pipelines/full-ci.yaml": text})
    gryt.ok("evolution", "start", "v1.0.0", "--change", IDS[0], cwd=begun)
    run = ("run", "--evolution", "v1.0.0-rc.1")
    ended = at_once([worker(begun, *run) for _ in range(3)])
    assert sorted(status for status, _, _ in ended) == [0, 3, 3]
    assert listed(gryt, begun)["evolutions"][0]["runs"] == 1
