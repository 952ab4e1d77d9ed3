"""Commits and tags are signed where the user's git signs, and git finds them good."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.scenes import prove
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

REF = "refs/gryt/generations/v1.0.0"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ssh") / "key"
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", str(path)]
    subprocess.run(make, check=True)
    return path


@pytest.fixture
def signer(repo: Repo, key: Path) -> Repo:
    """Ada has a key, and git knows it as hers."""
    public = key.with_suffix(".pub")
    allowed = key.parent / "allowed"
    allowed.write_text(f"ada@example.com {public.read_text()}")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", public)
    repo.git("config", "gpg.ssh.allowedSignersFile", allowed)
    return repo


def release(gryt: Gryt, repo: Repo) -> None:
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=repo)
    prove(gryt, repo, "A", "v1.0.0")
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)


def commits_good(repo: Repo) -> set[str]:
    return set(repo.log(REF, "%G?"))


def is_signed(repo: Repo, tag: str) -> bool:
    return "-----BEGIN SSH SIGNATURE-----" in repo.git("cat-file", "tag", tag)


def test_everything_is_signed_and_good(signer: Repo, gryt: Gryt) -> None:
    signer.git("config", "commit.gpgSign", "true")
    signer.git("config", "tag.gpgSign", "true")
    release(gryt, signer)
    assert commits_good(signer) == {"G"}
    signer.git("verify-commit", REF)
    for tag in ("v1.0.0", "v1.0.0-rc.1"):
        signer.git("verify-tag", tag)
    assert signer.git("fsck", "--strict", "--no-dangling") == ""


def test_a_signed_tag_says_the_same_as_an_unsigned_one(signer: Repo, gryt: Gryt) -> None:
    signer.git("config", "tag.gpgSign", "true")
    release(gryt, signer)
    assert commits_good(signer) == {"N"}
    signer.git("verify-tag", "v1.0.0")
    head = signer.git("cat-file", "tag", "v1.0.0").splitlines()
    assert head[:3] == [f"object {signer.head}", "type commit", "tag v1.0.0"]
    assert head[3].startswith("tagger Ada Lovelace <ada@example.com> ")
    said = signer.git("tag", "-l", "--format=%(contents:subject)%0a%0a%(contents:body)", "v1.0.0")
    trailers = signer.git("interpret-trailers", "--parse", stdin=f"{said}\n").splitlines()
    assert trailers[0] == "Gryt-Generation: v1.0.0"


def test_no_other_ref_and_no_scratch_is_left(signer: Repo, gryt: Gryt) -> None:
    signer.git("config", "gryt.sign", "true")
    release(gryt, signer)
    assert set(signer.refs("refs/tags")) == {"refs/tags/v1.0.0", "refs/tags/v1.0.0-rc.1"}
    assert not list((signer / ".git/gryt").glob("sign-*"))


@pytest.mark.parametrize(("sign", "commits"), [("true", "G"), ("false", "N")])
def test_gryt_sign_overrides_what_git_does_otherwise(
    sign: str, commits: str, signer: Repo, gryt: Gryt
) -> None:
    other = "false" if sign == "true" else "true"
    signer.git("config", "commit.gpgSign", "false")
    release_config = {"tag.gpgSign": other, "gryt.sign": sign}
    for key, value in release_config.items():
        signer.git("config", key, value)
    release(gryt, signer)
    assert commits_good(signer) == {commits}
    assert is_signed(signer, "v1.0.0") is is_signed(signer, "v1.0.0-rc.1") is (sign == "true")


def test_without_signing_nothing_is_signed(signer: Repo, gryt: Gryt) -> None:
    release(gryt, signer)
    assert commits_good(signer) == {"N"}
    assert not is_signed(signer, "v1.0.0")


def test_a_key_that_cannot_sign_stops_the_action_whole(
    signer: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=signer)
    signer.git("config", "commit.gpgSign", "true")
    signer.git("config", "user.signingKey", tmp_path / "no-such-key.pub")
    before = signer.refs()
    said = gryt("evolution", "start", "v1.0.0", "--change", "A", cwd=signer)
    assert said.status != 0
    assert said.stderr.startswith("gryt: ")
    assert "BUG" not in said.stderr
    assert signer.refs() == before
