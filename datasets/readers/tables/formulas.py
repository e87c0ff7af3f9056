"""No text of a table that leaves is a formula of a spreadsheet."""

import re
from typing import Any, Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?")


def no_formula(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    """Return a cell, with an apostrophe first where its text would be taken for a formula.

    >>> no_formula("=1+1"), no_formula("-0.25"), no_formula(-0.25)
    ("'=1+1", '-0.25', -0.25)
    """
    is_formula = isinstance(cell, str) and cell.startswith(_STARTS)
    return f"'{cell}" if is_formula and not _NUMBER.fullmatch(cell) else cell
