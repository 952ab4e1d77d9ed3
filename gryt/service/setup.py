"""`gryt init`: the files that a project starts from. Safe to repeat: nothing is overwritten."""

from gryt.service import contracts
from gryt.service.session import Session
from gryt.store import schema_files
from gryt.store.workspace import PIPELINES, POLICY, SCHEMAS
from gryt.values import Value

_INPUT_SCHEMAS = ("generation", "pipeline", "policy")

_PIPELINE = """\
# yaml-language-server: $schema=../schemas/pipeline.schema.json
# A pipeline proves a change: its steps run in order, and the first that fails ends the run.
# Copy this file to full-ci.yaml, put your project's checks in it and commit it: a proof names the
# pipeline that it ran, as the commit has it.
name: full-ci
steps:
  - name: lint
    command: ruff check .
  - name: test
    command: pytest -q
    timeout: 10m
    env: {PYTHONHASHSEED: "0"}
"""

_POLICY = """\
# yaml-language-server: $schema=schemas/policy.schema.json
# What this project asks for beyond the contract. Uncomment what you want to hold.
#
# policies:
#   - name: minimum-evolutions
#     description: "At least 2 evolutions before promotion"
#     min_evolutions: 2
"""


class Initialised(Value):
    """What `gryt init` did."""

    created: tuple[str, ...]
    kept: tuple[str, ...]


def init(session: Session) -> Initialised:
    """Put the samples in place and keep contract files out of commits."""
    files = session.files
    wanted: dict[str, bytes] = {POLICY: _POLICY.encode()}
    if not files.names(PIPELINES):
        wanted[f"{PIPELINES}/full-ci.yaml.sample"] = _PIPELINE.encode()
    wanted |= {f"{SCHEMAS}/{name}.schema.json": schema_files.text(name) for name in _INPUT_SCHEMAS}
    created, kept = [], []
    for path, data in wanted.items():
        if files.read(path) is None:
            files.write(path, data)
            created.append(path)
        else:
            kept.append(path)
    if contracts.exclude(session):
        created.append(".git/info/exclude")
    return Initialised(tuple(created), tuple(kept))
