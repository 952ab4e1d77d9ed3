"""Which signatures count: the table of what git says, and what git does not see."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gryt.git.authors import additions, authors, introductions
from gryt.git.objects import Objects
from gryt.git.process import Git
from gryt.git.repository import Repository, discover
from gryt.git.signatures import (
    Signature,
    Signers,
    configured_signers,
    judge,
    judge_tag,
    parse_signers,
)
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

ADA = "ada@example.com"


@pytest.fixture(scope="module")
def keys(hermetic_session: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three ssh keys, called one, two and three."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("one", "two", "three"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name]
        subprocess.run(make, check=True)
    return folder


def line(keys: Path, key: str, who: str = ADA, options: str = "") -> str:
    kind, data, _ = (keys / f"{key}.pub").read_text().split()
    return " ".join(word for word in (who, options, kind, data) if word)


def open_(repo: Repo) -> tuple[Repository, Objects]:
    repository = discover(Git(repo.path, os.environ))
    return repository, Objects(repository)


def sign(repo: Repo, keys: Path, key: str, *, env: Mapping[str, str] | None = None) -> str:
    """Makes an empty signed commit on HEAD."""
    git(
        *("-c", "gpg.format=ssh", "-c", f"user.signingKey={keys / key}.pub"),
        *("commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", f"by {key}"),
        cwd=repo,
        env=env,
    )
    return repo.head


def ask(repo: Repo, commit: str, *lines: str) -> Signature:
    return judge(*open_(repo), [commit], parse_signers("\n".join(lines)))[commit]


def rewrite(repo: Repo, commit: str, old: str, new: str) -> str:
    """Writes a commit object with other text, and returns its id."""
    text = git("cat-file", "commit", commit, cwd=repo)
    assert old in text
    changed = text.replace(old, new, 1) + "\n"
    return repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=changed)


def test_a_listed_key_is_its_owners(repo: Repo, keys: Path) -> None:
    commit = sign(repo, keys, "one")
    found = ask(repo, commit, line(keys, "one"))
    assert (found.principal, found.why_not) == (ADA, None)
    assert found.key is not None
    assert found.key.startswith("SHA256:")


EXPIRED = 'valid-before="20200101"'


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "not listed"),
        ((("two", ADA, ""),), "not listed"),
        ((("one", ADA, EXPIRED),), "no longer valid"),
        ((("one", ADA, 'namespaces="file"'),), "its signature is wrong"),
        ((("one", "*@example.com", ""),), "nobody's in particular"),
    ],
)
def test_any_other_key_is_nobodys(
    repo: Repo, keys: Path, lines: tuple[tuple[str, str, str], ...], said: str
) -> None:
    commit = sign(repo, keys, "one")
    found = ask(repo, commit, *(line(keys, *each) for each in lines))
    assert found.principal is None
    assert said in str(found.why_not)


def test_an_unsigned_commit_is_nobodys_whatever_it_says(repo: Repo, keys: Path) -> None:
    commit = repo.commit('Good "git" signature for ada@example.com')
    assert ask(repo, commit, line(keys, "one")).why_not == "it is not signed"


def test_a_commit_that_was_changed_since_is_nobodys(repo: Repo, keys: Path) -> None:
    commit = rewrite(repo, sign(repo, keys, "one"), "by one", "by two")
    assert "its signature is wrong" in str(ask(repo, commit, line(keys, "one")).why_not)


def test_a_revoked_key_is_nobodys(repo: Repo, keys: Path) -> None:
    commit = sign(repo, keys, "one")
    repo.git("config", "gpg.ssh.revocationFile", keys / "one.pub")
    assert "revoked" in str(ask(repo, commit, line(keys, "one")).why_not)


def test_two_signatures_in_one_commit_are_none(repo: Repo, keys: Path) -> None:
    """Git looks at the first of them and finds it good."""
    commit = sign(repo, keys, "one")
    text = git("cat-file", "commit", commit, cwd=repo)
    block = text[text.index("gpgsig ") : text.index("-----END")]
    again = block + "-----END SSH SIGNATURE-----\n"
    twice = rewrite(repo, commit, "\n\nby one", f"\n{again}\nby one")
    found = ask(repo, twice, line(keys, "one"))
    assert found.principal is None
    assert found.why_not == "it has several signatures, of which git checks one"


def test_a_date_before_its_parent_does_not_bring_an_expired_key_back(
    repo: Repo, keys: Path
) -> None:
    early = {
        "GIT_COMMITTER_DATE": "2019-06-01T00:00:00Z",
        "GIT_AUTHOR_DATE": "2019-06-01T00:00:00Z",
    }
    commit = sign(repo, keys, "one", env=early)
    allowed = line(keys, "one", options=EXPIRED)
    assert ask(repo, commit, allowed).why_not == "it is dated before what it was built on"
    good = "%G?"
    file = repo / ".git/allowed"
    file.write_text(allowed + "\n")
    config = ("-c", f"gpg.ssh.allowedSignersFile={file}")
    assert repo.git(*config, "log", "-1", f"--format={good}", commit) == "G", "git takes it"


def test_settings_that_change_what_git_prints_change_nothing(repo: Repo, keys: Path) -> None:
    commit = sign(repo, keys, "one")
    for name, value in {
        "log.showSignature": "true",
        "format.pretty": "raw",
        "color.ui": "always",
        "log.decorate": "full",
        "gpg.format": "openpgp",
        "gpg.minTrustLevel": "undefined",
        "gpg.ssh.allowedSignersFile": "/nowhere",
    }.items():
        repo.git("config", name, value)
    assert ask(repo, commit, line(keys, "one")).principal == ADA


def test_a_replaced_object_is_judged_as_what_it_is(repo: Repo, keys: Path) -> None:
    unsigned = repo.commit("Mine")
    signed = sign(repo, keys, "one")
    repo.git("replace", unsigned, signed)
    assert ask(repo, unsigned, line(keys, "one")).why_not == "it is not signed"


def test_many_commits_are_judged_by_one_git(
    repo: Repo, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = [repo.head, sign(repo, keys, "one"), sign(repo, keys, "two"), repo.commit("Plain")]
    repository, objects = open_(repo)
    asked: list[tuple[str, ...]] = []
    attempt = Git.attempt

    def counted(self: Git, *args: str, **kwargs: object) -> object:
        asked.append(args)
        return attempt(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Git, "attempt", counted)
    found = judge(repository, objects, commits, parse_signers(line(keys, "two")))
    assert [found[oid].principal for oid in commits] == [None, None, ADA, None]
    assert len(asked) == 1


@pytest.fixture
def pgp(hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An OpenPGP key of Ada's in a key ring of its own; returns its fingerprint."""
    if shutil.which("gpg") is None:
        pytest.skip("there is no gpg")
    home = tempfile.mkdtemp(prefix="gpg")  # sockets have short names: not below tmp_path
    monkeypatch.setenv("GNUPGHOME", home)
    make = ("--batch", "--quiet", "--passphrase", "", "--quick-gen-key", f"Ada <{ADA}>", "ed25519")
    subprocess.run(["gpg", *make], check=True, capture_output=True)
    listed = subprocess.check_output(["gpg", "--with-colons", "--list-keys"], text=True)
    yield next(row.split(":")[9] for row in listed.splitlines() if row.startswith("fpr"))
    subprocess.run(["gpgconf", "--kill", "all"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_openpgp_keys_count_where_they_are_trusted_or_listed(repo: Repo, pgp: str) -> None:
    repo.git("config", "user.signingKey", pgp)
    repo.git("commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", "by gpg")
    commit = repo.head
    assert ask(repo, commit).principal == ADA
    assert ask(repo, commit, f"grace@example.com gpg {pgp}").principal == "grace@example.com"
    other = "0" * 40
    assert ask(repo, commit, f"grace@example.com gpg {other}").principal is None


# --- who is who


def person(*lines: str) -> Mapping[str, str]:
    return parse_signers("\n".join(lines)).person


def test_two_keys_of_one_address_are_one_person() -> None:
    assert set(person("ada@x ssh-ed25519 AAA1", "ada@x ssh-ed25519 AAA2").values()) == {"ada@x"}


def test_addresses_of_one_line_or_one_key_are_one_person() -> None:
    lines = (
        "Ada@x,ada@home ssh-ed25519 AAA1",
        'lovelace@x namespaces="git" ssh-rsa AAA2 comment',
        "ada@home ssh-rsa AAA2",
        "grace@x ssh-ed25519 AAA3",
        "# nobody@x ssh-ed25519 AAA1",
        "",
    )
    found = person(*lines)
    assert found["ada@x"] == found["ada@home"] == found["lovelace@x"] != found["grace@x"]
    assert "nobody@x" not in found


def test_the_file_that_git_is_configured_with_is_found(repo: Repo, hermetic: Path) -> None:
    repository, _ = open_(repo)
    assert configured_signers(repository) is None
    (hermetic / "signers").write_text("ada@x ssh-ed25519 AAA1\n")
    repo.git("config", "gpg.ssh.allowedSignersFile", "~/signers")
    assert configured_signers(repository) == "ada@x ssh-ed25519 AAA1\n"
    assert parse_signers("") == Signers((), {}, {})


# --- who wrote what


def write_as(repo: Repo, email: str, message: str = "Work") -> str:
    repo.git("commit", "-q", "--allow-empty", "-m", message, f"--author=X <{email}>")
    return repo.head


def test_the_authors_of_what_is_new_are_found(repo: Repo) -> None:
    release = write_as(repo, "old@x")
    write_as(repo, "bob@x", "Work\n\nCo-authored-by: Eve <EVE@x>\nCo-authored-by: Dan <dan@x>")
    tip = write_as(repo, "Ada@x")
    repository, _ = open_(repo)
    assert set(authors(repository, tip, [release]) or ()) == {"ada@x", "bob@x", "eve@x", "dan@x"}
    assert set(authors(repository, tip, [tip]) or ()) == {"ada@x"}, "the commit itself always is"
    assert "old@x" in (authors(repository, tip, []) or ())


def test_in_a_shallow_clone_the_authors_may_be_unknown(repo: Repo, tmp_path: Path) -> None:
    release = write_as(repo, "old@x")
    write_as(repo, "bob@x")
    tip = write_as(repo, "ada@x")
    for depth, known in ((2, None), (3, {"ada@x", "bob@x"})):
        shallow = Repo(tmp_path / str(depth))
        git("clone", "-q", f"--depth={depth}", f"file://{repo}", shallow, cwd=tmp_path)
        repository, objects = open_(shallow)
        without = [release] if objects.kind(release) else []
        found = authors(repository, tip, without)
        assert (None if found is None else set(found)) == known


def test_what_put_a_file_there_is_the_commit_and_not_the_merge(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    added = repo.commit("Side", {"side.txt": "1\n"})
    repo.git("switch", "-q", "main")
    repo.commit("Main", {"main.txt": "1\n"})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.write({"slipped.txt": "1\n"})
    repo.git("add", "--all")
    repo.git("commit", "-q", "-m", "Merge")
    repository, _ = open_(repo)
    paths = ["side.txt", "slipped.txt", "README.md"]
    found = introductions(repository, [repo.head], paths)
    assert found["side.txt"] == [added]
    assert found["slipped.txt"] == [], "who merged is not who wrote"
    assert found["README.md"] == [repo.log("HEAD", "%H")[-1]]


def test_where_the_clone_ends_nobody_is_said_to_have_put_a_file_there(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit("More", {"more.txt": "1\n"})
    git("clone", "-q", "--depth=1", f"file://{repo}", tmp_path / "shallow", cwd=tmp_path)
    repository, _ = open_(Repo(tmp_path / "shallow"))
    assert introductions(repository, [repo.head], ["more.txt"]) == {"more.txt": []}


def test_every_path_is_attributed_to_the_commit_that_first_had_it(repo: Repo) -> None:
    """A file that is called like a commit is a file all the same."""
    before = repo.head
    odd = f"commit {before}"
    (repo / odd).write_text("x")
    (repo / "plain").write_text("y")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--message", "files")
    first = repo.head
    (repo / "plain").write_text("z")
    repo.git("commit", "--quiet", "--all", "--message", "changed")
    repository, _ = open_(repo)
    found = additions(repository, [repo.head])
    assert (found[odd], found["plain"]) == (first, first)
    assert additions(repository, []) == {}


def sign_tag(repo: Repo, keys: Path, name: str, key: str) -> str:
    git(
        *("-c", "gpg.format=ssh", "-c", f"user.signingKey={keys / key}.pub"),
        *("tag", "--sign", "--message", name, name),
        cwd=repo,
    )
    return repo.git("rev-parse", f"refs/tags/{name}")


def test_a_tag_is_judged_as_a_commit_is(repo: Repo, keys: Path) -> None:
    oid = sign_tag(repo, keys, "v1.0.0", "one")
    repo.git("tag", "--annotate", "--message", "plain", "v0.9.0")
    plain = repo.git("rev-parse", "refs/tags/v0.9.0")
    text = git("cat-file", "tag", oid, cwd=repo).replace("tag v1.0.0", "tag v9.9.9") + "\n"
    forged = repo.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=text)
    opened = open_(repo)
    listed = parse_signers(line(keys, "one"))
    assert judge_tag(*opened, oid, listed).principal == ADA
    assert judge_tag(*opened, oid, listed).answer == "G"
    assert judge_tag(*opened, oid, parse_signers(line(keys, "two"))).answer == "U"
    assert judge_tag(*opened, plain, listed).answer == "N"
    assert judge_tag(*opened, forged, listed).answer == "B"
