"""libgit2 without the Python around it: the same answers, and the whole where that cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.git import Repo

PROGRAM = """\
import json, os, sys
{before}
from gryt.git.process import Git
from gryt.git.repository import discover
from gryt.git.objects import Objects
from gryt.git import binding
objects = Objects(discover(Git(__import__("pathlib").Path.cwd(), os.environ)))
head, branch = objects.head()
tree = objects.tree_of(head)
made = objects.add_files(tree, {{"a/b.txt": b"x", "c.txt": b"y"}})
tag = objects.write_object("tag", f"object {{head}}\\ntype commit\\ntag t\\n".encode())
print(json.dumps([
    branch, objects.kind(tree), objects.kind("0" * 40), objects.message(head),
    sorted(objects.files(made)), objects.lost(made, tree).__class__.__name__,
    objects.names(made, "a"), objects.entry(made, "c.txt"), objects.remove_file(made, "c.txt"),
    objects.unite(made, tree), objects.blob_id(b"x"), objects.kind(tag), objects.peel(tag) == head,
    objects.descends(head, head), binding._settings is None,
]))
import pygit2
assert pygit2.Oid is binding.Oid
assert pygit2.Repository(".").head.target == binding.Oid(hex=head)
assert pygit2.settings.owner_validation is False
assert pygit2.Repository(".")[head].tree["README.md"].filemode is pygit2.enums.FileMode.BLOB
"""
WHOLE = "import pygit2"
ANOTHER = """\
import importlib
real = importlib.import_module
def other(name, *more):
    if name == "pygit2._libgit2":
        raise ImportError(name)
    return real(name, *more)
importlib.import_module = other
"""


def answers(repo: Repo, before: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_the_compiled_part_alone_gives_the_answers_of_the_whole(repo: Repo) -> None:
    alone = answers(repo, "")
    assert alone.endswith("false]"), "it was not loaded alone"
    whole = answers(repo, WHOLE)
    assert whole.endswith("true]")
    assert alone.removesuffix("false]") == whole.removesuffix("true]")


@pytest.mark.slow
def test_a_pygit2_that_is_made_differently_is_loaded_whole(repo: Repo) -> None:
    assert answers(repo, ANOTHER).endswith("true]")


def test_no_certificates_are_read(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    os.mkfifo(bundle)  # whoever opens it waits for ever
    program = "import os; from gryt.git import binding; print(os.environ['SSL_CERT_FILE'])"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SSL_CERT_FILE": str(bundle)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout == f"{bundle}\n", ended.stderr
