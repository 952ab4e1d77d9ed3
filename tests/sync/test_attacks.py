"""A remote that does not keep to the rules: it is reported, never followed, and nothing is lost."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import tamper
from tests.sync.team import is_sound, local, new, ref_of, shared

REF = ref_of("v1.0.0")


@pytest.fixture
def both(repo: Repo, clone: Repo) -> tuple[Repo, Repo]:
    return repo, clone


@pytest.fixture
def seen(gryt: Gryt, repo: Repo, remote: Repo, clone: Repo) -> dict[str, str]:
    """Both clones have seen two generations at the remote, one of which went on since."""
    local(repo, clone)
    new(gryt, repo, "v1.0.0", "A-1")
    new(gryt, repo, "v2.0.0", "B-1")
    gryt.ok("sync", "push", cwd=repo)
    first = remote.refs("refs/gryt/")
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    return first


@pytest.mark.parametrize(
    "attack",
    ["rewind", *(pytest.param(a, marks=pytest.mark.slow) for a in ("deletion", "foreign"))],
)
def test_every_clone_that_has_seen_more_reports_it_and_does_not_follow(
    attack: str, seen: dict[str, str], gryt: Gryt, remote: Repo, both: tuple[Repo, Repo]
) -> None:
    was = remote.refs()[REF]
    if attack == "deletion":
        remote.git("update-ref", "-d", REF)
    else:
        now = seen[REF] if attack == "rewind" else seen[ref_of("v2.0.0")]
        remote.git("update-ref", REF, now)
    there = shared(remote)
    for each in both:
        before = shared(each)
        for command in (("sync", "pull"), ("sync", "push"), ("sync", "status")):
            result = gryt(*command, cwd=each)
            assert result.status == 6, result
            said = result.stdout
            assert f"{REF} was at {was} and is" in said
            assert ("is gone" if attack == "deletion" else f"is at {there[REF]}") in said
        lines = gryt("sync", "status", "--json", cwd=each).json["generations"]
        assert {line["version"]: line["status"] for line in lines} == {
            "v1.0.0": "rewound",
            "v2.0.0": "synced",
        }
        assert shared(each) == before
    assert shared(remote) == there
    is_sound(gryt, *both)


@pytest.mark.slow
def test_a_pruning_fetch_does_not_make_a_clone_forget(
    seen: dict[str, str], gryt: Gryt, remote: Repo, clone: Repo
) -> None:
    clone.git("config", "fetch.prune", "true")
    remote.git("update-ref", "-d", REF)
    clone.git("fetch", "--prune")
    assert gryt("sync", "pull", cwd=clone).status == 6
    assert gryt("sync", "pull", cwd=clone).status == 6


@pytest.mark.slow
def test_the_others_go_on(
    seen: dict[str, str], gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    remote.git("update-ref", REF, seen[REF])
    gryt.ok("evolution", "start", "v2.0.0", "--change", "B-1", cwd=repo)
    pushed = gryt("sync", "push", "--json", cwd=repo)
    assert (pushed.status, pushed.json["updated"]) == (6, ["v2.0.0"])
    pulled = gryt("sync", "pull", "--json", cwd=clone)
    assert (pulled.status, pulled.json["updated"]) == (6, ["v2.0.0"])


GARBAGE = {
    "no-yaml": {"audit/01jd3zk9w2v6t8x4n5q7r0s1ab-refused.yaml": "- [\x1b[31m\n"},
    "huge": {"audit/01jd3zk9w2v6t8x4n5q7r0s1ab-refused.yaml": "x" * 2_000_000},
    "other-path": {"elsewhere/x.yaml": "a: 1\n"},
    "bomb": {
        "audit/01jd3zk9w2v6t8x4n5q7r0s1ab-refused.yaml": "a: &a [x, x]\nb: &b [*a, *a]\nc: *b\n"
    },
}


@pytest.mark.parametrize(
    "kind", [k if k == "no-yaml" else pytest.param(k, marks=pytest.mark.slow) for k in GARBAGE]
)
def test_a_ref_with_garbage_is_reported_and_the_others_go_on(
    kind: str, seen: dict[str, str], gryt: Gryt, remote: Repo, both: tuple[Repo, Repo]
) -> None:
    repo, clone = both
    tamper(remote, REF, GARBAGE[kind])
    gryt.ok("evolution", "start", "v2.0.0", "--change", "B-1", cwd=repo)
    gryt.ok("sync", "push", "--version", "v2.0.0", cwd=repo)
    before = clone.refs("refs/gryt/")
    pulled = gryt("sync", "pull", cwd=clone)
    assert pulled.status == 6
    assert "    • v1.0.0: origin has what cannot be united with what is here\n" in pulled.stdout
    assert "\x1b" not in pulled.stdout
    after = clone.refs("refs/gryt/")
    assert after[REF] == before[REF]
    assert after[ref_of("v2.0.0")] == repo.refs()[ref_of("v2.0.0")]
    lines = gryt("sync", "status", "--json", cwd=clone).json["generations"]
    assert [line["status"] for line in lines] == ["unreadable", "synced"]


@pytest.mark.slow
def test_a_record_that_was_removed_or_changed_there_is_not_taken_in(
    seen: dict[str, str], gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    names = remote.git("ls-tree", "-r", "--name-only", REF).splitlines()
    gone = next(name for name in names if name.endswith("-started.yaml"))
    tamper(repo, REF, {gone: None})
    repo.git("push", "--quiet", "origin", REF)
    before = clone.refs("refs/gryt/")
    result = gryt("sync", "pull", cwd=clone)
    assert result.status == 6
    assert f"'{gone}' was changed or removed there" in result.stdout
    assert clone.refs("refs/gryt/") == before
    is_sound(gryt, clone)


@pytest.mark.slow
def test_a_generation_under_another_ones_name_is_not_taken_in(
    seen: dict[str, str], gryt: Gryt, remote: Repo, clone: Repo
) -> None:
    remote.git("update-ref", ref_of("v3.0.0"), remote.refs()[REF])
    result = gryt("sync", "pull", cwd=clone)
    assert result.status == 6
    assert "its records are of version 'v1.0.0'" in result.stdout
    assert ref_of("v3.0.0") not in clone.refs()


@pytest.mark.slow
def test_what_is_no_commit_is_not_taken_in(
    seen: dict[str, str], gryt: Gryt, remote: Repo, clone: Repo
) -> None:
    blob = remote.git("hash-object", "-w", "--stdin", stdin="hello\n")
    remote.git("update-ref", ref_of("v3.0.0"), blob)
    assert gryt("sync", "pull", cwd=clone).status == 6
    assert ref_of("v3.0.0") not in clone.refs()
