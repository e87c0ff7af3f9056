"""Runs a batch from its options to its manifest."""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from ..whole_files import write_json
from .collected.inputs import collected_input
from .collected.plan import LEFT_OUT
from .ecg.plan import NONE_THERE, none_is_there, none_there_words
from .engines.local import run_tasks
from .engines.schedule import Schedule
from .engines.worker import Outcome
from .make_plan import make_plan
from .options import BatchOptions
from .plan import BatchPlan, Loaded, load_screening
from .progress import Reporter, default_reporter
from .result.aggregate import AGGREGATE_FILE, aggregate
from .result.folder import output_folder
from .result.manifest import NO_ROWS, make_manifest
from .result.parts import MANIFEST_FILE, PARTS, Part, parts_there

EXIT_DONE: Final = 0
EXIT_PARTLY_DONE: Final = 3

State = Literal["complete", "partly_done"]


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a run did.

    Attributes
    ----------
    state : complete, or partly_done where something of the input is not in the result
    interrupted : Ctrl-C stopped it
    manifest : the manifest as data; it stands in ``manifest_path``
    rows_screened : by this run, parts of an earlier one not counted
    seconds : of this run
    """

    state: State
    interrupted: bool
    manifest: Mapping[str, Any]
    manifest_path: Path
    rows_screened: int
    seconds: float

    @property
    def exit_code(self) -> int:
        """Return what the command line exits with."""
        return EXIT_PARTLY_DONE if self.not_in_result else EXIT_DONE

    @property
    def not_in_result(self) -> tuple[str, ...]:
        """Return what of the input is not in the result; the manifest says it under the same names.

        Rows that can't be read are not done either, nor are ECGs of which not one is there, nor
        resources that name no visit; an input without a row is an export that came out empty.
        """
        parts = () if self.state == "complete" else ("not_done",)
        lines = ("malformed_lines",) if self.manifest["malformed_lines"] else ()
        told = set(self.manifest["notices"])
        return (*parts, *lines, *(name for name in (LEFT_OUT, NONE_THERE, NO_ROWS) if name in told))

    @property
    def content_sha256(self) -> str:
        """Return the hash of what the result says."""
        return str(self.manifest["output"]["content_sha256"])

    @property
    def counts(self) -> Mapping[str, Any]:
        """Return rows in, scored, not assessable, refused, by reason."""
        counts: Mapping[str, Any] = self.manifest["counts"]
        return counts


@dataclass(slots=True)
class _Progress:
    parts: dict[str, Part]
    failures: list[Outcome] = field(default_factory=list)
    rows: int = 0
    interrupted: bool = False


def run_batch(options: BatchOptions, reporter: Reporter | None = None) -> BatchSummary:
    """Screen every row of the input, or go on where a run of the same plan stopped.

    Parameters
    ----------
    options : what to do
    reporter : told how far it is; a bar or plain lines on standard error where None

    Returns
    -------
    the summary; the result is in ``options.out``: ``parts/*.parquet``, ``plan.json``,
    ``manifest.json``. After Ctrl-C, a full disk or an unreadable file the state is ``partly_done``
    and every part that is there is whole.

    Raises
    ------
    TableRefused  if the input, the mapping or the columns can't be used; nothing was written
    BatchRefused  if the options or the output folder can't be used
    GuidelineError, ModelError  if a guideline set or a trusted key does not exist
    """
    options.check()
    reporter = default_reporter() if reporter is None else reporter
    began = time.monotonic()
    if options.ecg_folder is not None:
        from .ecg.folder import with_ecg_table  # noqa: PLC0415 - readers, only where there are ECGs

        options = with_ecg_table(options, reporter)
    loaded = load_screening(options)
    collected = collected_input(options, reporter)
    if options.ecg_folder is not None:
        reporter.line("batch: hashing the ECG files, so that --resume can tell a changed one")
    plan = make_plan(options, loaded, collected)
    if none_is_there(plan.content["ecg"]):
        reporter.line(none_there_words(plan.content["ecg"]))
    with output_folder(options.out, plan, resume=options.resume) as there:
        progress = _Progress(dict(there))
        _screen_all(plan, loaded, options, (progress, reporter))
        if progress.interrupted:
            progress.parts = parts_there(options.out / PARTS, plan.sha256)
        manifest = make_manifest(plan, loaded, progress.parts, progress.failures)
        interrupted = progress.interrupted and manifest["state"] != "complete"
        write_json(options.out / AGGREGATE_FILE, aggregate(options.out))
        write_json(options.out / MANIFEST_FILE, manifest)
        if options.results_database and manifest["state"] == "complete":
            from .result.into_database import into_database  # noqa: PLC0415 - SQLAlchemy only when asked

            where = (options.results_database, options.omop_schema)
            into_database(options.out, plan.sha256, *where)
    if interrupted:
        reporter.line("batch: interrupted; the parts that are there are whole, --resume goes on")
    return BatchSummary(
        state=manifest["state"],
        interrupted=interrupted,
        manifest=manifest,
        manifest_path=options.out / MANIFEST_FILE,
        rows_screened=progress.rows,
        seconds=time.monotonic() - began,
    )


def _screen_all(
    plan: BatchPlan, loaded: Loaded, options: BatchOptions, told: tuple[_Progress, Reporter]
) -> None:
    progress, reporter = told
    schedule = Schedule(plan.fragments, plan.chunk_rows, progress.parts)
    outcomes = _outcomes(plan, loaded, options, schedule)
    reporter.start(schedule.chunk_count, len(progress.parts), options.worker_count)
    with _told(reporter, progress), closing(outcomes):
        for outcome in outcomes:
            _note(outcome, progress, reporter, schedule.chunk_count)
            if outcome.error == "disk":
                break


def _outcomes(
    plan: BatchPlan, loaded: Loaded, options: BatchOptions, schedule: Schedule
) -> Generator[Outcome, None, None]:
    if options.engine == "spark":
        from .engines.spark import run_spark  # noqa: PLC0415 - pyspark is an extra

        return run_spark(plan, options, schedule)
    return run_tasks(plan, loaded, options, schedule)


@contextmanager
def _told(reporter: Reporter, progress: _Progress) -> Iterator[None]:
    """Turn Ctrl-C into an end in good order."""
    try:
        yield
    except KeyboardInterrupt:
        progress.interrupted = True
        reporter.line("batch: stopping; parts that are being made are finished first")
    finally:
        reporter.stop()


def _note(outcome: Outcome, progress: _Progress, reporter: Reporter, parts: int | None) -> None:
    if outcome.part is not None:
        progress.parts[outcome.part.record.name] = outcome.part
        progress.rows += outcome.part.record.rows
        reporter.part(outcome.part.record.rows, parts)
    elif outcome.error:
        progress.failures.append(outcome)
        task = outcome.task
        reporter.line(
            f"batch: fragment {task.fragment} part {task.chunk}: {outcome.error} ({outcome.detail})"
        )
