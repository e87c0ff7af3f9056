"""What ``laennec search`` does: count, record who asked, and list pseudonyms only where told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....datasets.readers.cohorts import (
    Cohort,
    LocalCodes,
    cohort_toml,
    parse_criteria,
    read_cohort,
)
from ....engine.errors import DataError
from ...batch.result.aggregate import suppressed
from ...batch.result.read import read_manifest
from ...clock import latest_day, utc_now
from ...store.store import Store, open_store
from ...whole_files import write_text
from ..files import write_csv
from ..local_codes import read_local_codes
from .access import decided, note_search, record_search
from .find import counted, search_people
from .stored import stored_visits
from .tables import NOTHING_BESIDE, Beside, Sources


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What is searched for, where, and by whom.

    Parameters
    ----------
    result : folder of a finished batch; the stored visits of ``database`` where None
    cohort : a saved search; or ``where``, its conditions
    beside : files beside the result
    thesaurus : the site's own codes
    database : address of the store, for decisions and for the record of this search
    actor : who searches
    by : columns whose groups are counted
    people_file : where pseudonyms are written; needs a store and an actor
    save, title : where the search is saved as a cohort
    """

    result: Path | None = None
    cohort: Path | None = None
    where: Sequence[str] = ()
    beside: Beside = NOTHING_BESIDE
    thesaurus: Path | None = None
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
    site = read_local_codes(options.thesaurus)
    cohort = _cohort(options, site)
    _check(options)
    store = open_store(options.database) if options.database else None
    try:
        sources, not_whole = _sources(cohort, options, site, store)
        found = search_people(cohort, sources, options.by)
        told = counted(cohort, found, options.by)
        told |= {name: suppressed({"people": n})["people"] for name, n in not_whole.items()}
        listed = options.people_file is not None
        if options.result is not None:
            told["malformed_lines"] = read_manifest(options.result).malformed_lines
        if store is not None:
            record_search(store, told, actor=options.actor, listed=listed, clock=utc_now)
        elif options.result is not None:
            note_search(options.result, told, actor=options.actor, clock=utc_now)
    finally:
        if store is not None:
            store.close()
    if options.people_file is not None:
        names = found.people["person_id"].to_pylist()
        write_csv(options.people_file, [("person_id",), *((name,) for name in names)])
    if options.save is not None:
        write_text(options.save, cohort_toml(cohort))
    return told


def _sources(
    cohort: Cohort, options: SearchOptions, site: LocalCodes, store: Store | None
) -> tuple[Sources, dict[str, int]]:
    """Return where to look, and how many stored people are not known in whole, by why."""
    stored = None
    if options.result is None and store is not None:
        trends = "trajectories" in cohort.criteria.tables
        stored = stored_visits(store, latest_day(utc_now), trends=trends)
    sources = Sources(
        options.result,
        options.beside,
        None if store is None else decided(store),
        site,
        None if stored is None else stored.tables,
    )
    if stored is None:
        return sources, {}
    return sources, {
        "visits_kept_without_values": stored.without_values,
        "visits_of_two_people": stored.contradicted,
    }


def _check(options: SearchOptions) -> None:
    if options.result is None and options.database is None:
        raise DataError(
            found="neither a result nor a store",
            why="there is nobody to search among",
            remedy="Give --result, or --database for the stored visits",
            path="--result",
        )
    of_a_batch = (
        ("--visits", options.beside.visits, "values"),
        ("--trajectories", options.beside.trajectories, "trends"),
    )
    for name, given, own in of_a_batch:
        if options.result is None and given is not None:
            raise DataError(
                found=f"{name} without the result of a batch of these tables",
                why=f"the stored visits have {own} of their own, and the two are not mixed",
                remedy=f"Give --result, or leave {name} out",
                path=name,
            )
    if options.database and not options.actor:
        raise DataError(
            found="a search in a store without a name of who searches",
            why="who looked is recorded in the audit trail, or nobody looks",
            remedy="Give --by",
            path="--by",
        )
    if options.people_file is not None and not options.database:
        raise DataError(
            found="a list of people without a store or without a name of who takes it",
            why="who takes pseudonyms is recorded in the audit trail, or nobody takes them",
            remedy="Give --database and --by",
            path="--people",
        )


def _cohort(options: SearchOptions, site: LocalCodes) -> Cohort:
    if (options.cohort is None) == (not options.where):
        raise DataError(
            found="a cohort and conditions, or neither",
            why="it is not known what is searched for",
            remedy="Give COHORT.toml, or --where",
            path="where",
        )
    if options.cohort is not None:
        return read_cohort(options.cohort, site)
    return Cohort(options.title, parse_criteria(options.where, site))
