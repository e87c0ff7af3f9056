"""What a batch run is asked to do."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from ...engine.errors import ScreeningError

CHUNK_ROWS: Final = 25_000
"""Rows of one output part; memory of a worker is proportional to it, whatever the input."""

ECG_CHUNK_ROWS: Final = 128
"""The same where ECGs are read, of which one takes as long as thousands of rows."""

ENGINES: Final = ("local", "spark")


class BatchRefused(ScreeningError):
    """A run that can't start, or can't go on where another one stopped."""

    code = "batch_refused"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """The options of ``laennec batch``.

    Parameters
    ----------
    inputs : Parquet, CSV (also .gz) and Arrow files, FHIR Bulk Data (.ndjson, also .gz), and
        folders that hold them
    out : folder of the result; empty or absent, or with ``resume`` the folder of the same run
    mapping : mapping file, for columns with other names or units
    guidelines : topic -> set; topics that are not named keep their default
    models : folders of models or bundles; the shipped models where None
    trust : folder of further public keys
    workers : processes; as many as there are processors where None
    engine : ``local`` or ``spark``
    spark_master : of Spark; this machine with ``workers`` processes where None
    resume : go on where a run with the very same plan stopped
    research : also use models that stand under ``_experimental``
    chunk_rows : rows of one output part; ``CHUNK_ROWS``, or with ECGs ``ECG_CHUNK_ROWS``, where
        None
    omop_database : address of a database that holds an OMOP CDM, read instead of ``inputs``
    omop_schema : of the tables in that database
    concepts : concept sets of an OMOP CDM; the shipped ones where None
    ecg_same_numbering : an ECG whose header states another identifier than the row is of another
        person; False where the device numbers people in its own way, so that identifiers say
        nothing (birth date, sex and age are compared all the same)
    results_database : address of a database into whose tables of our own the result is copied too
    ecg_folder : the one folder in which the files of ``ecg_path`` are looked for; none is read
        where None
    answers : language in which the answer to each Bundle of Bulk Data is written as a Bundle
        beside the result; none is where None
    withdrawn : file of people who withdrew their consent, one person_id a line
    today : a visit after this day is refused; nothing is refused for its date where None. A run
        that is resumed keeps the day on which it began
    """

    inputs: tuple[Path, ...]
    out: Path
    mapping: Path | None = None
    guidelines: Mapping[str, str] = field(default_factory=dict)
    models: tuple[Path, ...] | None = None
    trust: Path | None = None
    workers: int | None = None
    engine: str = "local"
    resume: bool = False
    research: bool = False
    chunk_rows: int | None = None
    today: date | None = None
    spark_master: str | None = None
    omop_database: str | None = field(default=None, repr=False)
    omop_schema: str | None = None
    concepts: Path | None = None
    ecg_folder: Path | None = None
    ecg_same_numbering: bool = True
    results_database: str | None = field(default=None, repr=False)
    withdrawn: Path | None = None
    answers: str | None = None

    @property
    def worker_count(self) -> int:
        """Return how many processes screen."""
        if self.workers is not None:
            return self.workers
        known = getattr(os, "sched_getaffinity", None)
        return len(known(0)) if known else os.cpu_count() or 1

    @property
    def part_rows(self) -> int:
        """Return the rows of one output part."""
        if self.chunk_rows is not None:
            return self.chunk_rows
        return CHUNK_ROWS if self.ecg_folder is None else ECG_CHUNK_ROWS

    def check(self) -> None:
        """Refuse what no run can do.

        Raises
        ------
        BatchRefused  if the engine is unknown, or a number is not positive
        """
        if self.engine not in ENGINES:
            raise BatchRefused(
                found=f"the engine {self.engine!r}",
                why="nothing of that name runs a batch",
                remedy="Use --engine local or --engine spark",
                path="engine",
            )
        if self.worker_count < 1 or self.part_rows < 1:
            raise BatchRefused(
                found=f"{self.worker_count} workers and {self.part_rows} rows a part",
                why="both are counts of at least one",
                remedy="Leave --workers out to use every processor",
                path="workers",
            )
