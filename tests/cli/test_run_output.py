"""What `gryt run` shows in a pipe and to build machines."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo

PIPELINE = r"""
name: noisy
steps:
  - name: tricks
    command: printf '::error::hacked\n\033[31mred\033[0m \033[2J\a\n10%%\r99%%\n'
  - name: broken
    command: seq 30; printf 'no line end'; exit 3
  - {name: never, command: "true"}
"""
GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def noisy(repo: Repo) -> Repo:
    repo.write({".gryt/pipelines/noisy.yaml": PIPELINE})
    return repo


def test_a_pipe_gets_a_block_for_each_step_and_no_control_characters(
    noisy: Repo, gryt: Gryt
) -> None:
    ended = gryt("run", "noisy", cwd=noisy)
    assert ended.status == 1
    begin, end = ended.stdout.split("".join(f"{n}\n" for n in range(1, 31)))
    assert re.sub(r"[0-9.]+s", "[..]s", begin) == (
        "==> tricks (1/3)\n::error::hacked\nred \\x07\n99%\ntricks: pass ([..]s)\n"
        "==> broken (2/3)\n"
    )
    end = re.sub(r"whole log: /.*/02-broken.log", "whole log: [..]", end)
    assert re.sub(r"[0-9.]+s", "[..]s", end) == (
        "no line end\nbroken: fail ([..]s, exit 3)\nnever: skipped ('broken' did not pass)\n\n"
        "Failed:\n  broken: fail ([..]s, exit 3)\n    whole log: [..]\n\n"
        "Pipeline noisy: FAILED (1/3 steps, 1 skipped)\nNothing was recorded.\n"
    )


def test_quiet_shows_only_the_end_of_what_fails(noisy: Repo, gryt: Gryt) -> None:
    shown = gryt("run", "noisy", "--quiet", cwd=noisy).stdout
    assert "tricks" not in shown
    assert "never" not in shown
    assert shown.startswith("==> broken (2/3)\n... 11 more lines before\n12\n")


def test_verbose_shows_the_command(noisy: Repo, gryt: Gryt) -> None:
    assert "    $ seq 30; printf" in gryt("run", "noisy", "-v", cwd=noisy).stdout


@pytest.mark.parametrize("system", ["GITHUB_ACTIONS", "FORGEJO_ACTIONS", "GITEA_ACTIONS"])
def test_on_actions_steps_are_groups_and_give_no_commands(
    system: str, noisy: Repo, gryt: Gryt
) -> None:
    shown = gryt("run", "noisy", cwd=noisy, env={system: "true"}).stdout
    [word] = re.findall(
        r"^::group::tricks \(1/3\)\n::stop-commands::([0-9a-f]{32})$", shown, re.MULTILINE
    )
    before, _, after = shown.partition("::error::hacked\n")
    assert before.endswith(f"::stop-commands::{word}\n")
    assert f"\n::{word}::\n::endgroup::\ntricks: pass" in after
    words = re.findall(r"^::stop-commands::(.*)$", shown, re.MULTILINE)
    assert len(set(words)) == len(words) == 3, "each stop has a word of its own"
    [annotation] = re.findall(r"^::error file=.*$", shown, re.MULTILINE)
    assert annotation.startswith("::error file=.gryt/pipelines/noisy.yaml,line=6,title=broken%3A ")
    assert annotation.endswith("%0A30%0Ano line end")
    assert "\x1b[31mred\x1b[0m" in shown, "its log shows colours"
    assert "\x1b[2J" not in shown


def test_build_machines_are_not_spoken_to_where_nobody_wants_it(noisy: Repo, gryt: Gryt) -> None:
    noisy.git("config", "gryt.ciOutput", "false")
    assert "::group::" not in gryt("run", "noisy", cwd=noisy, env=GITHUB).stdout


def test_github_gets_a_summary_page(noisy: Repo, gryt: Gryt, tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    page.write_text("# Before\n", encoding="utf-8")
    gryt("run", "noisy", cwd=noisy, env={**GITHUB, "GITHUB_STEP_SUMMARY": str(page)})
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Before\n## noisy: FAILED (1/3 steps, 1 skipped)\n")
    assert "| tricks | pass (" in text
    assert "\n30\nno line end\n```\n" in text


def test_a_summary_that_cannot_be_written_is_no_failure(repo: Repo, gryt: Gryt) -> None:
    env = {**GITHUB, "GITHUB_STEP_SUMMARY": str(repo / "no" / "such" / "folder")}
    ended = gryt("run", "full-ci", cwd=repo, env=env)
    assert ended.status == 0
    assert "warning: cannot write the summary" in ended.stderr


def test_gitlab_gets_sections(noisy: Repo, gryt: Gryt) -> None:
    shown = gryt("run", "noisy", cwd=noisy, env={"GITLAB_CI": "true"}).stdout
    begun = re.findall(
        r"^\x1b\[0Ksection_start:\d+:(\S+)\[collapsed=true\]\r\x1b\[0K", shown, re.MULTILINE
    )
    ended = re.findall(r"^\x1b\[0Ksection_end:\d+:(\S+)\r\x1b\[0K$", shown, re.MULTILINE)
    assert begun == ended == ["gryt_1-tricks", "gryt_2-broken"]


def test_the_junit_report_is_there_whatever_came_of_it(
    noisy: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    report = tmp_path / "new folder" / "report.xml"
    assert gryt("run", "noisy", "--junit", report, cwd=noisy).status == 1
    suite = ET.parse(report).getroot()[0]  # noqa: S314 - it is our own
    assert [case.get("name") for case in suite] == ["tricks", "broken", "never"]


def test_a_report_that_cannot_be_written_is_said_before_anything_runs(
    noisy: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "report.xml"):
        ended = gryt("run", "noisy", "--junit", path, cwd=noisy)
        assert (ended.status, ended.stdout) in {(2, ""), (3, "")}
        assert "report.xml': " in ended.stderr or "is a directory" in ended.stderr


def test_the_whole_log_of_a_failure_is_where_it_says(noisy: Repo, gryt: Gryt) -> None:
    shown = gryt("run", "noisy", cwd=noisy).stdout
    [path] = re.findall(r"whole log: (.*)", shown)
    assert Path(path).read_text(encoding="utf-8").endswith("30\nno line end")


def test_logs_of_runs_that_nobody_recorded_do_not_pile_up(
    noisy: Repo, gryt: Gryt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gryt.service.logs._KEPT", 2)
    for _ in range(4):
        gryt("run", "noisy", cwd=noisy)
    assert len(list((noisy / ".git/gryt/logs/unrecorded").iterdir())) == 2


def test_a_secret_shows_nowhere(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    step = "{name: leak, command: 'echo hunter2hunter2 $TOKEN; printf %s $TOKEN | base64; false'}"
    text = f"name: leaky\nsecrets: [TOKEN]\nsteps:\n  - {step}\n"
    repo.write({".gryt/pipelines/leaky.yaml": text})
    page, report = tmp_path / "page.md", tmp_path / "report.xml"
    env = {**GITHUB, "GITHUB_STEP_SUMMARY": str(page), "TOKEN": "hunter2hunter2"}
    ended = gryt("run", "leaky", "-v", "--junit", report, cwd=repo, env=env)
    assert "*** ***\n" in ended.stdout
    for shown in (ended.stdout, ended.stderr, page.read_text(), report.read_text()):
        assert "hunter2" not in shown
        assert "aHVudGVyMmh1bnRlcj" not in shown
