"""Tables and intervals for the pages that the workshop writes."""

from collections.abc import Sequence

from ..metrics import wilson


def rate_cell(hits: int, n: int) -> str:
    """Print a share with its interval, in percent.

    >>> rate_cell(98, 100)
    '98.0 [93.0-99.4] (98/100)'
    """
    if n == 0:
        return "-"
    found = wilson(hits, n)
    low, high = 100 * found.ci_low, 100 * found.ci_high
    return f"{100 * hits / n:.1f} [{low:.1f}-{high:.1f}] ({hits}/{n})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [list(head), ["---"] * len(head), *[list(row) for row in rows]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
