"""Every command answers a program with one document, whose names are promised."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.scenes import CHANGES, CONTRACT, draft
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

pytestmark = pytest.mark.xdist_group("test_json")  # one scene for all

EVOLUTION = {
    *("tag", "number", "id", "changes", "status", "pipeline", "commit", "tree", "head", "branch"),
    *("by", "team", "started_at", "finished_at", "run", "runs", "tag_object", "reasons", "tagged"),
}
CHANGE = {"id", "type", "title", "description", "status", "proof"}
GENERATION = {
    *("schema", "version", "gid", "status", "description", "pipeline_template", "contract"),
    *("created_at", "created_by", "promoted_at", "promoted_by", "commit", "tag_object"),
    *("changes", "evolutions", "conflicts", "ready", "reasons", "reason", "overrides"),
    *("hotfix", "fast_track"),
}
LISTED = {
    *("version", "gid", "status", "description", "created_at", "promoted_at"),
    *("changes_total", "changes_proven", "evolutions_total", "conflicts"),
}


@dataclass(frozen=True)
class Asked:
    """What a repository's life looks like to a program."""

    repo: Repo
    answers: dict[str, Result]

    def __getitem__(self, name: str) -> Any:
        return self.answers[name].json


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("json") / "repo")
    answers: dict[str, Result] = {}

    def ask(name: str, *args: str, stdin: str = "") -> None:
        answers[name] = gryt(*args, "--json", cwd=repo, stdin=stdin, env={"GIT_EDITOR": "true"})

    ask("init", "init")
    repo.commit("Add the samples")
    ask("new", "generation", "new", "v1.5.0", "--from", "-", stdin=CONTRACT)
    ask("edit", "generation", "edit", "v1.5.0")
    ask("update", "generation", "update", "v1.5.0")
    ask("refused", "generation", "promote", "v1.5.0")
    ask("first", "evolution", "start", "v1.5.0", "--change", "FEAT-201")
    ask("abandon", "evolution", "abandon", "v1.5.0-rc.1", "--reason", "too early")
    names = [word for change in CHANGES for word in ("--change", change)]
    ask("start", "evolution", "start", "v1.5.0", *names)
    repo.commit("feat: all of it", {"work.txt": "done\n"})
    ask("run", "run")
    ask("rerun", "run", "full-ci")
    ask("evolutions", "evolution", "list", "v1.5.0")
    ask("evolution", "evolution", "show", "v1.5.0-rc.2")
    ask("snapshot", "audit", "snapshot", "--label", "before")
    ask("snapshots", "audit", "list-snapshots")
    ask("dry run", "generation", "promote", "v1.5.0", "--dry-run")
    ask("promote", "generation", "promote", "v1.5.0")
    ask("again", "generation", "promote", "v1.5.0")
    ask("show", "generation", "show", "v1.5.0")
    ask("list", "generation", "list")
    ask("log", "audit", "log")
    return Asked(repo, answers)


def test_every_document_names_its_schema(asked: Asked) -> None:
    assert {name: asked[name]["schema"] for name in asked.answers} == {
        "init": "gryt/init/1",
        "new": "gryt/generation/1",
        "edit": "gryt/generation/1",
        "update": "gryt/generation/1",
        "show": "gryt/generation/1",
        "list": "gryt/generation-list/1",
        "refused": "gryt/promotion/1",
        "dry run": "gryt/promotion/1",
        "promote": "gryt/promotion/1",
        "again": "gryt/promotion/1",
        "first": "gryt/evolution/1",
        "start": "gryt/evolution/1",
        "abandon": "gryt/evolution/1",
        "evolution": "gryt/evolution/1",
        "evolutions": "gryt/evolution-list/1",
        "run": "gryt/run/1",
        "rerun": "gryt/run/1",
        "snapshot": "gryt/snapshot/1",
        "snapshots": "gryt/snapshot-list/1",
        "log": "gryt/audit-log/1",
    }


def test_the_status_is_the_answer_too(asked: Asked) -> None:
    said_no = {name for name, answer in asked.answers.items() if answer.status}
    assert said_no == {"refused"}
    assert asked.answers["refused"].status == 1


