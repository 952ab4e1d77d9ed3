"""Workflow 1, word for word: a standard feature release, and what plain git then knows of it."""

import re
from dataclasses import dataclass

import pytest

from tests.cli.scenes import CONTRACT, CONTRACT_FILE
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git, make_repo

pytestmark = pytest.mark.xdist_group("test_workflow_1")  # one scene for all

PROGRESS = """\
Generation: v1.5.0 (draft)
Description: User authentication and notifications

Evolutions:
  Tag           Change     Status  Timestamp
  v1.5.0-rc.1   FEAT-201   pass    2024-01-20 09:15
  v1.5.0-rc.2   FEAT-202   pass    2024-01-20 09:15
  v1.5.0-rc.3   BUG-88     pass    2024-01-20 09:15

Changes:
  ID        Title                       Status
  FEAT-201  OAuth2 login support        proven
  FEAT-202  Email notification system   proven
  BUG-88    Session timeout edge case   proven

Ready for promotion: YES
"""
PROMOTION = """\
Running promotion gates...
  AllChangesProvenGate: PASS
  NoFailedEvolutionsGate: PASS
  MinEvolutionsGate: PASS
  ProofsContainedGate: PASS

Creating final tag v1.5.0...
Updating generation status to promoted...

Generation v1.5.0 promoted successfully!
"""
LEDGER = "refs/gryt/generations/v1.5.0"


