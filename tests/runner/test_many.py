"""A thousand steps of every kind: what a run must never leave behind."""

import pytest

from tests.runner.harness import Drive


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "count"), [(1, 80), (8, 1000)])
def test_a_thousand_steps_leave_no_descriptor_no_zombie_and_no_process(
    drive: Drive, jobs: int, count: int
) -> None:
    process = drive(f"""
def zombies():
    me = str(os.getpid())
    stats = [p.read_text() for p in Path("/proc").glob("[0-9]*/stat") if p.exists()]
    return sum(stat.rpartition(") ")[2].split()[1] == me for stat in stats)
kinds = [
    "true", "(sleep 600 &) ; true", "setsid sleep 600 &", "exit 3", "kill -9 $$",
    "trap '' TERM; sleep 600", "echo k=1 >$GRYT_OUTPUT", "yes | head -c 200000",
]
steps = tuple(
    Step(f"s{{n}}", kinds[n % len(kinds)], timeout=0.3 if n % len(kinds) == 5 else None)
    for n in range({count})
)
before = sorted(os.listdir("/dev/fd"))
children = zombies()
settings = Settings(grace=0.05, keep_going=True, jobs={jobs})
pipeline = Pipeline("p", steps, parallel={jobs > 1})
more = {{"cwd": Path.cwd(), "env": os.environ, "logs": Path("logs")}}
done = execute(pipeline, observer=Silent(), settings=settings, **more)
count = len(done.steps), sum(step.status.value == "pass" for step in done.steps)
print(count, sorted(os.listdir("/dev/fd")) == before, zombies() - children)
""")
    assert process.communicate(timeout=300)[0] == f"({count}, {count * 5 // 8}) True 0\n"