def test_a_generation_is_whole_wherever_it_is_shown(asked: Asked) -> None:
    for name in ("new", "edit", "update", "show", "evolutions"):
        assert asked[name].keys() == GENERATION
        assert all(change.keys() == CHANGE for change in asked[name]["changes"])
        assert all(evolution.keys() == EVOLUTION for evolution in asked[name]["evolutions"])


def test_a_new_generation_is_a_draft_with_everything_to_do(asked: Asked) -> None:
    new = asked["new"]
    assert (new["version"], new["status"], new["ready"]) == ("v1.5.0", "draft", False)
    assert new["evolutions"] == new["conflicts"] == []
    assert [change["status"] for change in new["changes"]] == ["unproven"] * 3
    assert new["reasons"][:3] == [f"{change} is not proven" for change in CHANGES]
    assert (new["promoted_at"], new["commit"], new["tag_object"]) == (None, None, None)


def test_a_promoted_generation_names_commit_and_tag(asked: Asked) -> None:
    show = asked["show"]
    assert show["status"] == "promoted"
    assert show["commit"] == asked.repo.head
    assert show["tag_object"] == asked.repo.git("rev-parse", "v1.5.0")
    assert show["promoted_by"] == "Ada Lovelace <ada@example.com>"
    assert show["ready"] is False
    assert show["reasons"] == ["it is promoted already"]


def test_a_change_names_its_proof(asked: Asked) -> None:
    change = asked["show"]["changes"][2]
    evolution = asked["show"]["evolutions"][1]
    assert change == {
        "id": "BUG-88",
        "type": "fix",
        "title": "Session timeout edge case",
        "description": None,
        "status": "proven",
        "proof": {
            "evolution": "v1.5.0-rc.2",
            "evolution_id": evolution["id"],
            "run": evolution["run"],
            "commit": asked.repo.head,
        },
    }


def test_evolutions_are_listed_by_number(asked: Asked) -> None:
    one, two = asked["evolutions"]["evolutions"]
    assert (one["tag"], one["number"], one["status"]) == ("v1.5.0-rc.1", 1, "abandoned")
    assert (one["reasons"], one["commit"], one["runs"]) == (["too early"], None, 0)
    assert (two["tag"], two["number"], two["status"]) == ("v1.5.0-rc.2", 2, "pass")
    assert (two["changes"], two["branch"], two["team"]) == ([*CHANGES], "main", None)
    assert (two["commit"], two["by"]) == (asked.repo.head, "Ada Lovelace <ada@example.com>")
    assert two["tag_object"] == asked.repo.git("rev-parse", "v1.5.0-rc.2")
    assert two["started_at"] <= two["finished_at"]


def test_one_evolution_is_a_list_of_one(asked: Asked) -> None:
    for name in ("first", "start", "abandon", "evolution"):
        [evolution] = asked[name]["evolutions"]
        assert evolution.keys() == EVOLUTION
    assert asked["start"]["generation"] == asked["evolution"]["generation"] == "v1.5.0"


def test_steps_have_their_logs(asked: Asked) -> None:
    for name in ("run", "evolution"):
        lint, unit = asked[name]["steps"]
        assert (lint["name"], lint["status"], lint["exit_code"]) == ("lint", "pass", 0)
        assert unit["command"] == "echo 3 passed"
        assert (unit["log"]["tail"], unit["log"]["bytes"]) == ("3 passed\n", 9)
        assert unit.keys() >= {
            *("name", "command", "status", "exit_code", "attempts", "seconds", "log")
        }


def test_what_steps_print_goes_to_stderr(asked: Asked) -> None:
    assert "==> unit (2/2)\n3 passed\n" in asked.answers["run"].stderr


def test_a_run_says_what_it_came_to(asked: Asked) -> None:
    run, again = asked["run"], asked["rerun"]
    evolution = asked["evolution"]["evolutions"][0]
    assert {key: run[key] for key in run.keys() - {"steps", "schema"}} == {
        "pipeline": "full-ci",
        "status": "pass",
        "reasons": [],
        "recorded": True,
        "run": evolution["run"],
        "commit": asked.repo.head,
        "tag": "v1.5.0-rc.2",
        "evolution": "v1.5.0-rc.2",
        "changes": [*CHANGES],
    }
    assert (again["recorded"], again["evolution"], again["tag"]) == (False, None, None)


