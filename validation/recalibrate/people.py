"""Who of a site's table a recalibration can be fitted on, and where the others were left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import logit

from ...engine.bundles.verify import Bundle
from ..data.people import ANSWERED, asked
from ..data.table import StudyTable
from ..errors import ProtocolRefused, StudyProblem
from ..statistics.estimate import BoolArray, FloatArray
from .fit import SitePeople, site_people

_SMALLEST_RISK: Final = 1e-12


@dataclass(frozen=True, slots=True)
class SiteColumns:
    """Columns of the site's table: the outcome, and its time and horizon where it takes time."""

    outcome: str
    time: str | None = None
    horizon: float | None = None
    competing: str | None = None


def site_of(
    table: StudyTable, bundle: Bundle, columns: SiteColumns
) -> tuple[SitePeople, dict[str, int]]:
    """Return the people whom the model answers and whose outcome is known, and how many are left.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with the model, the options or the columns
    """
    problems = [*_of_model(bundle), *_of_options(columns)]
    if not problems:
        problems = [*_of_columns(table, columns)]
    if problems:
        raise ProtocolRefused(problems)
    outcome = table.numbers(columns.outcome)
    keep = ~table.refused
    counts = {"rows": len(table), "refused": int(table.refused.sum())}
    keep &= np.isfinite(outcome)
    if columns.time is not None:
        keep &= table.numbers(columns.time) > 0
    counts["with_outcome"] = int(keep.sum())
    said = asked(bundle, table, keep)
    ok = said.why_not == ANSWERED
    for reason in sorted(set(said.why_not[~ok])):
        counts[str(reason)] = int((said.why_not == reason).sum())
    counts["answered"] = int(ok.sum())
    score = logit(np.clip(said.output.value[ok], _SMALLEST_RISK, 1 - _SMALLEST_RISK))
    case = np.asarray(outcome[keep][ok] == 1)
    return site_people(score, case, _follow_up(table, columns, keep, ok)), counts


def _of_model(bundle: Bundle) -> Iterator[StudyProblem]:
    if not bundle.model.is_tsk:
        yield StudyProblem(
            "no_risk", "MODEL", f"{bundle.manifest.id}, whose answer is an index",
            "an index is no risk: there is nothing that observed cases could be held against",
            "Name a model that answers with a risk",
        )  # fmt: skip


def _of_options(columns: SiteColumns) -> Iterator[StudyProblem]:
    if (columns.time is None) != (columns.horizon is None):
        yield StudyProblem(
            "time_and_horizon", "recalibrate",
            "a time without a horizon, or a horizon without a time",
            "a risk within a time can only be held against both",
            "Give --time and --horizon, in the same unit, or neither",
        )  # fmt: skip
    elif columns.horizon is not None and not 0 < columns.horizon < np.inf:
        yield StudyProblem(
            "horizon", "--horizon", f"a horizon of {columns.horizon:g}",
            "nobody can have the event by then", "Give a time above 0, in the unit of --time",
        )  # fmt: skip
    if columns.competing is not None and columns.time is None:
        yield StudyProblem(
            "competing", "--competing", "a competing end without a time",
            "without a time it would be left aside", "Give --time and --horizon too",
        )  # fmt: skip


def _of_columns(table: StudyTable, columns: SiteColumns) -> Iterator[StudyProblem]:
    for name in (columns.outcome, columns.competing):
        values = np.zeros(0) if name is None else table.numbers(name)
        others = np.unique(values[~np.isnan(values) & ~np.isin(values, (0.0, 1.0))])
        if len(others):
            yield StudyProblem(
                "outcome_values", str(name),
                f"the column {name!r} with values such as {others[0]:g}",
                "1 is yes and 0 is no; what another value means is not guessed",
                "Give a column of 1, 0 and empty cells",
            )  # fmt: skip
    if table.repeated:
        yield StudyProblem(
            "persons_repeat", "person_id", f"{table.repeated} rows of a person of an earlier row",
            "people are counted, and their records would be taken for independent people",
            "Give one row a person",
        )  # fmt: skip
    if columns.horizon is not None:
        followed = table.numbers(columns.time or "")
        case = table.numbers(columns.outcome) == 1
        if not ((followed >= columns.horizon) | case)[followed > 0].any():
            yield StudyProblem(
                "horizon", "--horizon",
                f"nobody was followed for {columns.horizon:g}, or had the event",
                "a risk by then can't be held against anything",
                "Give --horizon in the unit of --time, no longer than the follow-up",
            )  # fmt: skip


def _follow_up(
    table: StudyTable, columns: SiteColumns, keep: BoolArray, ok: BoolArray
) -> tuple[FloatArray, BoolArray, float] | None:
    if columns.time is None or columns.horizon is None:
        return None
    time = table.numbers(columns.time)[keep][ok]
    ended = np.zeros(len(time), dtype=np.bool_)
    if columns.competing is not None:
        ended = np.asarray(table.numbers(columns.competing)[keep][ok] == 1)
    return time, ended, columns.horizon
