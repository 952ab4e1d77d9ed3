"""Workflow 3: three teams prove one generation in one list."""

from tests.support.cli import Gryt
from tests.support.git import Repo

LISTED = """\
Generation: v3.0.0 (draft)

Evolutions:
  Tag           Change     Status  By            Timestamp
  v3.0.0-rc.1   TEAM-A-1   pass    Team A        TIME
  v3.0.0-rc.2   TEAM-B-1   pass    Team B        TIME
  v3.0.0-rc.3   TEAM-C-1   pass    Ada Lovelace  TIME

Changes:
  ID        Title                          Status
  TEAM-A-1  Subscription billing           proven
  TEAM-B-1  Advanced reporting dashboard   proven
  TEAM-C-1  Database query optimization    proven

Ready for promotion: YES
"""


def test_the_list_shows_who(gryt: Gryt, repo: Repo) -> None:
    changes = (
        "add:TEAM-A-1:Subscription billing",
        "add:TEAM-B-1:Advanced reporting dashboard",
        "refine:TEAM-C-1:Database query optimization",
    )
    options = [word for change in changes for word in ("--change", change)]
    gryt.ok("generation", "new", "v3.0.0", *options, cwd=repo)
    for letter, team in (("A", "Team A"), ("B", "Team B"), ("C", None)):
        repo.git("checkout", "--quiet", "-b", f"feature/{letter}", "main")
        if team is not None:
            repo.git("config", "gryt.team", team)
        else:
            repo.git("config", "--unset", "gryt.team")
        gryt.ok("evolution", "start", "v3.0.0", "--change", f"TEAM-{letter}-1", cwd=repo)
        repo.commit("Work", {f"{letter}.txt": "done\n"})
        gryt.ok("run", "full-ci", cwd=repo)
    shown = gryt.ok("evolution", "list", "v3.0.0", cwd=repo).stdout
    times = (line.rsplit("  ", 1)[-1] for line in shown.splitlines() if "-rc." in line)
    for time in set(times):
        shown = shown.replace(time, "TIME")
    assert shown == LISTED
