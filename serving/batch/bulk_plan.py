"""What the table that was made of Bulk Data is to a run: one column of it is a whole visit."""

from typing import Final

from ...datasets.readers.omop import Collected
from ...datasets.readers.tables import TablePlan
from ...datasets.readers.tables.mapping import CsvForm

BULK_SCHEMA: Final = "laennec.bulk_collected/1"
LEFT_OUT: Final = "resources_without_encounter"


def bundle_plan(collected: Collected) -> TablePlan:
    """Return what the columns of a collected table are: one of them is a whole visit."""
    counts = collected.content["counts"]
    return TablePlan(
        person="person_id", visit_date=None, birth_date=None, age="", age_missing=(), sex=None,
        quantities=(), answers=(), ignored=(), csv=CsvForm(), bundle="bundle",
        notices=(LEFT_OUT,) if counts[LEFT_OUT] else (),
        ecg="bundle" if counts["encounters_with_ecg"] else "",
    )  # fmt: skip
