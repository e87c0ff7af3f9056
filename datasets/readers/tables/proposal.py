"""Proposes a mapping for columns that nobody named; it is for a person to read, never applied."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from .mapping import SCHEMA
from .targets import canonical_targets

_READ_ME: Final = (
    "# Take out of this list every column that is a measurement or an answer, and map it below."
)


def mapping_snippet(strangers: Sequence[str]) -> str:
    """Return the lines of a mapping that would settle unknown columns.

    Columns whose name is close to a canonical one are proposed as that one; the others are put
    under ``ignore``. A proposal is for a person to read, it is never applied.

    >>> print(mapping_snippet(["Waist_cm", "psu"]))
    schema = "laennec.mapping/1"
    # Take out of this list every column that is a measurement or an answer, and map it below.
    ignore = ["psu"]
    [columns]
    waist_cm = "Waist_cm"
    """
    proposed: dict[str, str] = {}
    for name in strangers:
        close = get_close_matches(name.lower(), list(canonical_targets()), n=1, cutoff=0.85)
        if close and close[0] not in proposed:
            proposed[close[0]] = name
    others = [n for n in strangers if n not in proposed.values()]
    ignore = ", ".join(_toml_text(n) for n in others)
    lines = [f'schema = "{SCHEMA}"', _READ_ME, f"ignore = [{ignore}]", "[columns]"]
    return "\n".join(lines + [f"{target} = {_toml_text(n)}" for target, n in proposed.items()])


def _toml_text(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
