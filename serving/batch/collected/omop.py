"""Makes the table of visits of an OMOP CDM before a run, once, inside the folder of the result."""

from ....datasets.readers.omop import (
    Collected,
    OmopSource,
    collect,
    database_source,
    folder_source,
    is_omop_folder,
    read_collected,
    read_concepts,
)
from ..options import BatchOptions, BatchRefused
from ..progress import Reporter
from ..result.parts import COLLECTED


def collect_omop(options: BatchOptions, reporter: Reporter) -> Collected | None:
    """Return the table of visits where the input is an OMOP CDM, else None.

    It is made once: a run that is resumed reads what it began with. A folder that changed since
    then is refused.

    Raises
    ------
    TableRefused, FragmentUnreadable  if the CDM can't be read
    BatchRefused  if the result's folder holds a table of another CDM or of other concept sets
    """
    folders = [path for path in options.inputs if is_omop_folder(path)]
    if not folders and options.omop_database is None:
        return None
    if len(options.inputs) + (options.omop_database is not None) != 1:
        raise BatchRefused(
            found="an OMOP CDM beside another input",
            why="one run screens one source of people, so that nobody is counted twice",
            remedy="Screen them in two runs, into two folders",
            path="inputs",
        )
    concepts = read_concepts(options.concepts)
    source: OmopSource = (
        database_source(options.omop_database, options.omop_schema)
        if options.omop_database
        else folder_source(folders[0])
    )
    before = read_collected(options.out / COLLECTED)
    if before is not None and options.resume:
        _check_same(before, source, options)
        return before
    if options.out.exists() and any(options.out.iterdir()) and not options.resume:
        raise BatchRefused(
            found="a folder that is not empty",
            why="results of two runs are never mixed",
            remedy="Give another --out, or --resume to go on with the run that is in it",
            path=options.out.name,
        )
    reporter.line("batch: one row a person is made of the OMOP CDM")
    return collect(source, concepts, options.out / COLLECTED)


def _check_same(before: Collected, source: OmopSource, options: BatchOptions) -> None:
    about = source.about()
    if about and about != before.content["source"]:
        raise BatchRefused(
            found="an OMOP CDM that is not the one with which the run began",
            why="parts of two inputs in one result would be two results under one name",
            remedy="Restore it, or give another folder to --out",
            path=options.out.name,
        )
