"""The result table of a batch: its columns, and how a screening becomes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from ....datasets.readers.tables import TablePlan, TableRows, read_rows
from ....engine.bundles.load import Models
from ....engine.guidelines import Guidelines
from ....engine.prediagnosis import RISK_DECIMALS, URGENCIES
from ....engine.record import BoolArray, Problem
from ....engine.risks import Abstention, RiskColumns
from ....engine.scores import NO_POINTS
from ....engine.screening import Screening, screen_columns
from .age import settle_ages
from .columns import TEXT, coded, list_offsets, plain
from .glucose import GLUCOSE_SAYS, glucose_column
from .reasons import REASON_TYPE, reasons_column
from .status import status_columns

OUTCOMES: Final[Mapping[str, str]] = {
    "t2d_undiagnosed": "t2d_undiagnosed",
    "dysglycaemia": "dysglycaemia",
    "cvd_death_10y": "cvd_death_10y",
}
"""Outcome of the models -> the beginning of its two columns."""

FIRST: Final = "t2d_undiagnosed"
"""The risk whose abstention is the reason of a row."""

BANDS: Final = ("low", "intermediate", "high", "not_assessable")
_RISK_COLUMNS: Final = tuple(
    field
    for name in OUTCOMES.values()
    for field in (pa.field(f"{name}_risk", pa.float64()), pa.field(f"{name}_band", TEXT))
)
ENCODED: Final = pa.schema(
    [
        pa.field("person_id", pa.string()),
        pa.field("visit_date", pa.date32()),
        *_RISK_COLUMNS,
        pa.field("score2_10y_risk", pa.float64()),
        pa.field("findrisc_points", pa.int16()),
        pa.field("findrisc_points_low", pa.int16()),
        pa.field("findrisc_points_high", pa.int16()),
        pa.field("ada_points", pa.int16()),
        pa.field("desir_risk", pa.float64()),
        pa.field("urgency", TEXT),
        pa.field("refused_items", pa.list_(TEXT)),
        pa.field("reasons", pa.list_(REASON_TYPE)),
        pa.field("model_versions", pa.list_(TEXT)),
        pa.field("suspect_items", pa.list_(TEXT)),
        pa.field("status", TEXT, nullable=False),
        pa.field("status_reason", TEXT),
        pa.field(GLUCOSE_SAYS, TEXT),
    ]
)
"""The result while it is in memory: a text that repeats is dictionary-encoded."""

SCHEMA: Final = pa.schema([field.with_type(plain(field.type)) for field in ENCODED])
"""The result as it stands in a file: strings."""


class Place(NamedTuple):
    """Where rows come from.

    Parameters
    ----------
    name : stable name of the file
    offset : number of the first row in it
    today : a visit after this day is refused; none is where None
    """

    name: str = ""
    offset: int = 0
    today: date | None = None


NOWHERE: Final = Place()


def screen_table(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    plan: TablePlan,
    models: Models,
    guidelines: Guidelines,
    place: Place = NOWHERE,
) -> Any:  # noqa: ANN401
    """Screen the rows of an Arrow record batch: the one function that every batch engine runs.

    Pure: no clock, file, network or logging; the same rows give the same bytes, alone or among
    others.

    Parameters
    ----------
    table : pyarrow record batch with the columns of the plan
    plan : what each column is, from ``plan_table``
    models : what ``load_models`` returned
    guidelines : what ``load_guidelines`` returned
    place : where the rows come from, and the day after which a visit is refused

    Returns
    -------
    pyarrow record batch with the columns of ``ENCODED``, a row for each row, in their order
    """
    rows = table_rows(table, plan, place)
    result = result_table(rows, screen_columns(rows.batch, models, guidelines, outcomes=OUTCOMES))
    if not plan.age_highest:
        return result
    older = replace(plan, age=plan.age_highest, age_highest="")
    at_most = screen_table(table, older, models, guidelines, place)
    settled = settle_ages(decoded(result), decoded(at_most), tuple(OUTCOMES.values()))
    return settled.cast(ENCODED)


def table_rows(table: Any, plan: TablePlan, place: Place = NOWHERE) -> TableRows:  # noqa: ANN401
    """Return the record of the rows: of canonical columns, or of a Bundle in each row."""
    if plan.bundle:
        from ..collected.bundles import rows_of_bundles  # noqa: PLC0415 - FHIR, only where it is read

        return rows_of_bundles(table, plan, place.today)[0]
    return read_rows(table, plan, fragment=place.name, offset=place.offset, today=place.today)


def decoded(table: Any) -> Any:  # noqa: ANN401
    """Return a result with strings instead of dictionaries: of ``ENCODED`` that of ``SCHEMA``."""
    return table.cast(pa.schema([f.with_type(plain(f.type)) for f in table.schema]))


def result_table(rows: TableRows, screening: Screening) -> Any:  # noqa: ANN401
    """Return what was found of every person as a record batch with the columns of ``ENCODED``."""
    refused = screening.batch.refused
    spoken = np.asarray(~refused)
    status, reason = status_columns(screening, tuple(OUTCOMES))
    columns = {
        "person_id": rows.person_id,
        "visit_date": rows.visit_date,
        **_risks(screening),
        **_scores(screening, spoken),
        "urgency": coded(screening.urgency, (*URGENCIES, None)),
        "refused_items": _items(screening.batch.problems, "refused_item", screening.batch.n),
        "reasons": reasons_column(screening, tuple(OUTCOMES)),
        "model_versions": _model_versions(screening),
        "suspect_items": _items(screening.batch.problems, "suspect_item", screening.batch.n),
        "status": status,
        "status_reason": reason,
        GLUCOSE_SAYS: glucose_column(screening, FIRST),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in ENCODED.names], schema=ENCODED)


def _numbers(values: Any, there: BoolArray, kind: Any) -> Any:  # noqa: ANN401
    return pa.array(np.where(there, values, 0), mask=~there).cast(kind)


def _risks(screening: Screening) -> dict[str, Any]:
    """Return risk and band of each outcome; both null where no such outcome is answered yet."""
    by_id = {risk.outcome.id: risk for risk in screening.risks}
    columns: dict[str, Any] = {}
    for outcome, name in OUTCOMES.items():
        risk = by_id.get(outcome)
        if risk is None:
            columns[f"{name}_risk"] = pa.nulls(screening.batch.n, pa.float64())
            columns[f"{name}_band"] = pa.nulls(screening.batch.n, TEXT)
            continue
        answered = _answered(risk)
        columns[f"{name}_risk"] = _numbers(risk.value + 0.0, answered, pa.float64())
        columns[f"{name}_band"] = coded(np.where(answered, risk.band, -1), BANDS)
    return columns


def _answered(risk: RiskColumns) -> BoolArray:
    return np.asarray(risk.abstention == Abstention.ANSWERED)


def _scores(screening: Screening, spoken: BoolArray) -> dict[str, Any]:
    """Return the published scores; null where a score is not given or the record is refused."""
    published = screening.published
    columns: dict[str, Any] = {}
    for name, score in (
        ("score2_10y_risk", published.score2.risk),
        ("desir_risk", published.desir.risk),
    ):
        rounded = np.round(score, RISK_DECIMALS) + 0.0
        columns[name] = _numbers(rounded, np.isfinite(score) & spoken, pa.float64())
    for name, points in (
        ("findrisc_points", published.findrisc.points),
        ("findrisc_points_low", published.findrisc.points_low),
        ("findrisc_points_high", published.findrisc.points_high),
        ("ada_points", published.ada.points),
    ):
        columns[name] = _numbers(points, (points != NO_POINTS) & spoken, pa.int16())
    return columns


def _items(problems: Sequence[Problem], severity: str, n: int) -> Any:  # noqa: ANN401
    """Return ``<item>:<code>`` of every value that was not used, each once a person."""
    found = [(p.row, f"{p.item}:{p.code}") for p in problems if p.severity == severity]
    unique = list(dict.fromkeys(found))
    rows = np.array([row for row, _ in unique], dtype=np.int64)
    order = np.argsort(rows, kind="stable")
    texts = coded(order, [text for _, text in unique])
    return pa.ListArray.from_arrays(list_offsets(rows, n), texts)


def _model_versions(screening: Screening) -> Any:  # noqa: ANN401
    """Return ``<bundle id> <version>`` of every bundle that answered for a person."""
    names: list[str] = []
    people: list[Any] = []
    for risk in screening.risks:
        for answer in risk.answers if risk.outcome.id in OUTCOMES else ():
            manifest = answer.bundle.manifest
            names.append(f"{manifest.id} {manifest.version}")
            people.append(answer.rows[_answered(risk)[answer.rows]])
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *people])
    which = np.repeat(np.arange(len(names)), [len(p) for p in people])
    order = np.argsort(rows, kind="stable")
    texts = coded(which[order], names)
    return pa.ListArray.from_arrays(list_offsets(rows, screening.batch.n), texts)
