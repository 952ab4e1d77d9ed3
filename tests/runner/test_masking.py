"""Secrets are masked in every form that they usually take, wherever a chunk ends."""

import base64
import json
import re
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.runner.masking import Masker, Stream, secret_values

SECRET = "s3cr3t/+Tok&n=ü%"
PEM = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\nQ0FURQo=abcdefgh\n-----END KEY-----\n"
BYTES = SECRET.encode()

FORMS = {
    "raw": BYTES,
    "inside a word": b"x" + BYTES + b"y",
    "base64": base64.b64encode(BYTES),
    "base64, one byte before": base64.b64encode(b"u" + BYTES),
    "base64, two bytes before": base64.b64encode(b"u:" + BYTES),
    "base64, user and password": base64.b64encode(b"user:" + BYTES + b"\n"),
    "base64 for URLs": base64.urlsafe_b64encode(b"a" + BYTES),
    "base64 in lines": base64.encodebytes(b"u" * 40 + BYTES * 4),
    "URL": quote(SECRET, safe="").encode(),
    "URL in small letters": re.sub("%..", lambda m: m[0].lower(), quote(SECRET, safe="")).encode(),
    "URL path": quote(SECRET).encode(),
    "form": quote_plus(SECRET).encode(),
    "JSON": json.dumps(SECRET).encode(),
    "hex": BYTES.hex().encode(),
}


def chunked(masker: Masker, data: bytes, *cuts: int) -> bytes:
    stream = Stream(masker)
    places = [0, *sorted(cuts), len(data)]
    parts = [stream.feed(data[start:end]) for start, end in pairwise(places)]
    return b"".join(parts) + stream.end()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_masked_wherever_the_chunk_ends(form: bytes) -> None:
    masker = Masker([SECRET])
    data = b"before " + form + b" after\n"
    whole = masker.mask(data)
    assert b"***" in whole
    assert whole.startswith(b"before ")
    assert whole.endswith(b" after\n")
    for cut in range(len(data)):
        out = chunked(masker, data, cut)
        assert BYTES not in out
        assert form not in out
        assert len(out.replace(b"***", b"")) <= len(whole.replace(b"***", b"")), (cut, out)


def test_each_line_of_a_secret_is_masked_and_its_base64_in_lines() -> None:
    masker = Masker([PEM])
    for line in PEM.splitlines():
        assert masker.mask(f"> {line} <".encode()) == b"> *** <"
    wrapped = base64.encodebytes(b"ab" + PEM.encode())
    for size in (1, 7, 64, 1000):
        out = chunked(masker, wrapped, *range(0, len(wrapped), size))
        assert b"***" in out
        assert len(out) < 12, out


def test_a_secret_that_begins_like_another_is_masked_whole() -> None:
    masker = Masker(["abcd", "abcdefgh", "xxabcd"])
    for cut in range(12):
        assert b"efgh" not in chunked(masker, b"..abcdefgh..", cut)
        assert chunked(masker, b"..xxabcdZ...", cut).replace(b"***", b"") == b"..Z..."


def test_short_values_are_left_alone_and_no_secret_costs_nothing() -> None:
    assert Masker(["abc", ""]).mask(b"abc") == b"abc"
    assert not Masker(["abc"])
    data = b"anything"
    assert Stream(Masker()).feed(data) is data


def test_values_come_from_every_environment_once() -> None:
    found = secret_values(["A", "B", "C"], {"A": "1", "B": ""}, {"A": "2", "B": "1"})
    assert found == ("1", "2")


def test_an_endless_row_of_the_same_character_is_not_held_back() -> None:
    stream = Stream(Masker(["aaaa"]))
    out = b"".join(stream.feed(b"a" * 1000) for _ in range(100))
    assert b"a" not in out
    assert len(stream._rest) < 10


@given(
    st.lists(st.text("ab\n", min_size=4, max_size=8), min_size=1, max_size=3),
    st.text("ab\n", max_size=40),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_no_secret_survives_any_cut(secrets: list[str], text: str, cuts: list[int]) -> None:
    data = text.encode()
    out = chunked(Masker(secrets), data, *(cut for cut in cuts if cut <= len(data)))
    for secret in secrets:
        assert secret.encode() not in out
    if not any(len(line) >= 4 for secret in secrets for line in secret.splitlines()):
        assert len(out) <= max(len(data) * 2, 3)
