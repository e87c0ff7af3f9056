"""What ``laennec search`` does: count, record who asked, and list pseudonyms only where told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine.errors import DataError
from ..batch.parts import write_text
from ..clock import utc_now
from ..store.store import open_store
from .criteria import parse_criteria
from .files import write_csv
from .search import Cohort, Sources, cohort_toml, counted, read_cohort, search_people
from .search_access import decided, note_search, record_search


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What is searched for, where, and by whom.

    Parameters
    ----------
    result : folder of a finished batch
    cohort : a saved search; or ``where``, its conditions
    trajectories, exposures : as in `Sources`
    database : address of the store, for decisions and for the record of this search
    actor : who searches
    by : columns whose groups are counted
    people_file : where pseudonyms are written; needs a store and an actor
    save, title : where the search is saved as a cohort
    """

    result: Path
    cohort: Path | None = None
    where: Sequence[str] = ()
    trajectories: Path | None = None
    exposures: Path | None = None
    database: str | None = None
    actor: str = ""
    by: Sequence[str] = ()
    people_file: Path | None = None
    save: Path | None = None
    title: str = ""


def run_search(options: SearchOptions) -> dict[str, Any]:
    """Search, record who asked, and return the counts.

    Raises
    ------
    DataError  if the search can't be read, or pseudonyms are asked for without a record of it
    BatchRefused  if the folder holds no result
    StoreUnavailable  if it could not be recorded; nothing is given then
    """
    cohort = _cohort(options)
    if options.people_file is not None and not (options.database and options.actor):
        raise DataError(
            found="a list of people without a store or without a name of who takes it",
            why="who takes pseudonyms is recorded in the audit trail, or nobody takes them",
            remedy="Give --database and --by",
            path="--people",
        )
    store = open_store(options.database) if options.database else None
    try:
        sources = Sources(
            options.result,
            options.trajectories,
            options.exposures,
            None if store is None else decided(store),
        )
        found, everybody = search_people(cohort, sources)
        told = counted(cohort, found, everybody, options.by)
        listed = options.people_file is not None
        if store is not None:
            record_search(store, told, actor=options.actor, listed=listed, clock=utc_now)
        else:
            note_search(options.result, told, actor=options.actor, clock=utc_now)
    finally:
        if store is not None:
            store.close()
    if options.people_file is not None:
        names = found["person_id"].to_pylist()
        write_csv(options.people_file, [("person_id",), *((name,) for name in names)])
    if options.save is not None:
        write_text(options.save, cohort_toml(cohort))
    return told


def _cohort(options: SearchOptions) -> Cohort:
    if (options.cohort is None) == (not options.where):
        raise DataError(
            found="a cohort and conditions, or neither",
            why="it is not known what is searched for",
            remedy="Give COHORT.toml, or --where",
            path="where",
        )
    if options.cohort is not None:
        return read_cohort(options.cohort)
    return Cohort(options.title, parse_criteria(options.where))
