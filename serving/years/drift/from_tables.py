"""Counts the inputs of a batch: values, codes and what became of them, by month, site, device."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....datasets.readers.tables import TableRows, read_context
from ....datasets.readers.tables.targets import DEVICE_OF
from ....engine.fixedpoint import FloatArray
from ....engine.past import BEFORE_BIRTH
from ....engine.plausibility.check import check_plausibility
from ....engine.record import UNKNOWN, BoolArray, ItemState, QuantityColumn, VisitBatch
from ...batch.result.read import read_manifest
from ...batch.table.output import Place, table_rows
from ...clock import latest_day, utc_now
from ..inputs import InputTables, open_collected, open_tables
from .tally import DEVICE, EVERY_ITEM, SITE, Tally, Visits, What, month_of

AGE: Final = "age"
SEX: Final = "sex"
_WORST: Final = (ItemState.ACCEPTED, ItemState.SUSPECT, ItemState.REFUSED)


def tally_tables(inputs: tuple[Path, ...], mapping_file: Path | None, results: Any) -> Tally:  # noqa: ANN401 - a sequence of paths
    """Count the inputs of tables.

    Parameters
    ----------
    inputs : files and folders, as of the batch
    mapping_file : as of the batch
    results : folders of the batches that read them; empty where nothing is to be compared

    Raises
    ------
    TableRefused, FragmentUnreadable  if a table can't be read
    BatchRefused  if a file is not one that the results were made of
    """
    today = _today(results)
    return _tally(open_tables(inputs, mapping_file, results, "--input"), today)


def tally_collected(results: Sequence[Path]) -> Tally | None:
    """Count the inputs of batches that made their table themselves, of a CDM or of Bulk Data.

    Returns
    -------
    None where one of the results was made of tables, which are asked for

    Raises
    ------
    FragmentUnreadable  if a table can't be read
    BatchRefused  if it is not the one that was screened
    """
    tables = [(result, open_collected(result)) for result in results]
    tally = Tally()
    for result, given in tables:
        if given is None:
            return None
        tally.merge(_tally(given, _today((result,))))
    return tally


def _today(results: Sequence[Path]) -> date:
    """Return the day after which the results refused a visit, the last of them; else today."""
    days = filter(None, (read_manifest(result).today for result in results))
    return max(days, default=latest_day(utc_now))


def _tally(given: InputTables, today: date) -> Tally:
    tally = Tally()
    for chunk, plan, name in given.chunks():
        rows = table_rows(chunk.table, plan, Place(name, today=today))
        said = read_context(chunk.table, plan)
        count_inputs(tally, rows, visits_of(rows.visit_date, said, today))
    return tally


def visits_of(visit_date: Any, said: Mapping[str, Any], today: date) -> Visits:  # noqa: ANN401 - pyarrow has no types
    """Return when and where rows were measured.

    Parameters
    ----------
    visit_date : Arrow date32
    said : from ``read_context``, or the columns of a result of those names
    today : a later day is of a mistyped year: one alone would add years of empty months, in which
        an interface that has stopped answering is not seen; it is no known day
    """
    has_come = pc.fill_null(pc.less_equal(visit_date, pa.scalar(today)), False)  # noqa: FBT003 - the value of a column
    known = np.asarray(has_come.to_numpy(zero_copy_only=False))
    day = pc.fill_null(visit_date.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    devices = {
        name.removeprefix(DEVICE_OF) if name != DEVICE else EVERY_ITEM: column
        for name, column in said.items()
        if name != SITE
    }
    return Visits(month_of(day.astype(np.int64), known), said.get(SITE), devices)


def count_inputs(tally: Tally, rows: TableRows, visits: Visits) -> None:
    """Count every value, answer and state of rows that were not refused as a whole."""
    batch = check_plausibility(rows.batch)
    mistyped = [problem.row for problem in batch.problems if problem.code == BEFORE_BIRTH]
    visits = visits.without_day(np.isin(np.arange(batch.n), mistyped))
    used = ~batch.refused
    ones = np.ones(batch.n)
    tally.add(visits, What("visit"), ones, used)
    tally.add(visits, What("record"), batch.refused.astype(np.float64), ones > 0)
    for slot, column in batch.quantities.items():
        item = batch.vocabulary.item_of(slot).code
        state, value = slot_state(column), slot_value(column)
        tally.add(visits, What("state", slot, item=item), state, used & (state > ItemState.ABSENT))
        tally.add(visits, What("value", slot, item=item), value, used)
    for name, code in _codes(batch).items():
        tally.add(
            visits, What("code", name, item=name), code.astype(np.float64), used & (code >= 0)
        )
    age = np.where(batch.age_years >= 0, batch.age_years.astype(np.float64), np.nan)
    tally.add(visits, What("value", AGE, item=AGE), age, used)


def _codes(batch: VisitBatch) -> dict[str, Any]:
    asked = {
        name: codes for name, codes in batch.answers.items() if not name.startswith("consent.")
    }
    known = (batch.sex != UNKNOWN).any()
    return {SEX: batch.sex, **asked} if known else asked


def slot_state(column: QuantityColumn) -> FloatArray:
    """Return what became of an item at each visit: the worst state of its readings."""
    worst = np.zeros(column.n)
    for state in _WORST:
        worst = np.where((column.state == state).any(axis=1), float(state), worst)
    return worst


def slot_value(column: QuantityColumn) -> FloatArray:
    """Return the mean of the accepted readings in the model unit; NaN where there is none.

    A bound (``<1.10``) is no value.
    """
    values = np.where(column.comparator == 0, column.model_values(), np.nan)
    there: BoolArray = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
