"""What the table that was made of Bulk Data or of a CDM is to a run."""

from pathlib import Path
from typing import Final

from ....datasets.readers.omop import (
    COLLECTED_FILE,
    OMOP_SCHEMA,
    Collected,
    collected_plan,
)
from ....datasets.readers.tables import InputFile, TablePlan
from ....datasets.readers.tables.mapping import CsvForm
from ....datasets.readers.tables.roles import ContextRole
from ..options import BatchRefused

BULK_SCHEMA: Final = "laennec.bulk_collected/1"
SITE: Final = "site"
LEFT_OUT: Final = "resources_without_encounter"
_SHOWN: Final = 60


def collected_files(collected: Collected) -> tuple[Path, ...]:
    """Return the files of a collected table."""
    return tuple(collected.folder / name for name in collected.content["files"])


def collected_table(collected: Collected, file: InputFile) -> TablePlan:
    """Return what the columns of one file of a collected table are.

    Raises
    ------
    BatchRefused  if it is not known what the table was made of
    """
    form = collected.content["schema"]
    if form == OMOP_SCHEMA:
        return collected_plan(file.path)
    try:
        if form == BULK_SCHEMA:
            return bundle_plan(collected)
    except KeyError:
        form = f"{form} without its counts"
    raise BatchRefused(
        found=f"a {COLLECTED_FILE} of the form {form[:_SHOWN]!r}",
        why="it is not known of which resources the rows were made",
        remedy="Run the batch again into another folder",
        path=COLLECTED_FILE,
    )


def bundle_plan(collected: Collected) -> TablePlan:
    """Return what the columns are where one of them is a whole visit."""
    counts = collected.content["counts"]
    return TablePlan(
        person="person_id", visit_date=None, birth_date=None, age="", age_missing=(), sex=None,
        quantities=(), answers=(), ignored=(), csv=CsvForm(), bundle="bundle",
        notices=(LEFT_OUT,) if counts[LEFT_OUT] else (),
        ecg="bundle" if counts["encounters_with_ecg"] else "",
        context=(ContextRole(SITE, SITE),) if counts.get("encounters_with_site") else (),
    )  # fmt: skip
