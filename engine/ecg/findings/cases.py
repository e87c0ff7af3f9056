"""On how many cases the score of a statement was calibrated: few of them are said beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...errors import ContractBroken
from ...prediagnosis import Message
from .settings import statement_settings

SCHEMA: Final = "laennec.metrics/1"
CALIBRATION: Final = "calibration"
SLOPE: Final = "calibration slope"
BY_SOURCE: Final = "cases by source"
SOURCES: Final = "sources with a case"
UNKNOWN: Final = "ecg.statement.cases.unknown"


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one statement.

    Parameters
    ----------
    count : those on which its score was calibrated
    sources : databases that have one
    is_calibrated : there were enough of them; the points are the guideline's and the house's else
    """

    count: int
    sources: int
    is_calibrated: bool


def parse_cases(raw: bytes | None, *, path: str = "metrics.json") -> dict[str, Cases]:
    """Read the cases of every statement out of a bundle's metrics.

    Parameters
    ----------
    raw : ``metrics.json``; None where the bundle has none
    path : where it was read

    Returns
    -------
    statement to its cases; those on which the metrics say nothing are left out

    Raises
    ------
    ContractBroken : it is no readable file of metrics
    """
    if raw is None:
        return {}
    try:
        table = json.loads(raw.decode("utf-8"))
        if table["schema"] != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")  # noqa: TRY301 - one way out
        return _cases(table["lines"])
    except (UnicodeDecodeError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ContractBroken(
            found=f"not a readable {SCHEMA} file ({type(error).__name__}: {error})",
            why="a score would stand without the number of cases behind it",
            remedy="Restore the bundle from its release, or export and sign it again",
            path=path,
        ) from error


def _cases(lines: list[Mapping[str, Any]]) -> dict[str, Cases]:
    sources = {
        line["row"]: int(line["estimate"]["value"])
        for line in lines
        if line["table"] == BY_SOURCE and line["measure"] == SOURCES
    }
    slopes = {
        line["row"]: line
        for line in lines
        if line["table"] == CALIBRATION and line["measure"] == SLOPE
    }
    return {
        name: Cases(
            int(line["cases"]), sources[name], is_calibrated=line["estimate"]["value"] is not None
        )
        for name, line in slopes.items()
        if name in sources
    }


def few_cases(cases: Cases | None) -> tuple[Message, ...]:
    """Say of a statement on how few cases, or sources, its score stands; nothing where on many."""
    if cases is None:
        return (Message(UNKNOWN),)
    if not cases.count:
        return (Message("ecg.statement.cases.none"),)
    told = {"cases": cases.count}
    if not cases.is_calibrated:
        return (Message("ecg.statement.cases.too_few", told),)
    if cases.sources == 1:
        return (Message("ecg.statement.cases.one_source", told),)
    if cases.count < statement_settings()["few_cases_below"]:
        return (Message("ecg.statement.cases.few", {**told, "sources": cases.sources}),)
    return ()
