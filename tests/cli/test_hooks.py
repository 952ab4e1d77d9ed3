"""Hooks: git itself refuses what no promotion made, tried with plain git on real repositories."""

import subprocess
from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo, git, make_remote

pytestmark = pytest.mark.slow  # many processes

LEDGER = "refs/gryt/generations/v1.0.0"
ZERO = "0" * 40


def release(gryt: Gryt, repo: Repo, version: str, change: str) -> None:
    gryt.ok("generation", "new", version, "--change", f"add:{change}:It", cwd=repo)
    gryt.ok("evolution", "start", version, "--change", change, cwd=repo)
    gryt.ok("run", cwd=repo)
    gryt.ok("generation", "promote", version, cwd=repo)


@pytest.fixture(scope="module")
def released(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """v1.0.0 is promoted and nothing of it pushed; the server has the hook. Nobody changes it."""
    gryt = Gryt()
    folder = tmp_path_factory.mktemp("released")
    repo = started.copy(folder / "repo")
    remote = make_remote(folder / "remote.git", of=repo)
    repo.git("config", "gryt.mode", "local")  # what is pushed here is pushed by plain git
    gryt.ok("hooks", "server", "--install", cwd=remote)
    for name, value in {  # nothing that a server may be configured with makes a difference
        "log.showSignature": "true",
        "color.ui": "always",
        "grep.patternType": "fixed",
        "diff.renames": "copies",
    }.items():
        remote.git("config", name, value)
    release(gryt, repo, "v1.0.0", "A-1")
    repo.git("tag", "-a", "-m", "Nobody promoted this", "v2.0.0")
    repo.git("tag", "v3.0.0")
    repo.git("update-ref", "refs/tags/v4.0.0", "v1.0.0")
    repo.git("update-ref", "refs/tags/v1.0.0-rc.7", "v1.0.0-rc.1")
    return repo


@pytest.fixture(scope="module")
def published(released: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The same, published by one atomic push of plain git. Nobody changes it."""
    folder = tmp_path_factory.mktemp("published")
    repo = released.copy(folder / "repo")
    remote = Repo(Path(released.git("remote", "get-url", "origin"))).copy(folder / "remote.git")
    repo.git("remote", "set-url", "origin", remote)
    tags = ("refs/tags/v1.0.0", "refs/tags/v1.0.0-rc.1")
    repo.git("push", "--atomic", "origin", LEDGER, "refs/notes/gryt", *tags)
    for version in ("v1.0.0", "v1.0.0-rc.1"):  # what pushes are tried with
        repo.git("branch", f"at-{version}", f"{version}^{{commit}}")
    tree = repo.git("rev-parse", f"{LEDGER}^{{tree}}")
    path, *_ = repo.git("ls-tree", "-r", "--name-only", LEDGER).splitlines()
    repo.git("read-tree", "--index-output=.git/other", tree)
    env = {"GIT_INDEX_FILE": ".git/other"}
    git("update-index", "--force-remove", path, cwd=repo, env=env)
    less = git("write-tree", cwd=repo, env=env)
    removed = repo.git("commit-tree", "-p", LEDGER, "-m", "Tidy up", less)
    repo.git("update-ref", "refs/tried/removed", removed)
    back = repo.git("commit-tree", "-p", removed, "-m", "As if nothing had been", tree)
    repo.git("update-ref", "refs/tried/back", back)
    repo.git("update-ref", "refs/tried/rewound", f"{LEDGER}~1")
    repo.git("update-ref", "refs/tried/blob", repo.git("rev-parse", "HEAD:README.md"))
    forged = "object {}\ntype commit\ntag v1.0.0\ntagger A <a@b> 1 +0000\n\nMine\n"
    forged = forged.format(repo.commit("Other work"))
    repo.git("update-ref", "refs/tried/moved", repo.git("mktag", stdin=forged))
    return repo


def push(repo: Repo, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "push", "--porcelain", *args],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )


def remote_of(repo: Repo) -> Repo:
    return Repo(Path(repo.git("remote", "get-url", "origin")))


# --- the server


def test_a_ledger_and_its_tags_in_one_atomic_push_pass(published: Repo) -> None:
    there = remote_of(published).refs()
    for ref in (LEDGER, "refs/notes/gryt", "refs/tags/v1.0.0", "refs/tags/v1.0.0-rc.1"):
        assert there[ref] == published.refs()[ref]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["v1.0.0"], "there is no generation 'v1.0.0' here"),
        (["v1.0.0-rc.1"], "there is no generation 'v1.0.0' here"),
        (["v2.0.0"], "there is no generation 'v2.0.0' here"),
        (["--atomic", LEDGER, "v1.0.0", "v2.0.0"], "there is no generation 'v2.0.0' here"),
        (["--atomic", LEDGER, "v4.0.0"], "there is no generation 'v4.0.0' here"),
        ([f"{LEDGER}~1:{LEDGER}", "v1.0.0"], "'v1.0.0' is not promoted"),
        (["--atomic", LEDGER, "refs/tags/v3.0.0:refs/tags/v1.0.0"], "no annotated tag called"),
        (["--atomic", LEDGER, "v2.0.0:refs/tags/v1.0.0"], "no annotated tag called 'v1.0.0'"),
        (["--atomic", LEDGER, "refs/tags/v1.0.0-rc.7"], "no annotated tag called"),
        ([f"HEAD:{LEDGER}", "v1.0.0"], "'v1.0.0' is not promoted"),
    ],
)
def test_a_tag_that_no_promotion_made_is_refused(
    released: Repo, args: list[str], said: str
) -> None:
    before = remote_of(released).refs()
    tried = push(released, "--no-verify", "origin", *args)
    assert tried.returncode != 0
    assert "gryt: refused 'refs/tags/v" in tried.stderr
    assert said in tried.stderr
    assert remote_of(released).refs() == before, "a refusal refuses the whole push"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (f"+refs/tried/rewound:{LEDGER}", "this would rewind it"),
        (f":{LEDGER}", "this would delete it"),
        (":refs/notes/gryt", "this would delete it"),
        ("+HEAD:refs/notes/gryt", "this would rewind it"),
        (f"refs/tried/removed:{LEDGER}", "this would change or remove"),
        (f"refs/tried/back:{LEDGER}", "this would change or remove"),
        (f"+refs/tried/blob:{LEDGER}", "it must be a commit"),
        ("+refs/tried/blob:refs/gryt/generations/v8.0.0", "it must be a commit"),
        (":refs/tags/v1.0.0", "this would delete a tag that others rely on"),
        (":refs/tags/v1.0.0-rc.1", "this would delete a tag that others rely on"),
        ("+refs/tried/moved:refs/tags/v1.0.0", "its promotion made another tag object"),
        ("+refs/heads/at-v1.0.0:refs/tags/v1.0.0", "it is no annotated tag called 'v1.0.0'"),
        ("+v2.0.0:refs/tags/v1.0.0-rc.1", "it is no annotated tag called 'v1.0.0-rc.1'"),
        ("refs/tags/v1.0.0-rc.7", "it is no annotated tag called 'v1.0.0-rc.7'"),
    ],
)
def test_what_is_published_stays(published: Repo, spec: str, said: str) -> None:
    before = remote_of(published).refs()
    tried = push(published, "--no-verify", "origin", spec)
    assert tried.returncode != 0
    assert said in tried.stderr
    assert remote_of(published).refs() == before


def test_other_pushes_pass(published: Repo, tmp_path: Path) -> None:
    clone = Repo(tmp_path / "clone")
    remote = remote_of(published).copy(tmp_path / "remote.git")
    git("clone", "-q", remote, clone, cwd=tmp_path)
    clone.commit("Work", {"work.txt": "1\n"})
    clone.git("tag", "nightly")
    clone.git("push", "-q", "origin", "main", "nightly")
    clone.git("push", "-q", "--force", "origin", "HEAD~1:main", ":nightly")


def test_a_version_without_a_v_is_a_release_where_the_ledger_knows_it(
    released: Repo, tmp_path: Path
) -> None:
    remote = remote_of(released).copy(tmp_path / "remote.git")
    assert push(released, "--no-verify", str(remote), "v2.0.0:refs/tags/2026.11.22").returncode == 0
    specs = (f"{LEDGER}:refs/gryt/generations/5.0.0", "v2.0.0:refs/tags/5.0.0")
    tried = push(released, "--no-verify", "--atomic", str(remote), *specs)
    assert (tried.returncode, "refused 'refs/tags/5.0.0'" in tried.stderr) == (1, True)


def with_files(repo: Repo, files: dict[str, str], scratch: Path) -> str:
    """A commit on the ledger that puts files in with plumbing."""
    index = {"GIT_INDEX_FILE": str(scratch)}
    git("read-tree", LEDGER, cwd=repo, env=index)
    for name, text in files.items():
        blob = repo.git("hash-object", "-w", "--stdin", stdin=text)
        entry = f"100644,{blob},{name}"
        git("update-index", "--add", "--cacheinfo", entry, cwd=repo, env=index)
    tree = git("write-tree", cwd=repo, env=index)
    return repo.git("commit-tree", "-p", LEDGER, "-m", "By hand", tree)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_promotion_that_was_rolled_back_counts_no_more(
    published: Repo, tmp_path: Path, times: int
) -> None:
    """A later rollback may take back an earlier one, and then it counts again."""
    remote = remote_of(published).copy(tmp_path / "remote.git")
    names = published.git("ls-tree", "-r", "--name-only", LEDGER).splitlines()
    promoted = next(name for name in names if name.endswith("-promoted.yaml"))
    gone = promoted.partition("/")[2].partition("-")[0]
    files = {}
    for last in "xyz"[:times]:
        text = f"kind: generation.rolled-back\nsnapshot: s\nsupersedes:\n  - {gone}\nextra: 1\n"
        gone = f"{gone[:-1]}{last}"
        files[f"generation/{gone}-rolled-back.yaml"] = text
    tip = with_files(published, files, tmp_path / "index")
    # the tag is there already: what is asked is whether it could come again
    remote.git("update-ref", "-d", "refs/tags/v1.0.0")
    tried = push(published, "--no-verify", str(remote), f"{tip}:{LEDGER}", "v1.0.0")
    assert ("'v1.0.0' is not promoted" in tried.stderr) is (times % 2 == 1)
    assert tried.returncode == times % 2


def test_a_candidate_needs_a_run_that_passed(published: Repo, tmp_path: Path) -> None:
    remote = remote_of(published).copy(tmp_path / "remote.git")
    commit = published.git("rev-parse", "refs/tried/moved^{commit}")
    tag = f"object {commit}\ntype commit\ntag v1.0.0-rc.9\ntagger A <a@b> 1 +0000\n\nMine\n"
    tag = published.git("mktag", stdin=tag)
    folder = f"evolutions/{'0' * 25}1"
    for status, refused in (("fail", 1), ("pass", 0)):
        run = f"{folder}/{'0' * 25}2-run-finished.yaml"
        text = f"commit: {commit}\nsteps:\n  - status: pass\nstatus: {status}\n"
        tip = with_files(published, {run: text}, tmp_path / "index")
        specs = (f"{tip}:{LEDGER}", f"{tag}:refs/tags/v1.0.0-rc.9")
        tried = push(published, "--no-verify", "--atomic", str(remote), *specs)
        assert tried.returncode == refused
        assert ("no evolution of 'v1.0.0' passed on that commit" in tried.stderr) is bool(refused)


def test_it_works_as_an_update_hook_too(released: Repo, gryt: Gryt, tmp_path: Path) -> None:
    remote = remote_of(released).copy(tmp_path / "remote.git")
    (remote / "hooks/pre-receive").rename(remote / "hooks/update")
    tried = push(released, "--no-verify", str(remote), LEDGER, "v2.0.0")
    assert "refused 'refs/tags/v2.0.0'" in tried.stderr
    assert LEDGER in remote.refs(), "each ref is refused for itself"
    assert push(released, "--no-verify", str(remote), "v1.0.0").returncode == 0


def test_a_hook_that_the_server_had_is_asked_first(
    released: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    remote = Repo(tmp_path / "other.git")
    git("init", "-q", "--bare", remote, cwd=tmp_path)
    own = remote / "hooks/pre-receive"
    own.write_text("#!/bin/sh\ngrep -q refs/heads/closed && exit 1\nexit 0\n")
    own.chmod(0o755)
    for _ in range(2):
        done = gryt.ok("hooks", "server", "--install", remote, "--json", cwd=released)
        assert done.json["kept"].endswith("/hooks/pre-receive.before-gryt")
    assert push(released, str(remote), "HEAD:refs/heads/closed").returncode == 1
    assert push(released, str(remote), "HEAD:refs/heads/open").returncode == 0
    assert push(released, "--no-verify", str(remote), "v2.0.0").returncode == 1


def test_a_servers_hook_does_not_go_where_other_repositories_would_run_it(
    released: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    remote = Repo(tmp_path / "other.git")
    git("init", "-q", "--bare", remote, cwd=tmp_path)
    remote.git("config", "core.hooksPath", tmp_path / "shared")
    refused = gryt("hooks", "server", "--install", remote, cwd=released)
    assert (refused.status, "which other repositories use" in refused.stderr) == (3, True)
    remote.git("config", "core.hooksPath", "hooks")
    gryt.ok("hooks", "server", "--install", remote, cwd=released)
    assert push(released, "--no-verify", str(remote), "v2.0.0").returncode == 1


def test_the_script_is_what_is_printed_and_reads_as_shell(repo: Repo, gryt: Gryt) -> None:
    script = gryt.ok("hooks", "server", cwd=repo).stdout
    assert gryt.ok("hooks", "server", "--json", cwd=repo).json["script"] == script
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


# --- the clone


def test_git_asks_the_hook_before_it_pushes(released: Repo, gryt: Gryt, tmp_path: Path) -> None:
    repo = released.copy(tmp_path / "repo")
    remote = make_remote(tmp_path / "open.git", of=_without_remote(repo))
    installed = gryt.ok("hooks", "install", cwd=repo)
    assert installed.stdout == f"Installed: {repo / '.git/hooks/pre-push'}\n"
    tried = push(repo, "origin", "v1.0.0", "v2.0.0")
    assert tried.returncode == 1
    assert "gryt: refused 'refs/tags/v2.0.0': there is no generation" in tried.stderr
    assert "hint: gryt generation promote v2.0.0" in tried.stderr
    assert "refs/tags/v1.0.0" not in remote.refs()
    assert push(repo, "origin", "main", "v1.0.0", "v1.0.0-rc.1", LEDGER).returncode == 0


def _without_remote(repo: Repo) -> Repo:
    repo.git("remote", "remove", "origin")
    return repo


@pytest.mark.parametrize(
    "case",
    [
        ("refs/tags/v1.0.0", "v1.0.0", ZERO, None),
        ("refs/tags/v1.0.0-rc.1", "v1.0.0-rc.1", ZERO, None),
        ("refs/tags/nightly", "HEAD", ZERO, None),
        ("refs/heads/main", "HEAD", ZERO, None),
        (LEDGER, LEDGER, "refs/tried/rewound", None),
        ("refs/tags/v2.0.0", "v2.0.0", ZERO, "there is no generation 'v2.0.0'"),
        ("refs/tags/v1.0.0", "refs/tried/moved", ZERO, "and "),
        ("refs/tags/v1.0.0", "v1.0.0^{commit}", ZERO, "it is a lightweight tag"),
        ("refs/tags/v1.0.0", "v2.0.0", ZERO, "it is the tag object of 'v2.0.0'"),
        ("refs/tags/v1.0.0-rc.7", "v1.0.0-rc.7", ZERO, "no evolution here goes by this name"),
        ("refs/tags/v1.0.0-rc.1", "v2.0.0", ZERO, "no annotated tag called 'v1.0.0-rc.1'"),
        ("refs/tags/v1.0.0", None, "v1.0.0", "this would delete a tag"),
        (LEDGER, None, LEDGER, "this would delete it there"),
        (LEDGER, "refs/tried/rewound", LEDGER, "this would rewind it there"),
        (LEDGER, LEDGER, "1" * 40, "this would rewind it there"),
        ("refs/notes/gryt", "HEAD", "refs/notes/gryt", "this would rewind it there"),
    ],
)
def test_the_hook_judges_each_ref(
    published: Repo, gryt: Gryt, case: tuple[str, str | None, str, str | None]
) -> None:
    ref, new, old, said = case
    new_id = ZERO if new is None else published.git("rev-parse", new)
    old_id = old if len(set(old)) == 1 else published.git("rev-parse", old)
    line = f"refs/local {new_id} {ref} {old_id}\n"
    args = ("hooks", "run", "pre-push", "origin", "url")
    result = gryt(*args, cwd=published, stdin=line)
    if said is None:
        assert (result.status, result.stderr) == (0, "")
    else:
        assert result.status == 1
        assert result.stderr.startswith(f"gryt: refused '{ref}': ")
        assert said in result.stderr
        assert gryt(*args, "--json", cwd=published, stdin=line).json["refused"][0]["ref"] == ref


def test_without_any_generation_a_release_tag_is_refused_too(repo: Repo, gryt: Gryt) -> None:
    line = f"refs/tags/v1.0.0 {repo.head} refs/tags/v1.0.0 {ZERO}\n"
    assert gryt("hooks", "run", "pre-push", cwd=repo, stdin=line).status == 1


def test_a_hook_that_many_repositories_share_is_quiet_where_is_no_ledger(
    repo: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    repo.git("config", "core.hooksPath", tmp_path / "shared")
    done = gryt.ok("hooks", "install", cwd=repo)
    assert done.stdout == f"Installed: {tmp_path / 'shared/pre-push'}\n"
    assert "other repositories use this folder too" in done.stderr
    line = f"refs/tags/v1.0.0 {repo.head} refs/tags/v1.0.0 {ZERO}\n"
    assert gryt("hooks", "run", "pre-push", cwd=repo, stdin=line).status == 0
    gryt.ok("generation", "new", "v9.0.0", cwd=repo)
    assert gryt("hooks", "run", "pre-push", cwd=repo, stdin=line).status == 1


def test_a_hooks_path_within_the_repository_is_used(repo: Repo, gryt: Gryt) -> None:
    repo.git("config", "core.hooksPath", "tools/hooks")
    assert gryt.ok("hooks", "install", cwd=repo / ".gryt", stdin="").stderr == ""
    assert (repo / "tools/hooks/pre-push").stat().st_mode & 0o111


def test_a_hook_that_was_there_is_kept_asked_first_and_put_back(
    repo: Repo, remote: Repo, gryt: Gryt
) -> None:
    own = repo / ".git/hooks/pre-push"
    own.parent.mkdir(exist_ok=True)
    text = '#!/bin/sh\ncat >seen; echo "$1" >>seen; test ! -e closed\n'
    own.write_text(text)
    own.chmod(0o755)
    first = gryt.ok("hooks", "install", "--json", cwd=repo).json
    assert (first["changed"], first["kept"]) == (True, f"{own}.before-gryt")
    again = gryt.ok("hooks", "install", "pre-push", "--json", cwd=repo).json
    assert again == {**first, "changed": False}
    assert push(repo, "origin", "HEAD:refs/heads/topic").returncode == 0
    assert (repo / "seen").read_text().splitlines() == [
        f"HEAD {repo.head} refs/heads/topic {ZERO}",
        "origin",
    ]
    repo.write({"closed": ""})
    assert push(repo, "origin", "HEAD:refs/heads/other").returncode == 1
    assert gryt.ok("hooks", "uninstall", cwd=repo).stdout == f"Removed: {own}\n"
    assert own.read_text() == text
    assert gryt.ok("hooks", "uninstall", cwd=repo).stdout == f"Unchanged: {own}\n"
    assert sorted(p.name for p in own.parent.iterdir()) == ["pre-push"]


def test_two_foreign_hooks_are_too_many(repo: Repo, gryt: Gryt) -> None:
    folder = repo / ".git/hooks"
    folder.mkdir(exist_ok=True)
    for name in ("pre-push", "pre-push.before-gryt"):
        (folder / name).write_text("#!/bin/sh\n")
    result = gryt("hooks", "install", cwd=repo)
    assert (result.status, "make one of the two" in result.stderr) == (3, True)
    assert (folder / "pre-push").read_text() == "#!/bin/sh\n"
