"""Aligned columns, as the workflows show them.

Twelve lines of our own: a table library costs more to import than a whole listing may take.
"""

from collections.abc import Sequence

from gryt.render.safe import cell


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, gaps: Sequence[int], indent: int = 2
) -> list[str]:
    """Return lines in which column n is followed by `gaps[n]` spaces; the last is not padded."""
    shown = [list(header), *([cell(text) for text in row] for row in rows)]
    if not header:
        shown = shown[1:]
    widths = [max(len(row[n]) for row in shown) for n in range(len(shown[0]))] if shown else []
    spaces = " " * indent
    return [
        "".join(
            [spaces]
            + [
                text.ljust(width + gap)
                for text, width, gap in zip(row, widths, [*gaps, 0], strict=False)
            ]
        ).rstrip()
        for row in shown
    ]
