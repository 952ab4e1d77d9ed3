"""`python -m tests.demo`: Workflow 1 on this very project, then the result with nothing but git.

The checkout that this file lies in is cloned as the repository to be released, with a bare remote
beside it. The pipeline lints that clone and runs a part of its tests. Whatever is not as it should
be ends the demo with status 1, so it is a test as well.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from tests.fixtures.demo_changes import (
    CONTRACT,
    LOGIN,
    NOTIFY,
    TEST_LOGIN,
    TEST_NOTIFY,
    TEST_TIMEOUT,
)
from tests.fixtures.terminal import NotAsExpectedError, Terminal
from tests.support.sealed import make_home, sealed

PROJECT = Path(__file__).parents[1]
VERSION = "v1.5.0"
TESTS = ("tests/model", "tests/store/test_schema.py", "tests/store/test_yaml.py", "tests/accounts")
"""What the pipeline runs, as far as it is there; the last come with the changes."""

ACCOUNTS = "examples/accounts"
OVER = "now - began > LIFETIME"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the repositories in place")
    given = parser.parse_args(argv)
    folder = Path(mkdtemp(prefix="gryt-demo-")).resolve()
    try:
        play(folder)
    except NotAsExpectedError as error:
        print(f"\ndemo: not as expected: {error}", file=sys.stderr)
        return 1
    finally:
        if given.keep:
            print(f"\nkept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def play(folder: Path) -> None:
    """Plays the whole workflow in an empty folder."""
    home = make_home(folder / "home")
    env = sealed(os.environ, home, ceiling=folder)
    terminal = Terminal(folder, env)
    set_up(terminal, folder)
    promise(terminal)
    prove(terminal)
    refuse_and_mend(terminal)
    promote(terminal)
    look_with_git(terminal)
    terminal.title("Everything was as it had to be")


def set_up(terminal: Terminal, folder: Path) -> None:
    """Clones the project with its history; a copy has to do where there is none (or not all)."""
    terminal.title("A clone of this project, with a bare remote beside it")
    git = terminal.quietly
    git("config", "--global", "--add", "safe.directory", "*")  # a checkout mounted by another user
    terminal.run("git init --quiet --bare origin.git")
    if _has_whole_history(terminal):
        git("clone", "--quiet", "--no-tags", str(PROJECT), "project")
        git("remote", "remove", "origin", cwd=folder / "project")
    else:
        _copy_project(folder / "project")
        git("init", "--quiet", "project")
    terminal.cwd = folder / "project"
    git("checkout", "--quiet", "-B", "main")  # the checkout may be on any branch, or on none
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "Begin the demo")
    terminal.run("git remote add origin ../origin.git")
    terminal.run("git push --quiet --set-upstream origin main")
    terminal.run("git log --oneline --max-count=3")


def _has_whole_history(terminal: Terminal) -> bool:
    try:
        answer = terminal.quietly(
            "rev-parse", "--show-toplevel", "--is-shallow-repository", "HEAD", cwd=PROJECT
        )
    except NotAsExpectedError:
        return False
    top, is_shallow, _ = answer.splitlines()
    return is_shallow == "false" and Path(top).resolve() == PROJECT.resolve()


def _copy_project(to: Path) -> None:
    names = (
        ".git",
        ".venv",
        "__pycache__",
        "*.egg-info",
        ".*_cache",
        ".hypothesis",
        "build",
        "dist",
    )
    shutil.copytree(PROJECT, to, ignore=shutil.ignore_patterns(*names))


def promise(terminal: Terminal) -> None:
    """Step 1: the pipeline and the contract."""
    terminal.title("gryt moves in; its pipeline lints the project and runs a part of its tests")
    terminal.run("gryt init", says=["policy.yaml"])
    terminal.write({".gryt/pipelines/full-ci.yaml": _pipeline(terminal.cwd)})
    terminal.run("git add .gryt")
    terminal.run('git commit --quiet -m "ci: prove releases with gryt"')

    terminal.title("Step 1: Create Generation")
    terminal.run(f"gryt generation new {VERSION}", says=[VERSION])
    terminal.write({f".gryt/generations/{VERSION}.yaml": CONTRACT})
    terminal.run(f"gryt generation show {VERSION}", says=["FEAT-201", "FEAT-202", "BUG-88"])


def _pipeline(project: Path) -> str:
    """Returns the pipeline, run by the Python that runs the demo."""
    tests = [name for name in TESTS[:-1] if _has_tests(project / name)]
    commands = {
        "lint": ["-m", "ruff", "check"],
        "format": ["-m", "ruff", "format", "--check"],
        "unit-tests": ["-m", "pytest", "-q", "-m", "not slow", *tests, TESTS[-1]],
    }
    steps = "".join(
        f"  - name: {name}\n    command: {json.dumps([sys.executable, *words])}\n"
        for name, words in commands.items()
    )
    return f"name: full-ci\nsteps:\n{steps}"


def _has_tests(path: Path) -> bool:
    return path.is_file() or any(path.glob("test_*.py"))


def prove(terminal: Terminal) -> None:
    """Steps 2 and 3: two changes that pass at once."""
    terminal.title("Step 2: First Evolution (OAuth2)")
    terminal.run(f"gryt evolution start {VERSION} --change FEAT-201", says=["v1.5.0-rc.1"])
    terminal.write(
        {
            f"{ACCOUNTS}/__init__.py": '"""What an account needs."""\n',
            f"{ACCOUNTS}/login.py": LOGIN,
            "tests/accounts/test_login.py": TEST_LOGIN,
        }
    )
    _commit(terminal, "feat: add OAuth2 login [FEAT-201]")
    terminal.run("gryt run full-ci", says=["v1.5.0-rc.1", "PASSED"])

    terminal.title("Step 3: Second Evolution (Notifications)")
    terminal.run(f"gryt evolution start {VERSION} --change FEAT-202", says=["v1.5.0-rc.2"])
    terminal.write({f"{ACCOUNTS}/notify.py": NOTIFY, "tests/accounts/test_notify.py": TEST_NOTIFY})
    _commit(terminal, "feat: email notification system [FEAT-202]")
    terminal.run("gryt run full-ci", says=["v1.5.0-rc.2", "PASSED"])


def _commit(terminal: Terminal, message: str) -> None:
    terminal.run("git add .")
    terminal.run(f'git commit --quiet -m "{message}"')


def refuse_and_mend(terminal: Terminal) -> None:
    """Step 4, with a first attempt that is wrong; and step 5."""
    login = f"{ACCOUNTS}/login.py"
    terminal.title("Step 4: Third Evolution (Bug Fix), at first a wrong one: gryt says no")
    terminal.run(f"gryt evolution start {VERSION} --change BUG-88", says=["v1.5.0-rc.3"])
    terminal.write(
        {
            login: LOGIN.replace(OVER, "now - began >= LIFETIME - 60"),
            "tests/accounts/test_timeout.py": TEST_TIMEOUT,
        }
    )
    _commit(terminal, "fix: handle session timeout edge case [BUG-88]")
    terminal.run("gryt run full-ci", status=1, says=["FAILED", "last_second"])
    terminal.run(
        f"gryt evolution list {VERSION}",
        says=["Ready for promotion: NO", "BUG-88 is not proven", "v1.5.0-rc.3 failed"],
    )
    terminal.run(
        f"gryt generation promote {VERSION}",
        status=1,
        says=["AllChangesProvenGate: FAIL", "NoFailedEvolutionsGate: FAIL"],
    )
    if terminal.quietly("tag", "--list", VERSION, "v1.5.0-rc.3"):
        raise NotAsExpectedError("there is a tag of what was refused")

    terminal.title("The fix is mended, and proven")
    terminal.write({login: LOGIN.replace(OVER, "now - began >= LIFETIME")})
    _commit(terminal, "fix: a session is over when its time is up [BUG-88]")
    terminal.run("gryt run full-ci", says=["v1.5.0-rc.3", "PASSED"])

    terminal.title("Step 5: Verify Progress")
    listed = terminal.run(
        f"gryt evolution list {VERSION}",
        says=["Generation: v1.5.0 (draft)", "Ready for promotion: YES"],
    )
    if [line.split()[2] for line in listed.splitlines() if "-rc." in line] != ["pass"] * 3:
        raise NotAsExpectedError("three evolutions had to be listed as passed")


def promote(terminal: Terminal) -> None:
    """Steps 6 and 7."""
    terminal.title("Step 6: Promote")
    terminal.run('gryt audit snapshot --label "pre-v1.5.0-promotion"')
    terminal.run(f"gryt generation promote {VERSION} --dry-run", says=["dry run"])
    gates = ("AllChangesProvenGate", "NoFailedEvolutionsGate", "MinEvolutionsGate")
    terminal.run(
        f"gryt generation promote {VERSION}",
        says=[
            *(f"{gate}: PASS" for gate in (*gates, "ProofsContainedGate")),
            "Creating final tag v1.5.0...",
            "Generation v1.5.0 promoted successfully!",
        ],
    )
    terminal.run("gryt verify")
    terminal.run("gryt check HEAD")

    terminal.title("Step 7: Deploy; the ledger goes along, by plain git")
    terminal.run("git push --quiet origin main")
    terminal.run(f"git push origin {VERSION}")
    terminal.run("git push --quiet origin --tags 'refs/gryt/*:refs/gryt/*' refs/notes/gryt")


def look_with_git(terminal: Terminal) -> None:
    """What an auditor sees who has never heard of gryt."""
    ledger = f"refs/gryt/generations/{VERSION}"
    terminal.title("From here on without gryt: the remote has it all")
    there = ["refs/gryt/meta", ledger, "refs/notes/gryt", f"refs/tags/{VERSION}"]
    terminal.run(
        "git ls-remote origin 'refs/gryt/*' 'refs/notes/*' 'refs/tags/v1.5.0*'", says=there
    )

    terminal.title("The audit trail is a branch of records")
    subjects = [f"{VERSION} created", "rc.1 passed", "rc.3 failed", "rc.3 passed", "promoted"]
    terminal.run(f"git log --reverse --format='%h %s' {ledger}", says=subjects)
    terminal.run(f"git log -1 {ledger}", says=["3 of 3 changes proven", "Gryt-Action:"])
    terminal.run(f"git diff --stat {ledger}~1 {ledger}", says=["promoted.yaml"])

    terminal.title("The proven commits say so themselves")
    terminal.run("git notes --ref=gryt show HEAD", says=["v1.5.0-rc.3", "status: pass"])
    terminal.run("git notes --ref=gryt show HEAD~1", says=["status: fail"])
    terminal.run(
        "git tag -n --list 'v1.5.0*'", says=["v1.5.0-rc.1", "v1.5.0-rc.2", "Release v1.5.0"]
    )
    terminal.run(f"git cat-file tag {VERSION}", says=["Gryt-Proof: BUG-88"])

    terminal.title("Write once: nothing in the trail was ever changed or removed")
    for ref in (ledger, "refs/gryt/meta"):
        law = f"git log -m --diff-filter=MDRT --name-status --format=%h {ref}"
        terminal.run(law, is_silent=True)
    terminal.run("git fsck --strict --no-dangling --no-progress")
    terminal.run("git --git-dir=../origin.git fsck --strict --no-dangling --no-progress")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
