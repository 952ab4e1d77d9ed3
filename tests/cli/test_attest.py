"""`gryt attest`: what public libraries accept, and what a changed byte does to it."""

import base64
import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._crypto_signer import CryptoSigner

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import Desk

pytestmark = pytest.mark.slow  # many processes

VERSION, CANDIDATE = "v1.5.0", "v1.5.0-rc.1"
FORMATS = (PrivateFormat.PKCS8, PrivateFormat.OpenSSH)


def released(repo: Repo) -> None:
    desk = Desk(repo)
    desk.proven(VERSION, "FEAT-201", "BUG-88")
    desk.promote(VERSION)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def accepted(statement: Mapping[str, Any]) -> Statement:
    """The statement as the reference library reads it, strictly."""
    read = Statement.copy_from_pb(json_format.ParseDict(dict(statement), statement_pb2.Statement()))
    read.validate()
    return read


def write_key(path: Path, form: PrivateFormat = PrivateFormat.PKCS8) -> CryptoSigner:
    key = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    return CryptoSigner(key)


def test_a_release_is_attested_with_everything_that_it_rests_on(repo: Repo, gryt: Gryt) -> None:
    released(repo)
    found = lines(gryt.ok("attest", VERSION, cwd=repo).stdout)
    kinds = [statement["predicateType"].rpartition("/")[0] for statement in found]
    assert [kind.rpartition("/")[2] for kind in kinds] == [
        "verification_summary",
        "test-result",
        "provenance",
    ]
    for statement in found:
        accepted(statement)
    summary = found[0]
    assert summary["subject"][0]["digest"] == {
        "gitCommit": repo.head,
        "gitTag": repo.git("rev-parse", f"refs/tags/{VERSION}"),
    }
    assert summary["predicate"]["verificationResult"] == "PASSED"
    assert "ORG_SOURCE_GRYT_ALL_CHANGES_PROVEN" in summary["predicate"]["verifiedLevels"]
    assert not any(
        "SLSA_" in x and "UNEVALUATED" not in x for x in summary["predicate"]["verifiedLevels"]
    )


def test_a_candidate_is_attested_by_its_steps(repo: Repo, gryt: Gryt) -> None:
    released(repo)
    result, _ = lines(gryt.ok("attest", CANDIDATE, cwd=repo).stdout)
    json_format.ParseDict(result["predicate"], test_result_pb2.TestResult())
    assert result["predicate"]["result"] == "PASSED"
    assert result["predicate"]["passedTests"] == ["lint", "unit"]
    blob = repo.git("rev-parse", "HEAD:.gryt/pipelines/full-ci.yaml")
    assert result["predicate"]["configuration"][0]["digest"] == {"gitBlob": blob}


@pytest.mark.parametrize("form", FORMATS)
def test_a_signed_bundle_verifies_and_a_changed_one_does_not(
    repo: Repo, gryt: Gryt, tmp_path: Path, form: PrivateFormat
) -> None:
    released(repo)
    signer = write_key(tmp_path / "key.pem", form)
    bundle = tmp_path / "v1.5.0.intoto.jsonl"
    gryt.ok("attest", VERSION, "--key", tmp_path / "key.pem", "--output", bundle, cwd=repo)
    envelopes = lines(bundle.read_text())
    assert len(envelopes) == 3
    for each in envelopes:
        Envelope.from_dict(deepcopy(each)).verify([signer.public_key], 1)
        accepted(json.loads(base64.b64decode(each["payload"])))
    forged = json.loads(base64.b64decode(envelopes[0]["payload"]))
    forged["subject"][0]["digest"]["gitCommit"] = "0" * 40
    envelopes[0]["payload"] = base64.b64encode(json.dumps(forged).encode()).decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(envelopes[0]).verify([signer.public_key], 1)


def test_an_elliptic_curve_key_signs_too(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    released(repo)
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (first, *_) = lines(gryt.ok("attest", VERSION, "--key", file, cwd=repo).stdout)
    public = CryptoSigner(load_pem_private_key(file.read_bytes(), None)).public_key
    Envelope.from_dict(first).verify([public], 1)


def test_what_is_not_there_is_not_attested(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    desk = Desk(repo)
    desk.generation(VERSION, "FEAT-201")
    desk.start(VERSION, "FEAT-201")
    refused = gryt("attest", VERSION, cwd=repo)
    assert (refused.status, refused.stdout) == (3, "")
    assert f"'{VERSION}' is not promoted" in refused.stderr
    refused = gryt("attest", CANDIDATE, cwd=repo)
    assert (refused.status, refused.stdout) == (3, "")
    assert "has no run that ended" in refused.stderr


@pytest.mark.parametrize("what", ["missing", "not a key"])
def test_a_bad_key_writes_nothing(repo: Repo, gryt: Gryt, tmp_path: Path, what: str) -> None:
    released(repo)
    if what == "not a key":
        (tmp_path / "key.pem").write_text("no key")
    refused = gryt(
        "attest", VERSION, "--key", tmp_path / "key.pem", "-o", tmp_path / "out", cwd=repo
    )
    assert refused.status == 3
    assert "key.pem" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_no_password_of_a_remote_gets_into_a_statement(repo: Repo, gryt: Gryt) -> None:
    released(repo)
    for url, said in (
        ("https://ada:secret@example.com/r.git", "git+https://example.com/r.git"),
        ("git@example.com:team/r.git", "git+ssh://example.com/team/r.git"),
    ):
        repo.git("config", "remote.origin.url", url)
        text = gryt.ok("attest", VERSION, cwd=repo).stdout
        assert "secret" not in text
        assert lines(text)[0]["predicate"]["resourceUri"] == said


def test_a_moved_release_tag_is_not_attested(repo: Repo, gryt: Gryt) -> None:
    released(repo)
    repo.git("commit", "--quiet", "--allow-empty", "--message", "more")
    repo.git("tag", "--force", VERSION, "HEAD")
    refused = gryt("attest", VERSION, cwd=repo)
    assert (refused.status, refused.stdout) == (3, "")
    assert "its record says" in refused.stderr
