"""Occupational exposures beside a result: context of a plan and a search, input of no model."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ...datasets.readers.cohorts import WHOLE_LIST, LocalCodes, exposure_codes
from ...datasets.readers.tables.decimals import NOBODY_TEXTS
from ...engine.errors import DataError
from .overlap import BoolArray

NONE: Final = "none"
"""Somebody who was asked about the whole list and has none; in a file, and as a group."""
UNKNOWN: Final = "unknown"
"""Group of somebody who has no exposure as far as was asked, which was not about the whole list."""
APART: Final = (NONE, UNKNOWN)
"""Groups of which nobody has an exposure."""

_START: Final = "exposure."
_NAMES: Final = ("person_id", "exposure", "source")
_SHOWN: Final = 60


def read_exposures(path: Path, site: LocalCodes | None = None) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the exposures of a file: an Arrow table as a search reads it, with their source.

    Somebody in the file was asked about all of them; ``none`` says that there was none. Of somebody
    who is not in it nothing is known.

    Parameters
    ----------
    path : CSV with the columns person_id and exposure, and perhaps source: where it is known from
    site : a site's own codes

    Raises
    ------
    DataError  if it can't be read, has other columns, or a code that no list has
    """
    options = pa_csv.ConvertOptions(column_types=dict.fromkeys(_NAMES, pa.string()))
    try:
        table = pa_csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError):
        table = None
    if table is None or not {*_NAMES[:2]} <= set(table.column_names) <= {*_NAMES}:
        raise DataError(
            found="a file of exposures that can't be read, or with other columns than its own",
            why="a search with other exposures than meant would be believed",
            remedy="Write a header person_id,exposure or person_id,exposure,source, and as many "
            "fields in every line",
            path=path.name,
        )
    if not table.num_rows:
        raise DataError(
            found="a file of exposures with a header and nobody in it",
            why="nobody would be found, and that would look like an answer",
            remedy=f"Write a line for each person; {NONE} where there was no exposure",
            path=path.name,
        )
    if "source" not in table.column_names:
        table = table.append_column("source", pa.repeat("", table.num_rows))
    table = table.select(_NAMES).set_column(1, "exposure", _house_codes(table, site, path.name))
    _require_people(table, path.name)
    at = table.schema.get_field_index("exposure")
    whole = table.set_column(at, "exposure", pa.repeat(WHOLE_LIST, table.num_rows))
    exposed = table.filter(pc.not_equal(table["exposure"], NONE))
    said = ((exposed, "yes"), (whole, "no"))
    return pa.concat_tables(t.append_column("answer", pa.repeat(a, t.num_rows)) for t, a in said)


def _require_people(table: Any, name: str) -> None:  # noqa: ANN401 - pyarrow has no types
    """Refuse lines of nobody, and somebody who has an exposure and none."""
    name_of = pc.utf8_lower(pc.utf8_trim_whitespace(table["person_id"]))
    if pc.any(pc.is_in(name_of, pa.array(NOBODY_TEXTS))).as_py():
        raise DataError(
            found="a line of exposures without a person",
            why="whose they are is not known, and that person would be taken for not exposed",
            remedy="Write the person_id of the batch in every line",
            path=name,
        )
    has_none = pc.equal(table["exposure"], NONE)
    without, exposed = (table["person_id"].filter(rows) for rows in (has_none, pc.invert(has_none)))
    if pc.any(pc.is_in(exposed, without.combine_chunks())).as_py():
        raise DataError(
            found=f"somebody with an exposure and with {NONE}",
            why="one of the two is wrong, and both would be counted",
            remedy=f"Write {NONE} only for people without any exposure",
            path=name,
        )


def lines_of_nobody(exposures: Any, people: Any) -> int:  # noqa: ANN401 - pyarrow has no types
    """Return how many lines of a file are of nobody of some people.

    Parameters
    ----------
    exposures : from `read_exposures`
    people : Arrow strings
    """
    of_each = exposures.filter(pc.equal(exposures["exposure"], WHOLE_LIST))["person_id"]
    return int(pc.sum(pc.invert(pc.is_in(of_each, people))).as_py() or 0)


def said_of_each(exposures: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """Return what each person has, or ``none``, and where it is known from.

    Parameters
    ----------
    exposures : Arrow table as a search reads it, perhaps with source; None where none were given
    """
    found: dict[str, list[str]] = {}
    rows = [] if exposures is None else exposures.to_pylist()
    for row in rows:
        if row["answer"] == "yes":
            found.setdefault(str(row["person_id"]), []).append(_sourced(row["exposure"], row))
    for row in rows:
        if row["exposure"] == WHOLE_LIST:
            found.setdefault(str(row["person_id"]), [_sourced(NONE, row)])
    return {name: "; ".join(said) for name, said in found.items()}


def _sourced(exposure: str, row: dict[str, str]) -> str:
    source = row.get("source")
    return f"{exposure} ({source})" if source else exposure


def exposure_groups(exposures: Any, names: Any) -> dict[str, BoolArray]:  # noqa: ANN401 - as above
    """Return who of some people has each exposure, who has none, and of whom it is unknown.

    Parameters
    ----------
    exposures : Arrow table as a search reads it; somebody may have several
    names : Arrow strings (n,), the people, each once; null for nobody
    """

    def among(rows: Any) -> BoolArray:  # noqa: ANN401 - as above
        people = exposures["person_id"].filter(rows).combine_chunks()
        found = pc.is_in(names, people.drop_null()).to_numpy(zero_copy_only=False)
        return np.asarray(found, dtype=np.bool_)

    exposure, has = exposures["exposure"], pc.equal(exposures["answer"], "yes")
    codes = sorted(exposure.filter(has).unique().to_pylist())
    groups = {code: among(pc.and_(has, pc.equal(exposure, code))) for code in codes}
    has_any, is_whole = among(has), among(pc.equal(exposure, WHOLE_LIST))
    return {**groups, NONE: is_whole & ~has_any, UNKNOWN: ~is_whole & ~has_any}


def _house_codes(table: Any, site: LocalCodes | None, name: str) -> Any:  # noqa: ANN401
    """Return the exposures by the codes of the house.

    Raises
    ------
    DataError  with every code that no list has; a code says nothing of a person
    """
    given = table["exposure"].combine_chunks().dictionary_encode()
    own = {} if site is None else site.names
    house = set(exposure_codes())
    meant = [
        own.get(code, f"{_START}{code}").removeprefix(_START)
        for code in given.dictionary.to_pylist()
    ]
    strangers = sorted({code[:_SHOWN] for code in meant} - house - {NONE})
    if strangers:
        raise DataError(
            found=f"exposures that no list has: {', '.join(repr(s) for s in strangers)}",
            why="a search for them would find nobody, and that would look like an answer",
            remedy=f"Use {', '.join(sorted(house))}, {NONE}, or --thesaurus with the site's codes",
            path=name,
        )
    return pc.take(pa.array(meant, pa.string()), given.indices)