def undated(text: str) -> str:
    """The text with every time of day as the one that the workflow shows."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2024-01-20 09:15", text)


@dataclass(frozen=True)
class Release:
    """A repository that went through the workflow, and what each command answered."""

    repo: Repo
    answers: dict[str, Result]

    def show(self, *args: str) -> str:
        return self.repo.git(*args)

    def trailers(self, message: str) -> dict[str, str]:
        parsed = self.repo.git("interpret-trailers", "--parse", stdin=message).splitlines()
        return dict(line.split(": ", 1) for line in parsed)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("workflow-1") / "repo")
    answers: dict[str, Result] = {}

    def do(name: str, *args: str) -> None:
        answers[name] = gryt.ok(*args, cwd=repo)

    do("new", "generation", "new", "v1.5.0")
    (repo / CONTRACT_FILE).write_text(CONTRACT)
    for number, (change, subject) in enumerate(
        [
            ("FEAT-201", "feat: add OAuth2 login [FEAT-201]"),
            ("FEAT-202", "feat: email notification system [FEAT-202]"),
            ("BUG-88", "fix: handle session timeout edge case [BUG-88]"),
        ],
        1,
    ):
        do(f"start {number}", "evolution", "start", "v1.5.0", "--change", change)
        repo.commit(subject, {f"{change}.py": "done = True\n"})
        do(f"run {number}", "run", "full-ci")
    do("progress", "evolution", "list", "v1.5.0")
    do("show", "generation", "show", "v1.5.0")
    do("snapshot", "audit", "snapshot", "--label", "pre-v1.5.0-promotion")
    do("promote", "generation", "promote", "v1.5.0")
    return Release(repo, answers)


def test_each_command_answers_as_the_workflow_says(release: Release) -> None:
    said = {name: undated(answer.stdout) for name, answer in release.answers.items()}
    assert said["new"] == f"Generation created: v1.5.0\nContract: {CONTRACT_FILE}\n"
    assert said["start 2"] == (
        "Evolution started: v1.5.0-rc.2\nChange: FEAT-202\nPipeline: full-ci\n"
    )
    assert said["run 3"].endswith(
        "Pipeline full-ci: PASSED (2/2 steps)\n"
        "Evolution v1.5.0-rc.3: proves BUG-88\nTag created: v1.5.0-rc.3\n"
    )
    assert said["progress"] == PROGRESS
    assert said["promote"] == PROMOTION


def test_only_the_edit_of_the_contract_is_talked_about(release: Release) -> None:
    talk = {name: answer.stderr for name, answer in release.answers.items() if answer.stderr}
    assert talk == {
        "start 1": "contract recorded: +3 changes, description edited, pipeline_template edited\n"
    }


def test_what_is_proven_is_ticked_as_in_workflow_8(release: Release) -> None:
    assert release.answers["show"].stdout.splitlines() == [
        "Generation: v1.5.0",
        "Status: draft",
        "Description: User authentication and notifications",
        "Pipeline: full-ci",
        "Changes:",
        "  ✓ FEAT-201 (proven by v1.5.0-rc.1)",
        "  ✓ FEAT-202 (proven by v1.5.0-rc.2)",
        "  ✓ BUG-88 (proven by v1.5.0-rc.3)",
        "",
        "Ready for promotion: YES",
    ]


def test_a_promoted_generation_says_when_by_whom_and_where(release: Release, gryt: Gryt) -> None:
    shown = gryt.ok("generation", "show", "v1.5.0", cwd=release.repo).stdout.splitlines()
    assert shown[:2] == ["Generation: v1.5.0", "Status: promoted"]
    assert re.fullmatch(r"Promoted at: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown[2])
    assert shown[3:5] == [
        "Promoted by: Ada Lovelace <ada@example.com>",
        f"Commit: {release.repo.head}",
    ]
    assert "Ready for promotion" not in "\n".join(shown)


def test_the_snapshot_is_listed_with_its_label(release: Release, gryt: Gryt) -> None:
    listed = gryt.ok("audit", "list-snapshots", cwd=release.repo).stdout.splitlines()
    assert listed[:2] == ["Snapshots:", ""]
    assert re.split(r" {2,}", listed[2]) == ["ID", "Label", "Created", "Size", "Age"]
    assert re.fullmatch(
        r"snapshot_\d{8}_\d{6}  pre-v1.5.0-promotion  \d{4}-\d\d-\d\d \d\d:\d\d +\d+\.\d KB  .+",
        listed[3],
    )


def test_promoting_again_changes_nothing(release: Release, gryt: Gryt) -> None:
    before = release.repo.refs()
    again = gryt.ok("generation", "promote", "v1.5.0", cwd=release.repo)
    assert again.stdout == "Generation v1.5.0 is promoted already: nothing to do\n"
    assert release.repo.refs() == before


def test_every_tag_is_annotated_and_has_trailers(release: Release) -> None:
    form = "--format=%(objecttype) %(refname:short) %(*objectname)"
    tags = [
        line.split(" ") for line in release.show("for-each-ref", form, "refs/tags").splitlines()
    ]
    assert [(kind, name) for kind, name, _ in tags] == [
        ("tag", name) for name in ("v1.5.0", "v1.5.0-rc.1", "v1.5.0-rc.2", "v1.5.0-rc.3")
    ]
    assert tags[0][2] == tags[3][2] == release.repo.head
    commits = release.repo.log("main", "%H")
    assert [tag[2] for tag in tags[1:]] == [commits[2], commits[1], commits[0]]
    candidate = release.trailers(release.show("tag", "-l", "--format=%(contents)", "v1.5.0-rc.1"))
    assert candidate.keys() == {"Gryt-Generation", "Gryt-Change", "Gryt-Evolution", "Gryt-Run"}
    assert candidate["Gryt-Change"] == "FEAT-201"
    final = release.trailers(release.show("tag", "-l", "--format=%(contents)", "v1.5.0"))
    assert final.keys() == {"Gryt-Generation", "Gryt-Promotion", "Gryt-Proof"}
    assert final["Gryt-Generation"] == "v1.5.0"


def test_the_release_tag_says_what_is_released(release: Release) -> None:
    message = release.show("tag", "-l", "--format=%(contents)", "v1.5.0").splitlines()
    assert message[:6] == [
        "Release v1.5.0",
        "",
        "User authentication and notifications",
        "",
        "  FEAT-201  OAuth2 login support       proven by v1.5.0-rc.1",
        "  FEAT-202  Email notification system  proven by v1.5.0-rc.2",
    ]


def test_git_log_tells_the_story(release: Release) -> None:
    assert release.repo.log(LEDGER)[::-1] == [
        "v1.5.0 created",
        "v1.5.0: contract recorded",
        *(
            line
            for number, change in enumerate(("FEAT-201", "FEAT-202", "BUG-88"), 1)
            for line in (
                f"v1.5.0-rc.{number} started: {change}",
                f"v1.5.0-rc.{number} runs full-ci",
                f"v1.5.0-rc.{number} passed: proves {change}",
            )
        ),
        "v1.5.0 promoted: 3 changes proven",
    ]


def test_a_message_has_the_state_after_the_action_and_trailers(release: Release) -> None:
    message = release.show("log", "-1", "--format=%B", f"{LEDGER}~3")
    assert message.splitlines() == [
        "v1.5.0-rc.3 started: BUG-88",
        "",
        "Generation v1.5.0 (draft), 2 of 3 changes proven",
        "  FEAT-201  OAuth2 login support       proven by v1.5.0-rc.1",
        "  FEAT-202  Email notification system  proven by v1.5.0-rc.2",
        "  BUG-88    Session timeout edge case  unproven",
        "",
        "Gryt-Action: evolution.started",
        "Gryt-Generation: v1.5.0",
        "Gryt-Evolution: v1.5.0-rc.3",
    ]
    passed = release.trailers(release.show("log", "-1", "--format=%B", f"{LEDGER}~1"))
    assert passed == {
        "Gryt-Action": "run.finished",
        "Gryt-Generation": "v1.5.0",
        "Gryt-Evolution": "v1.5.0-rc.3",
        "Gryt-Commit": release.repo.head,
    }


def test_notes_are_readable_with_plain_git(release: Release) -> None:
    [line] = release.show("notes", "--ref=gryt", "show", "HEAD").splitlines()
    assert line.startswith(
        "{evolution: v1.5.0-rc.3, status: pass, changes: [BUG-88], pipeline: full-ci,"
        f" steps: [lint, unit], commit: '{release.repo.head}', tree: '"
    )
    assert line in release.show("log", "-1", "--notes=gryt")


def test_nothing_was_ever_modified_or_removed_and_the_objects_are_sound(release: Release) -> None:
    law = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")
    for ref in release.repo.refs("refs/gryt"):
        assert release.show(*law, ref) == ""
    assert release.show("fsck", "--strict", "--no-dangling") == ""
    assert release.show("status", "--porcelain") == ""


def test_git_gryt_is_the_same_program(release: Release, gryt: Gryt) -> None:
    asked = gryt.ok("generation", "list", cwd=release.repo).stdout
    assert git("gryt", "generation", "list", cwd=release.repo) == asked.strip()
    assert asked.splitlines()[1].split() == [
        *("v1.5.0", "promoted", "3/3"),
        *["User", "authentication", "and", "notifications"],
    ]
