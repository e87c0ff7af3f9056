"""What a run screens instead of its inputs, where these are no tables of visits."""

from ....datasets.readers.omop import Collected
from ..options import BatchOptions, BatchRefused
from ..progress import Reporter
from .omop import collect_omop


def collected_input(options: BatchOptions, reporter: Reporter) -> Collected | None:
    """Return the table that is made of Bulk Data or of an OMOP CDM; None where inputs are tables.

    Raises
    ------
    TableRefused, FragmentUnreadable  if a CDM can't be read
    BatchRefused  if the inputs or the folder of the result can't be used
    """
    from .bulk import collect_bulk  # noqa: PLC0415 - FHIR, only where it is read

    bulk = collect_bulk(options, reporter)
    if bulk is None and options.answers:
        raise BatchRefused(
            found="--answers, the answers to Bundles, for tables",
            why="only Bulk Data (NDJSON) holds Bundles to answer",
            remedy="Leave --answers out; laennec explain puts a row into words",
            path="answers",
        )
    return bulk or collect_omop(options, reporter)
