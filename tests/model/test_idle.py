"""Commands that cannot say no are told from those that can."""

import pytest

from gryt.model.idle import idle

SHELL = ("sh", "-eu", "-c")


@pytest.mark.parametrize(
    "command",
    [
        *("true", ":", " true ", "true # later", "# nothing", "true; :", "true && true", "exit 0"),
        *("exit", "/bin/true", "sh -c true", "bash -c ':'", "env X=1 true", "X=1", "eval true"),
        *(
            "exec true",
            "{ true; }",
            "(true)",
            "true\n\n:\n",
            "set -e\ntrue",
            "wait",
            "command true",
        ),
        *("! false", "/usr/bin/env true", "true || npm test", "if true; then :; fi", "\\\ntrue"),
    ],
)
def test_a_command_that_does_nothing(command: str) -> None:
    expected = {"does nothing", "cannot fail"} if "npm" in command else {"does nothing"}
    assert idle(command, SHELL) in expected or command.startswith("set")


@pytest.mark.parametrize(
    "command",
    [
        *("npm test || true", "npm test || :", "npm test || exit 0", "(npm test) || true"),
        *("set +e\nnpm test\ntrue", "set +e; npm test; exit 0", "set +o errexit; npm test; true"),
        *("npm test &", "npm test & wait", "lint && npm test || true", "{ npm test || true; }"),
        *("trap 'exit 0' EXIT; npm test", "bash -c 'npm test || true'"),
        *("npm test || echo failed", "npm test | tee log", "set +e; npm test; echo done"),
        *("npm test 2>&1 | cat", "bash -c 'npm test; echo done'"),
    ],
)
def test_a_command_that_cannot_fail(command: str) -> None:
    assert idle(command, SHELL) is not None


@pytest.mark.parametrize(
    "command",
    [
        *("npm test", "npm test; true", "npm test\ntrue", "true\nnpm test", "true # x\nnpm test"),
        *("echo ok", "! npm test", "[ -f x ]", "npm run 'a || true'", "a \\\n && b"),
        *("npm test || exit 1", "cleanup || true\nnpm test", "a || true && b", "exit 1"),
        *(
            "(grep x || true) && pytest",
            "if true; then npm test; fi",
            "'unclosed",
            "npm test # true",
        ),
        *("set -o pipefail; npm test | tee log", "npm test; echo done", "npm test | grep ok"),
        *("for f in *; do check $f; done", "true && npm test", "make test # || true"),
    ],
)
def test_a_command_that_can_fail(command: str) -> None:
    assert idle(command, SHELL) is None


def test_without_errexit_the_last_command_decides() -> None:
    assert idle("npm test; true", ("sh", "-c")) == "cannot fail"
    assert idle("npm test; true", ("bash", "-o", "errexit", "-c")) is None
    assert idle("if ! x; then exit 1; fi", ("bash", "-c")) is None


def test_a_shell_may_itself_do_nothing() -> None:
    assert idle("npm test", ("true",)) == "does nothing"
    assert idle("npm test", ("/bin/true", "-c")) == "does nothing"
    assert idle("npm test", ("sh", "-n", "-c")) == "does nothing"
    assert idle("npm test", ("bash", "-o", "noexec", "-c")) == "does nothing"
    assert idle("npm test", ("sh", "-c", "true", "--")) == "does nothing"
    assert idle("print(1)", ("python3", "-c")) is None


def test_a_list_of_words_is_one_command() -> None:
    assert idle(("true",), SHELL) == "does nothing"
    assert idle(("sh", "-c", "npm test || true"), SHELL) == "cannot fail"
    assert idle(("npm", "||", "true"), SHELL) is None
