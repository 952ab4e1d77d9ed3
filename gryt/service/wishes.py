"""How a run is wished for: what of the pipeline is to be run, and how."""

from gryt.values import Value


class Wish(Value):
    """The options of a run."""

    evolution: str | None = None
    isolated: bool = False
    jobs: int | None = None
    keep_going: bool = False
    failed: bool = False
    """Take over what has passed in the evolution's last run."""
    only: tuple[str, ...] = ()
    """Run these steps (or cells) and nothing else."""
    start: str | None = None
    """Run this step and what comes after it."""
    no_cache: bool = False
    no_record: bool = False
    explain: bool = False

    @property
    def is_partial(self) -> bool:
        """Tell whether steps are left out because somebody wants it so."""
        return bool(self.only) or self.start is not None
