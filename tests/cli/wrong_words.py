"""Wrong words on the command line."""

from tests.cli.wrong import INVALID, NOT_FOUND, REFUSED, USAGE, Wrong

NEW, SHOW, START = ("generation", "new"), ("generation", "show"), ("evolution", "start")
V = "v1.5.0"

NAMES: dict[str, Wrong] = {
    "unknown change": Wrong(
        (*START, V, "--change", "FEAT-20"),
        NOT_FOUND,
        "generation 'v1.5.0' promises no change 'FEAT-20'",
        "did you mean 'FEAT-20",
    ),
    "two unknown changes": Wrong(
        (*START, V, "--change", "X", "--change", "BUG-8"),
        NOT_FOUND,
        "promises no change 'X', 'BUG-8'",
        "did you mean 'BUG-88'?",
    ),
    "change in another case": Wrong(
        (*START, V, "--change", "bug-88"), NOT_FOUND, "no change 'bug-88'", "did you mean 'BUG-88'?"
    ),
    "unknown generation, show": Wrong(
        (*SHOW, "v1.5.1"), NOT_FOUND, "generation 'v1.5.1' does not exist", "did you mean 'v1.5.0'?"
    ),
    "unknown generation, nothing near": Wrong(
        (*SHOW, "v99.0.0-alpha"),
        NOT_FOUND,
        "generation 'v99.0.0-alpha' does not exist",
        "gryt generation new v99.0.0-alpha",
    ),
    "unknown generation, without v": Wrong(
        (*SHOW, "1.5.0"), NOT_FOUND, "generation '1.5.0' does not exist", "did you mean 'v1.5.0'?"
    ),
    "unknown generation, edit": Wrong(
        ("generation", "edit", "v1.5.1"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown generation, update": Wrong(
        ("generation", "update", "v1.5.1"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown generation, promote": Wrong(
        ("generation", "promote", "v1.5.1"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown generation, start": Wrong(
        (*START, "v1.5.1", "--change", "X"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown generation, list": Wrong(
        ("evolution", "list", "v1.5.1"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown generation, log": Wrong(
        ("audit", "log", "v1.5.1"), NOT_FOUND, "'v1.5.1' does not exist", "'v1.5.0'?"
    ),
    "unknown evolution": Wrong(
        ("evolution", "show", "v1.5.0-rc.9"),
        NOT_FOUND,
        "evolution 'v1.5.0-rc.9' does not exist",
        "did you mean 'v1.5.0-rc.",
    ),
    "evolution of an unknown generation": Wrong(
        ("evolution", "show", "v7.0.0-rc.1"), NOT_FOUND, "'v7.0.0' does not exist", "gryt "
    ),
    "not a candidate": Wrong(
        ("evolution", "show", "../x"), NOT_FOUND, "evolution '../x' does not exist", "v1.5.0-rc.1"
    ),
    "run of an unknown evolution": Wrong(
        ("run", "--evolution", "v1.5.0-rc.9"), NOT_FOUND, "'v1.5.0-rc.9' does not exist", "mean"
    ),
    "unknown pipeline, start": Wrong(
        (*START, V, "--change", "BUG-88", "--pipeline", "ful-ci"),
        NOT_FOUND,
        "pipeline 'ful-ci' does not exist",
        "did you mean 'full-ci'?",
    ),
    "unknown pipeline, run": Wrong(
        ("run", "ful-ci"), NOT_FOUND, "'.gryt/pipelines/ful-ci.yaml' does not exist", "full-ci"
    ),
    "unknown revision": Wrong(
        ("generation", "promote", V, "--commit", "nope"),
        NOT_FOUND,
        "'nope' names no commit here",
        "git log --oneline",
    ),
    "revision that looks like an option": Wrong(
        ("generation", "promote", V, "--commit=--output=x"),
        NOT_FOUND,
        "'--output=x' names no commit here",
        "git log --oneline",
    ),
    "unreadable source": Wrong(
        (*NEW, "v2.0.0", "--from", "nope.yaml"), NOT_FOUND, "cannot read 'nope.yaml'"
    ),
    "no such directory": Wrong(
        ("-C", "nope", "generation", "list"), NOT_FOUND, "nope' is not a directory"
    ),
}

STATES: dict[str, Wrong] = {
    "new generation that exists": Wrong(
        (*NEW, V), REFUSED, "generation 'v1.5.0' exists already (draft)", "gryt generation show"
    ),
    "new generation that exists with another v": Wrong(
        (*NEW, "1.5.0"),
        REFUSED,
        "generation 'v1.5.0' exists already",
        "gryt generation show v1.5.0",
    ),
    "abandon twice": Wrong(
        ("evolution", "abandon", "v1.5.0-rc.2", "--reason", "again"),
        REFUSED,
        "evolution 'v1.5.0-rc.2' is abandoned already",
    ),
    "run of an abandoned evolution": Wrong(
        ("run", "--evolution", "v1.5.0-rc.2"),
        REFUSED,
        "evolution 'v1.5.0-rc.2' is abandoned",
        "gryt evolution",
    ),
    "run of a passed evolution": Wrong(
        ("run", "--evolution", "v1.5.0-rc.1"),
        REFUSED,
        "evolution 'v1.5.0-rc.1' has passed on",
        "gryt evolution start v1.5.0 --change FEAT-201",
    ),
    "start on a promoted generation": Wrong(
        (*START, "v1.0.0", "--change", "DONE-1"),
        REFUSED,
        "generation 'v1.0.0' is promoted",
        "gryt generation new",
    ),
    "abandon in a promoted generation": Wrong(
        ("evolution", "abandon", "v1.0.0-rc.1", "--reason", "x"),
        REFUSED,
        "generation 'v1.0.0' is promoted",
        "gryt generation",
    ),
    "promotion of a promoted generation to another commit": Wrong(
        ("generation", "promote", "v1.0.0"), REFUSED, "generation 'v1.0.0' is promoted at", "gryt "
    ),
    "new change that is there": Wrong(
        (*START, V, "--change", "BUG-88", "--type", "fix", "--title", "T"),
        REFUSED,
        "change 'BUG-88' is in the contract already",
        "gryt evolution start v1.5.0 --change BUG-88",
    ),
}

_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "unknown command": (("generaton", "list"), "no such command 'generaton'", "'generation'?"),
    "unknown subcommand": (("evolution", "strat"), "no such command 'strat'", "mean 'start'?"),
    "unknown option": (
        ("evolution", "list", V, "--jsn"),
        "no such option '--jsn'",
        "did you mean '--json'?",
    ),
    "missing argument": (SHOW, "missing argument 'VERSION'", "gryt generation show --help"),
    "missing option": ((*START, V), "missing option '--change'", "gryt evolution start --help"),
    "missing reason": (
        ("evolution", "abandon", "v1.5.0-rc.1"),
        "missing option '--reason'",
        "gryt",
    ),
    "value for a flag": (("generation", "list", "--json=x"), "'--json' does not take a value", ""),
    "one argument too many": ((*SHOW, V, "more"), "unexpected extra argument (more)", "gryt "),
    "type without title": ((*START, V, "--change", "N-1", "--type", "fix"), "go together", ""),
    "version like an option": ((*NEW, "--output=x"), "no such option '--output'", "gryt "),
}
COMMAND_LINE = {
    name: Wrong(args, USAGE, says, hint, status=2) for name, (args, says, hint) in _WORDS.items()
}

VERSIONS: dict[str, str] = {
    "two parts": "1.0",
    "a word": "vX",
    "a leading zero": "v01.2.3",
    "a space behind": "v1.0.0 ",
    "a candidate": "v3.0.0-rc.1",
    "build metadata": "v3.0.0+b",
    "nothing": "",
    "300 characters": "v1.0.0-" + "x" * 293,
    "like an option": "--output=x",
    "a short option": "-f",
    "full-width digits": "v\uff11.0.0",
    "a cyrillic letter": "v1.0.0-\u0430lpha",
    "a zero-width space": "v1.0.0\u200b",
    "a line feed": "v1.0.0\n",
    "two lines": "v1.0.0\nGryt-Action: x",
    "an escape sequence": "v1.0.0\x1b[2J",
    "half a character": "v1.0.0\udcff",
    "a path inside": "v1/../../x",
    "a path out": "../x",
    "an absolute path": "/etc/passwd",
    "the repository": ".git",
    "a lock": "v1.0.0-x.lock",
    "a command": "$(touch pwn)",
    "two commands": "v1.0.0;touch pwn",
    "a glob": "v1.*",
    "a revision": "v1.0.0^{commit}",
}
_SHORT = 40


def _of(version: str) -> str:
    """What a message says of a version: not all of a long one, and nothing invisible."""
    shown = (
        version.split("\x1b", maxsplit=1)[0]
        .split("\n", maxsplit=1)[0]
        .split("\u200b", maxsplit=1)[0]
        .split("\udcff", maxsplit=1)[0]
    )
    return f"'{shown[:_SHORT]}"


BAD_VERSIONS = {
    **{
        f"{' '.join(command)} of {name}": Wrong((*command, "--", text), INVALID, _of(text), "")
        for command in (NEW, SHOW)
        for name, text in VERSIONS.items()
    },
    **{
        f"evolution list of {name}": Wrong(
            ("evolution", "list", "--", VERSIONS[name]), INVALID, _of(VERSIONS[name]), "versions"
        )
        for name in ("two parts", "a path out", "a command", "an escape sequence")
    },
    "evolution of a path": Wrong(("evolution", "show", "../x-rc.1"), INVALID, "'../x'", "versions"),
    "promote a path": Wrong(("generation", "promote", "../x"), INVALID, "'../x'", "versions"),
    "log of a path": Wrong(("audit", "log", "../x"), INVALID, "'../x'", "versions"),
}

_SPECS: dict[str, tuple[str, str, str]] = {
    "no id": ("add", "'add' is not a change", "TYPE:ID:TITLE"),
    "no title": ("add:F-1:", "'add:F-1:' is not a change", "TYPE:ID:TITLE"),
    "a blank title": ("add:F-1:  ", "is not a change", "TYPE:ID:TITLE"),
    "colons": ("::", "'::' is not a change", "TYPE:ID:TITLE"),
    "an unknown type": ("zzz:F-1:T", "'zzz' is not a type of change", "add, fix, refine, remove"),
    "a near type": ("refne:F-1:T", "'refne' is not a type", "did you mean 'refine'?"),
    "a path as id": ("add:../x:T", "'../x' is not a change id", "a change id has letters"),
    "a lock as id": ("add:F-1.lock:T", "'F-1.lock' is not a change id", "'.lock'"),
    "two dots in an id": ("add:a..b:T", "'a..b' is not a change id", "no '..'"),
    "a command as id": ("add:$(touch pwn):T", "'$(touch pwn)' is not a change id", "letters"),
    "two commands as id": ("add:F;touch pwn:T", "'F;touch pwn' is not a change id", "letters"),
    "an option as id": ("add:--output=x:T", "'--output=x' is not a change id", "letters"),
    "a look-alike id": ("add:F\u0415AT-1:T", "' is not a change id", "letters"),
    "a long id": (f"add:{'x' * 101}:T", "' is not a change id", "at most 100"),
    "a long title": (f"add:F-1:{'x' * 201}", "is not a title", ""),
    "a title of two lines": ("add:F-1:one\nGryt-Action: x", "is not a title", ""),
    "a title that moves the cursor": ("add:F-1:one\x1b[2J", "is not a title", ""),
}
CHANGE_SPECS = {
    f"change with {name}": Wrong((*NEW, "v2.0.0", "--change", spec), INVALID, says, hint)
    for name, (spec, says, hint) in _SPECS.items()
} | {
    "the same change twice": Wrong(
        (*NEW, "v2.0.0", "--change", "add:F-1:A", "--change", "fix:F-1:B"),
        INVALID,
        "change 'F-1' is given twice",
    ),
    "new change with a path as id": Wrong(
        (*START, V, "--change", "../x", "--type", "fix", "--title", "T"),
        INVALID,
        "'../x' is not a change id",
        "letters",
    ),
    "two new changes": Wrong(
        (*START, V, "--change", "A", "--change", "B", "--type", "fix", "--title", "T"),
        INVALID,
        "give one --change",
    ),
    "pipeline with a path": Wrong(
        (*NEW, "v2.0.0", "--pipeline", "../x"), INVALID, "'../x' is not a pipeline name", "letters"
    ),
    "pipeline with a command": Wrong(
        ("run", "$(touch pwn)"), INVALID, "'$(touch pwn)' is not a pipeline name", "letters"
    ),
    "label of two lines": Wrong(
        ("audit", "snapshot", "--label", "a\nb"), INVALID, "is not a label"
    ),
    "label that moves the cursor": Wrong(
        ("audit", "snapshot", "--label", "\x1b[2J"), INVALID, "is not a label"
    ),
    "label of 201 characters": Wrong(
        ("audit", "snapshot", "--label", "x" * 201), INVALID, "is not a label"
    ),
}

WORDS = {**NAMES, **STATES, **COMMAND_LINE, **BAD_VERSIONS, **CHANGE_SPECS}
