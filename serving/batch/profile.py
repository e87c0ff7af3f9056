"""Looks at a table before it is screened: what is there, what is missing, who could be answered."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from ...datasets.readers.tables import FragmentUnreadable, TablePlan, read_chunks
from ...engine.record import UNKNOWN, ItemState
from ...engine.risks import Abstention
from ...engine.screening import Screening, screen_columns
from .collected.inputs import collected_input
from .make_plan import make_plan
from .options import BatchOptions
from .plan import BatchPlan, Loaded, load_screening
from .progress import SilentReporter
from .result.aggregate import LAST_HIDDEN, suppressed
from .table.output import OUTCOMES, Place, result_table, table_rows
from .table.status import REFUSED

PROFILE_SCHEMA: Final = "laennec.batch_profile/1"
_STATES: Final[Mapping[str, ItemState]] = {
    "accepted": ItemState.ACCEPTED,
    "suspect": ItemState.SUSPECT,
    "refused": ItemState.REFUSED,
}


def profile_batch(options: BatchOptions) -> dict[str, Any]:
    """Return what a run would find, without writing a result.

    Every value goes through the intake and the plausibility check of a run, and every person
    through its choice of a model form. Counts of 1 to 10 people are suppressed.

    Parameters
    ----------
    options : as of a run; of an OMOP CDM or a folder of ECGs alone the table is made in ``out``,
        for the run to use

    Raises
    ------
    TableRefused  if the input, the mapping or the columns can't be used
    """
    options.check()
    if options.ecg_folder is not None:
        from .ecg.folder import with_ecg_table  # noqa: PLC0415 - readers, only where there are ECGs

        options = with_ecg_table(options, SilentReporter())
    loaded = load_screening(options)
    plan = make_plan(options, loaded, collected_input(options, SilentReporter()))
    seen = _Seen()
    for table, columns, screening, result in _chunks(plan, loaded, seen):
        seen.add(table, columns, screening, result)
    return {"schema": PROFILE_SCHEMA, "files": sorted(plan.tables), **seen.as_dict(plan)}


def _chunks(
    plan: BatchPlan, loaded: Loaded, seen: "_Seen"
) -> Iterator[tuple[Any, TablePlan, Screening, Any]]:
    for fragment in plan.fragments:
        table = plan.tables[fragment.file.name]
        place = Place(fragment.file.name, 0, plan.today)
        try:
            for chunk in read_chunks(
                fragment, table.columns, table.csv, chunk_rows=plan.chunk_rows
            ):
                seen.malformed += chunk.bad_row_count
                rows = table_rows(chunk.table, table, place)
                found = screen_columns(
                    rows.batch, loaded.models, loaded.guidelines, outcomes=OUTCOMES
                )
                yield chunk.table, table, found, result_table(rows, found)
        except FragmentUnreadable as error:
            seen.unreadable[error.path] = error.code


class _Seen:
    """Counts over the chunks of a table."""

    def __init__(self) -> None:
        self.rows = self.malformed = 0
        self.columns: dict[str, Counter[str]] = {}
        self.items: Counter[str] = Counter()
        self.forms: dict[str, Counter[str]] = {}
        self.status: Counter[str] = Counter()
        self.unreadable: dict[str, str] = {}

    def add(self, table: Any, plan: TablePlan, screening: Screening, result: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Count one chunk."""
        self.rows += table.num_rows
        for name in plan.columns:
            missing = table.column(name).null_count
            told = self.columns.setdefault(name, Counter())
            told.update({"filled": table.num_rows - missing, "missing": missing})
        batch = screening.batch
        for slot, column in batch.quantities.items():
            told = self.columns.setdefault(f"item {slot}", Counter())
            for word, state in _STATES.items():
                told[word] += int((column.state == state).any(axis=1).sum())
            told["not_measured"] += int((~column.present).all(axis=1).sum())
            for index, unit in enumerate(column.item.units):
                told[f"unit {unit.ucum}"] += int((column.unit == index).any(axis=1).sum())
        for name, answer in batch.answers.items():
            told = self.columns.setdefault(f"answer {name}", Counter())
            told.update({"answered": int((answer != UNKNOWN).sum())})
        self.items.update(f"{p.item}:{p.code}" for p in batch.problems if p.item)
        self._forms(screening)
        for status in result.column("status").to_pylist():
            self.status[status] += 1

    def _forms(self, screening: Screening) -> None:
        for risk in screening.risks:
            told = self.forms.setdefault(risk.outcome.id, Counter())
            answered = risk.abstention == Abstention.ANSWERED
            for index, bundle in enumerate(risk.bundles):
                told[bundle.manifest.id] += int((answered & (risk.chosen == index)).sum())
            for reason in Abstention:
                if reason != Abstention.ANSWERED:
                    n = int(np.sum(risk.abstention == reason))
                    told[f"not assessable: {reason.name.lower()}"] += n

    def as_dict(self, plan: BatchPlan) -> dict[str, Any]:
        """Return everything that was counted, small groups suppressed."""
        if self.malformed:
            self.status[f"{REFUSED}: row_malformed"] += self.malformed
        columns = {n: _counts(c) for n, c in self.columns.items() if not n.startswith("item ")}
        items = {n[5:]: _counts(c) for n, c in self.columns.items() if n.startswith("item ")}
        return {
            "rows": self.rows,
            "columns": columns,
            "items": items,
            "values_refused_or_suspect": _counts(self.items),
            "model_forms": {name: _counts(c) for name, c in self.forms.items()},
            "status": _counts(self.status),
            "unreadable": {**self.unreadable, **{n: e.code for n, e in plan.unreadable.items()}},
            "suppressed": f"counts of 1 to {LAST_HIDDEN} people",
            **_concepts(plan),
        }


def _concepts(plan: BatchPlan) -> dict[str, Any]:
    """Return of an OMOP CDM how many concepts are used, and of which no source is named."""
    omop = plan.content["omop"]
    return {name: omop[name] for name in ("concepts", "concepts_unverified") if name in omop}


def _counts(found: Mapping[str, int]) -> dict[str, int | str]:
    return suppressed({name: n for name, n in found.items() if n})