def test_snapshots(asked: Asked) -> None:
    assert asked["snapshots"]["snapshots"] == asked["snapshot"]["snapshots"]
    [snapshot] = asked["snapshots"]["snapshots"]
    assert snapshot.keys() == {"id", "label", "created_at", "by", "generations", "bytes"}
    assert (snapshot["label"], snapshot["generations"]) == ("before", 1)
    assert isinstance(snapshot["bytes"], int)


def test_records_are_as_they_are_stored_newest_first(asked: Asked) -> None:
    records = asked["log"]["records"]
    assert [record["id"] for record in records] == sorted(
        (record["id"] for record in records), reverse=True
    )
    assert [record["kind"] for record in records] == [
        "generation.promoted",
        "snapshot.taken",
        "run.finished",
        "run.started",
        "evolution.started",
        "evolution.abandoned",
        "evolution.started",
        "audit.refused",
        "generation.contract",
        "generation.created",
    ]
    assert {"ref", "version", "candidate", "format", "at", "by"} <= records[0].keys()
    assert records[1]["ref"] == "refs/gryt/meta"
    assert records[2]["candidate"] == "v1.5.0-rc.2"


def test_gates_have_outcome_reasons_and_what_mends_them(asked: Asked) -> None:
    names = [
        *("AllChangesProvenGate", "NoFailedEvolutionsGate", "MinEvolutionsGate"),
        "ProofsContainedGate",
    ]
    refused = asked["refused"]
    assert [gate["name"] for gate in refused["gates"]] == names
    assert [gate["outcome"] for gate in refused["gates"]] == ["fail", "pass", "fail", "pass"]
    assert refused["gates"][0]["reasons"] == [f"{change} is not proven" for change in CHANGES]
    assert refused["gates"][0]["mend"] == (
        "gryt evolution start v1.5.0 --change FEAT-201 && gryt run"
    )
    assert (refused["promoted"], refused["dry_run"]) == (False, False)
    assert [gate["outcome"] for gate in asked["promote"]["gates"]] == ["pass"] * 4


def test_a_promotion_names_its_record(asked: Asked) -> None:
    promoted, dry, again = asked["promote"], asked["dry run"], asked["again"]
    assert (promoted["promoted"], promoted["commit"]) == (True, asked.repo.head)
    assert promoted["record"] == asked["log"]["records"][0]["id"]
    assert (dry["promoted"], dry["dry_run"], dry["record"]) == (False, True, None)
    assert (again["promoted"], again["gates"]) == (True, [])


def test_the_listing_has_a_row_per_generation(asked: Asked, gryt: Gryt) -> None:
    [row] = asked["list"]["generations"]
    assert row.keys() == LISTED
    assert (row["changes_total"], row["changes_proven"], row["evolutions_total"]) == (3, 3, 2)


def test_nothing_is_an_empty_list(repo: Repo, gryt: Gryt) -> None:
    assert gryt.ok("generation", "list", "--json", cwd=repo).json["generations"] == []
    assert gryt.ok("audit", "log", "--json", cwd=repo).json["records"] == []
    assert gryt.ok("audit", "list-snapshots", "--json", cwd=repo).json["snapshots"] == []
    draft(gryt, repo)
    assert gryt.ok("evolution", "list", "v1.5.0", "--json", cwd=repo).json["evolutions"] == []


def test_nothing_has_words_of_its_own(repo: Repo, gryt: Gryt) -> None:
    assert gryt.ok("generation", "list", cwd=repo).stdout == "No generations yet.\n"
    assert gryt.ok("audit", "log", cwd=repo).stdout == "No records yet.\n"
    assert gryt.ok("audit", "list-snapshots", cwd=repo).stdout == "No snapshots yet.\n"


def test_init_lists_what_it_made_and_what_it_kept(asked: Asked, gryt: Gryt) -> None:
    assert asked["init"].keys() == {"schema", "created", "kept"}
    assert ".gryt/policy.yaml" in asked["init"]["created"]
    again = gryt.ok("init", "--json", cwd=asked.repo).json
    assert again["created"] == []
    assert ".gryt/policy.yaml" in again["kept"]
