"""Cases of a reader study: what a visit measured, what the model says, and what was true."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...engine import Guidelines, Models, load_guidelines, parse, screen, screen_columns
from ...engine.risks.outcomes import load_outcomes
from ...engine.risks.values import input_value, pressure_arm
from ...engine.screening import Screening
from ...engine.words.sentences import Sentences
from ..errors import StudyError

_BANDS = ("low", "intermediate", "high")


@dataclass(frozen=True, slots=True)
class Case:
    """One visit.

    Parameters
    ----------
    id : of the visit
    facts : what the reader sees: name -> value, in words, by language
    band, risk : of the model's finding
    truth : 1 or 0, None where it is not known
    """

    id: str
    facts: Mapping[str, tuple[tuple[str, str], ...]]
    band: str
    risk: float
    truth: int | None


def read_cases(
    visits: Sequence[Path], outcome: str, truth: Path | None, models: Models
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Screen visits and keep those that the model answers.

    Parameters
    ----------
    visits : files of the form ``laennec.visit/1``
    outcome : id of the finding under study
    truth : CSV with the columns ``visit_id`` and ``truth`` (1 or 0)

    Returns
    -------
    the cases, and the ids of visits that the model does not answer

    Raises
    ------
    StudyError  if a visit stands twice, there is no such finding, or the truth can't be read or
        is of visits that are not given
    ScreeningError  if a visit can't be read
    """
    outcomes = sorted(o.id for o in load_outcomes())
    if outcome not in outcomes:
        raise StudyError(
            found=f"the outcome {outcome!r}",
            why="there is no finding of this name with a risk",
            remedy=f"One of {', '.join(outcomes)}",
            path="--outcome",
        )
    known = {} if truth is None else read_truth(truth)
    guidelines = load_guidelines()
    cases, unanswered = [], []
    for path in visits:
        made = _case(path, outcome, known, (models, guidelines))
        if isinstance(made, str):
            unanswered.append(made)
        else:
            cases.append(made)
    ids = [case.id for case in cases]
    strangers = sorted(set(known) - {*ids, *unanswered})
    if strangers:
        raise StudyError(
            found=f"the truth of {len(strangers)} visits that are not given ({strangers[0]!r})",
            why="a truth that belongs to nobody is a sign of another list",
            remedy="Check the ids in the file, or give the visits too",
            path="truth",
        )
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise StudyError(
            found=f"the visit {twice[0]} stands twice",
            why="a reader would read the same case more often than planned",
            remedy="Give each visit once",
            path="visits",
        )
    return tuple(cases), tuple(unanswered)


def _case(
    path: Path, outcome: str, known: Mapping[str, int], tools: tuple[Models, Guidelines]
) -> Case | str:
    record = parse(path.read_bytes())
    draft, screening = screen(record, *tools), screen_columns(record.batch, *tools)
    found = next((f for f in draft.findings if f.id == outcome), None)
    if found is None or found.band not in _BANDS or found.risk is None:
        return draft.visit_id
    facts = {lang: _facts(screening, Sentences(lang)) for lang in ("fr", "en")}
    return Case(draft.visit_id, facts, found.band, found.risk, known.get(draft.visit_id))


def _facts(screening: Screening, sentences: Sentences) -> tuple[tuple[str, str], ...]:
    """Return everything that the visit says, always in the same order, whatever the model reads."""
    found = []
    arm = pressure_arm(screening.batch, 0)
    for name, feature in screening.made.items():
        if feature.observed[0]:
            value = input_value(name, screening.made, screening.batch, 0, arm)
            text = sentences.quantity(value.name, value.value, value.unit)
            found.append((sentences.name(value.name), text))
    return tuple(found)


def read_truth(path: Path) -> dict[str, int]:
    """Read who was a case.

    Raises
    ------
    StudyError  if it is no CSV, a column is missing, a value is neither 1 nor 0, or a visit stands
        twice
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise StudyError(
            found=f"a file that is no CSV in UTF-8 ({type(error).__name__})",
            why="a truth read wrongly would be judged as one",
            remedy="Save it as CSV in UTF-8, with the columns visit_id and truth",
            path=path.name,
        ) from error
    good = all(row.keys() >= {"visit_id", "truth"} and row["truth"] in ("0", "1") for row in rows)
    if not rows or not good:
        raise StudyError(
            found="a truth that is not 1 or 0, or no column visit_id or truth",
            why="who was a case is not guessed",
            remedy="Write a CSV with the columns visit_id and truth",
            path=path.name,
        )
    found = {row["visit_id"]: int(row["truth"]) for row in rows}
    if len(found) < len(rows):
        raise StudyError(
            found=f"{len(rows)} rows of {len(found)} visits",
            why="which of two truths of a visit counts is not guessed",
            remedy="Give one row a visit",
            path=path.name,
        )
    return found
