"""What a run would do, as far as can be told before anything runs."""

from gryt.values import Value


class Foreseen(Value):
    """What would become of one cell."""

    name: str
    what: str
    """`run`, `skip`, `reuse` or `take`."""
    why: str | None
    """Why, where that is not plain."""
    needs: tuple[str, ...]
    command: str
