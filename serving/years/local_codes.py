"""The codes of a site's thesaurus, as a search may name them."""

from pathlib import Path
from typing import Final

from ...datasets.readers.cohorts import LocalCodes
from ..codes.site_maps import read_map, site_exposures_of

_BECOMES: Final = {"measurement": "value.", "finding": "finding.", "question": ""}


def read_local_codes(path: Path | None) -> LocalCodes:
    """Return what the codes of a thesaurus file stand for.

    Parameters
    ----------
    path : of the form that ``laennec codes template`` writes; no codes where None

    Raises
    ------
    DataError  if it can't be read, or an exposure in it has an error
    """
    if path is None:
        return LocalCodes()
    names = {code: f"exposure.{owner}" for code, owner in site_exposures_of(path).codes}
    for key, row in read_map(path)["map"].items():
        kind, _, name = key.partition(":")
        if row.get("code") and kind in _BECOMES:
            names[row["code"]] = f"{_BECOMES[kind]}{name}"
    return LocalCodes(names)
