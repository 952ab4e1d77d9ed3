"""Pipelines to begin with: each runs as it stands in an ordinary project of its kind."""

from collections.abc import Callable

_HEAD = """\
# yaml-language-server: $schema=../schemas/pipeline.schema.json
# The checks of this project: `gryt run {name}` runs them, `gryt pipeline check {name}` reads them.
# Commit this file: a proof names the pipeline that it ran, as the commit has it.
name: {name}
"""

_TAIL = """\

# What else a step can say, each line on its own:
#   needs: [lint]                        # waits for these steps to pass
#   timeout: 10m                         # ends it with everything that it started
#   retry: {{max: 2, on: [timeout]}}       # passing after a retry is recorded as flaky
#   matrix: {{os: [linux, bsd]}}           # a cell for each value, in $GRYT_MATRIX_OS
#   when: {{branch: main}}                 # else it is skipped, and says why
#   env: {{MODE: fast}}
#   dir: backend
#   inputs: ["src/**"]                   # nothing of it changed: the earlier pass is reused
#   reports: {{junit: report.xml}}         # counts and failed tests go into the record
#   artifacts: ["dist/*"]                # sizes and digests go into the record
#   allow_failure: true                  # may fail, and never counts as proof
#   always: true                         # runs after all others, whatever became of them
# and the pipeline as a whole: timeout, env, secrets, requires, jobs, fail_fast, shell.
"""

_MINIMAL = """\
steps:
  # A command is given to `sh -eu -c`; a list of words is run without a shell.
  - name: test
    command: echo "replace this by your tests"
"""

_PYTHON = """\
parallel: true       # lint, types and tests need nothing of each other
timeout: 30m
env: {{PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1"}}
requires: {{tools: [python3]}}
steps:
  # - name: lint
  #   command: ruff check . && ruff format --check .
  # - name: types
  #   command: mypy .
  - name: test
    command: |
      if python3 -c 'import pytest' 2>/dev/null; then
        python3 -m pytest -q
      else
        python3 -m unittest discover
      fi
    timeout: 15m
"""

_GO = """\
parallel: true
timeout: 30m
requires: {{tools: [go]}}
steps:
  - name: format
    command: test -z "$(gofmt -l . | tee /dev/stderr)"
  - name: vet
    command: go vet ./...
  - name: test
    command: go test ./...
    timeout: 15m
  - name: build
    command: go build ./...
    needs: [vet]
"""

_NODE = """\
timeout: 30m
requires: {{tools: [node, npm]}}
steps:
  - name: install
    command: npm ci
    retry: {{max: 2, delay: 2s, backoff: 2}}   # a registry may have a bad moment
  - name: lint
    command: npm run lint --if-present
    needs: [install]
  - name: test
    command: npm test
    needs: [install]
    timeout: 15m
  - name: build
    command: npm run build --if-present
    needs: [install]
"""

_RUST = """\
timeout: 45m
env: {{CARGO_TERM_COLOR: never}}
requires: {{tools: [cargo]}}
steps:
  - name: format
    command: cargo fmt --check
  - name: clippy
    command: cargo clippy --all-targets -- -D warnings
  - name: test
    command: cargo test
    timeout: 30m
"""

TEMPLATES = {
    "minimal": _HEAD + _MINIMAL + _TAIL,
    "python": _HEAD + _PYTHON + _TAIL,
    "go": _HEAD + _GO + _TAIL,
    "node": _HEAD + _NODE + _TAIL,
    "rust": _HEAD + _RUST + _TAIL,
}
_SIGNS = {
    "pyproject.toml": "python",
    "setup.py": "python",
    "go.mod": "go",
    "package.json": "node",
    "Cargo.toml": "rust",
}


def guess(exists: Callable[[str], bool]) -> str:
    """Return the kind of project by the files at its top."""
    return next((kind for file, kind in _SIGNS.items() if exists(file)), "minimal")
