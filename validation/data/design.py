"""Whether the design of a survey, as its columns have it, can give a variance at all."""

from collections.abc import Iterator

import numpy as np

from ...training.survey import Design
from ..errors import ProtocolRefused, StudyProblem
from ..statistics.survey import design_degrees


def usable_design(design: Design) -> Design:
    """Return the design of the study's people.

    Raises
    ------
    ProtocolRefused  if somebody has no place in it, or no stratum has two sampling units
    """
    problems = list(_problems(design))
    if problems:
        raise ProtocolRefused(problems)
    return design


def _problems(design: Design) -> Iterator[StudyProblem]:
    for name in ("weight", "stratum", "psu"):
        without = int(np.isnan(getattr(design, name)).sum())
        if without:
            yield StudyProblem(
                f"no_{name}", f"data.survey.{name}", f"{without} people of the population without",
                "they stand for nobody, and would make every weighted number unknown",
                'Exclude them in the protocol: when = { column = "...", op = "missing" }',
            )  # fmt: skip
            return
    if not (design.weight > 0).any():
        yield StudyProblem(
            "no_weights", "data.survey.weight", "no weight above 0",
            "nobody would stand for the population", "Name the column of weights",
        )  # fmt: skip
    elif design_degrees(design) < 1:
        yield StudyProblem(
            "one_unit", "data.survey.psu", "a single sampling unit in every stratum",
            "how units differ can't be seen, and intervals would have no width",
            "Check stratum and psu: units are counted inside strata",
        )  # fmt: skip


def lonely_strata(design: Design) -> int:
    """Return how many strata have a single sampling unit; their variance is not seen."""
    pairs = np.unique(np.column_stack([design.stratum, design.psu]), axis=0)
    _, units = np.unique(pairs[:, 0], return_counts=True)
    return int((units == 1).sum())
