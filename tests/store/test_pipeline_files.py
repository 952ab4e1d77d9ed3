"""Pipeline files: what each key means, and what a wrong value gets, all at once with its place."""

import pytest

from gryt.errors import InvalidInput
from gryt.model.pipeline import Cell, Pipeline, Retry, Tool, Variable, When, cells
from gryt.store.pipeline_files import examine, read_pipeline

UNKNOWN = "which is no step of this pipeline"
STEP = "  - {name: a, command: x}\n"


def pipeline(text: str) -> Pipeline:
    return read_pipeline(text.encode(), "p.yaml", name="p")


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        pipeline(text)
    return list(refusal.value.details)


def step(keys: str) -> str:
    return f"name: p\nsteps:\n{STEP}  - {{name: b, command: x, {keys}}}\n"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30", 30),
        ("1.5m", 90),
        ("10s", 10),
        ("500ms", 0.5),
        ("1h30m", 5400),
        ("1h30m10s", 5410),
        ("2m5s", 125),
        ("1h5s", 3605),
    ],
)
def test_a_duration_is_a_number_or_has_units(written: str, seconds: float) -> None:
    assert pipeline(step(f"timeout: {written}")).steps[1].timeout == seconds


@pytest.mark.parametrize("written", ["0", "-1", "soon", "1h30", "10 s", "1s1h", "0s", "[1]"])
def test_a_wrong_duration_is_refused_where_it_stands(written: str) -> None:
    [problem] = problems(step(f"timeout: {written}"))
    assert problem.startswith("p.yaml:4:36: /steps/1/timeout: found ")


def test_an_unknown_need_is_told_with_the_nearest_step_and_a_cycle_with_its_way() -> None:
    found = problems(
        "name: p\nsteps:\n"
        "  - {name: lint, command: x, needs: [tests]}\n"
        "  - {name: test, command: x, needs: [build]}\n"
        "  - {name: build, command: x, needs: [test]}\n"
        "  - {name: self, command: x, needs: self}\n"
    )
    assert found == [
        f"p.yaml:3:38: /steps/0/needs/0: found 'tests', {UNKNOWN}, did you mean 'test'?",
        "p.yaml:4:37: /steps/1/needs: found a cycle: test → build → test",
        "p.yaml:6:37: /steps/3/needs: found a cycle: self → self",
    ]


def test_what_always_runs_last_is_needed_only_by_its_like() -> None:
    text = step("always: true") + "  - {name: c, command: x, needs: [b]KEY}\n"
    assert "which always runs after all others" in problems(text.replace("KEY", ""))[0]
    assert pipeline(text.replace("KEY", ", always: true")).steps[2].needs == ("b",)


def test_a_wrong_key_and_a_wrong_need_are_told_together() -> None:
    found = problems(step("needs: [x], comand: y, retry: {on: [x]}"))
    assert len(found) == 4
    assert "did you mean 'command'?" in "".join(found)


def test_a_matrix_makes_cells_in_the_order_of_its_axes() -> None:
    text = step(
        "matrix: {py: ['3.11', '3.12'], os: [l, m],"
        " exclude: [{py: '3.12', os: m}], include: [{py: '4', os: l}, {py: '3.11', os: l}]}"
    )
    assert [cell.name for cell in cells(pipeline(text))] == [
        "a",
        "b[py=3.11,os=l]",
        "b[py=3.11,os=m]",
        "b[py=3.12,os=l]",
        "b[py=4,os=l]",
    ]
    assert cells(pipeline(text))[1] == Cell(
        pipeline(text).steps[1], 2, (("py", "3.11"), ("os", "l"))
    )


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (f"a: {list(range(100))}, b: {list(range(100))}", "found more than 256 combinations"),
        ("a: [1], exclude: [{a: 1}]", "found no combination that is left"),
        ("exclude: [{a: 1}]", "found no axis"),
        ("axis: [1, 2], exclude: [{axi: 1}]", "'axi', which is no axis, did you mean 'axis'?"),
    ],
)
def test_a_wrong_matrix_is_refused(matrix: str, words: str) -> None:
    assert words in "".join(problems(step(f"matrix: {{{matrix}}}")))


def test_a_pipeline_has_at_most_a_thousand_cells() -> None:
    many = "".join(
        f"  - {{name: s{n}, command: x, matrix: {{a: {list(range(200))}}}}}\n" for n in range(6)
    )
    [problem] = problems(f"name: p\nsteps:\n{many}")
    assert problem.startswith("p.yaml:3:3: /steps: found 1200 combinations")


def test_every_other_key_means_what_it_says() -> None:
    read = pipeline(
        "name: p\njobs: 3\nfail_fast: no\nsecrets: [T]\n"
        "requires:\n  env: [T]\n  tools: [git, {name: node, min: 18}]\nsteps:\n"
        + STEP
        + "  - {name: b, command: x, retry: 2, when: {change_type: [feature], branch: m*},"
        " needs: a, inputs: s/**, reports: {junit: r.xml}, artifacts: [d/*], always: yes,"
        " allow_failure: [3], exclusive: true}\n"
    )
    last = read.steps[1]
    assert (read.parallel, read.jobs, read.fail_fast, read.secrets) == (True, 3, False, ("T",))
    assert read.requires.env == (Variable("T", (6, 9)),)
    assert read.requires.tools == (Tool("git", None, (7, 11)), Tool("node", "18", (7, 16)))
    assert last.retry == Retry(2)
    assert last.when == When(change_type=("add",), branch=("m*",))
    assert (last.needs, last.inputs, last.junit) == (("a",), ("s/**",), ("r.xml",))
    assert (last.artifacts, last.always, last.allow_failure) == (("d/*",), True, (3,))
    assert last.exclusive


def test_what_is_required_is_known_even_where_the_file_is_wrong() -> None:
    found = examine(b"name: p\nrequires: {tools: [go]}\nsteps: []\n", "p.yaml", name="p")
    assert found.pipeline is None
    assert found.requires.tools == (Tool("go", None, (2, 20)),)


def test_the_pause_between_attempts_grows_and_is_never_longer_than_an_hour() -> None:
    retry = Retry(100, delay=2, backoff=3)
    assert [retry.pause(n) for n in (1, 2, 3, 90)] == [2, 6, 18, 3600]
