"""One worker: streams fragments and turns a chunk into a part."""

import errno
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyarrow as pa

from ....datasets.readers.tables import Chunk, Fragment, FragmentUnreadable, read_chunks
from ...whole_files import kept_whole
from ..make_plan import models_as_data
from ..options import BatchOptions
from ..plan import BatchPlan, Loaded, load_screening
from ..result.parts import (
    ANSWERS,
    PARTS,
    Part,
    answers_name,
    describe_part,
    file_sha256,
    write_part,
)
from ..table.context import with_context
from ..table.output import Place, decoded, screen_table
from ..table.withdrawn import split_withdrawn, tombstones

if TYPE_CHECKING:
    from ..ecg.earlier import EarlierEcgs
    from ..ecg.rows import EcgPlan

NOT_BEGUN: Final = "not_reached"
LOST_PARENT: Final = 3
_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


class Stop(Protocol):
    """An event shared with the parent process."""

    def is_set(self) -> bool:
        """Say whether the run is to end."""

    def set(self) -> None:
        """Let the run end."""


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk of one fragment."""

    fragment: int
    chunk: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    ``part`` where one was written; ``is_beyond`` where the fragment has no such chunk; ``error``
    else: ``file_unreadable`` (nothing further can be read of the fragment), ``part_failed`` (this
    part could not be screened), ``disk`` (the result can't be written), ``models_changed`` or
    ``worker_lost``; ``detail`` is the type of the error, never its text, which may quote a value.
    """

    task: Task
    part: Part | None = None
    is_beyond: bool = False
    error: str = ""
    detail: str = ""


@dataclass(slots=True)
class _Cursor:
    """An open fragment; chunks are asked for in order, so it is read once."""

    fragment: int = -1
    next: int = 0
    chunks: Iterator[Chunk] = field(default_factory=lambda: iter(()))


class Worker:
    """Screens chunks of a plan; one in each process.

    Parameters
    ----------
    plan : what the run does
    loaded : models and guideline rows
    options : the output folder, and the folder of ECGs where there is one
    """

    def __init__(self, plan: BatchPlan, loaded: Loaded, options: BatchOptions) -> None:
        self._plan, self._loaded, self._folder = plan, loaded, options.out / PARTS
        self._ecgs = _ecgs(options, loaded, plan.earlier_ecgs) if plan.ecg_columns else None
        self._answers = options.out / ANSWERS
        self._sha256 = plan.sha256
        self._cursor = _Cursor()

    @property
    def plan_sha256(self) -> str:
        """Return the hash of the plan that it works on."""
        return self._sha256

    def run(self, task: Task) -> Outcome:
        """Read, screen and write one chunk; whatever happens is told, not raised."""
        try:
            chunk = self._chunk(task)
        except FragmentUnreadable as error:
            self._cursor = _Cursor()
            return Outcome(task, error=error.code, detail=type(error.__cause__).__name__)
        if chunk is None:
            return Outcome(task, is_beyond=True)
        try:
            return Outcome(task, part=self._part(task, chunk))
        except OSError as error:
            if error.errno not in _DISK:
                return Outcome(task, error="part_failed", detail=type(error).__name__)
            return Outcome(task, error="disk", detail=errno.errorcode[error.errno])
        except Exception as error:  # noqa: BLE001 - one part must never stop the others; it is told
            return Outcome(task, error="part_failed", detail=type(error).__name__)

    def _part(self, task: Task, chunk: Chunk) -> Part:
        fragment = self._plan.fragments[task.fragment]
        plan = self._plan.tables[fragment.file.name]
        rows, gone = split_withdrawn(chunk.table, plan.person, self._plan.withdrawn)
        place = Place(fragment.file.name, chunk.offset, self._plan.today)
        if self._ecgs is not None and plan.ecg:
            from ..ecg.rows import screen_with_ecgs  # noqa: PLC0415 - filters, only where there are ECGs

            table = screen_with_ecgs(rows, plan, self._loaded, place, self._ecgs)
        else:
            loaded = self._loaded
            table = screen_table(rows, plan, loaded.models, loaded.guidelines, place)
        table = with_context(table, rows, plan, self._plan.context_columns)
        if len(gone):
            stones = tombstones(gone, table.schema)
            both = pa.Table.from_batches([decoded(table), decoded(stones)])
            table = both.combine_chunks().to_batches()[0]
        record = describe_part(table, (self._sha256, task.fragment), chunk)
        if self._plan.answers:
            record = replace(record, answers=self._answered(record.name, rows))
        return write_part(self._folder, table, record)

    def _answered(self, part: str, rows: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        """Write the answers of a part before the part, and return their hash, which it keeps."""
        from ..collected.answers import write_answers  # noqa: PLC0415 - FHIR, only where it is asked for

        target = self._answers / answers_name(part)
        with kept_whole(target) as aside:
            write_answers(aside, rows, self._loaded, self._plan.answers)
        return file_sha256(target)

    def _chunk(self, task: Task) -> Chunk | None:
        """Return a chunk, reading on from the last one where possible."""
        cursor = self._cursor
        if cursor.fragment != task.fragment or cursor.next > task.chunk:
            self._cursor = cursor = _Cursor(task.fragment, 0, self._open(task.fragment))
        for chunk in cursor.chunks:
            cursor.next = chunk.index + 1
            if chunk.index == task.chunk:
                return chunk
        cursor.next = task.chunk
        return None

    def _open(self, index: int) -> Iterator[Chunk]:
        fragment: Fragment = self._plan.fragments[index]
        table = self._plan.tables[fragment.file.name]
        return read_chunks(fragment, table.columns, table.csv, chunk_rows=self._plan.chunk_rows)


def _ecgs(options: BatchOptions, loaded: Loaded, earlier: "EarlierEcgs | None") -> "EcgPlan":
    from ..ecg.rows import ecg_plan  # noqa: PLC0415 - as above

    return ecg_plan(
        options.ecg_folder,
        loaded.models,
        same_numbering=options.ecg_same_numbering,
        earlier=earlier,
    )


class ModelsChanged(RuntimeError):
    """The models are no longer those of the plan."""


def prepare_worker(plan: BatchPlan, options: BatchOptions) -> Worker:
    """Load what the plan names, one thread for Arrow, and return a worker.

    Raises
    ------
    ModelsChanged  if other models are there than those of the plan
    """
    _one_thread_for_arrow()
    loaded = load_screening(options)
    if models_as_data(loaded.models) != plan.content["models"]:
        raise ModelsChanged
    return Worker(plan, loaded, options)


def _one_thread_for_arrow() -> None:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


_workers: list[Worker] = []
_stops: list[Stop] = []


def start_worker(
    plan: BatchPlan,
    options: BatchOptions,
    stop: Stop | None = None,
    loaded: Loaded | None = None,
) -> None:
    """Prepare a new process: it ignores Ctrl-C, which its parent answers, and ends with its parent.

    Parameters
    ----------
    plan, options : of the run
    stop : set by the parent; a task that has not begun by then is not begun
    loaded : the models of the parent, of which a forked process has a copy; loaded where None
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    _stops[:] = [] if stop is None else [stop]
    if loaded is not None:
        _one_thread_for_arrow()
        _workers[:] = [Worker(plan, loaded, options)]
        return
    try:
        _workers[:] = [prepare_worker(plan, options)]
    except ModelsChanged:
        _workers[:] = []


def _end_with_parent() -> None:
    """Let the process end when its parent is killed, else it would wait and hold the lock."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = partial(_exit_after, parent.sentinel)
        threading.Thread(target=watch, daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(LOST_PARENT)


def run_in_process(task: Task) -> Outcome:
    """Run a task in a process that ``start_worker`` prepared."""
    if any(stop.is_set() for stop in _stops):
        return Outcome(task, error=NOT_BEGUN)
    if not _workers:
        return Outcome(task, error="models_changed", detail="after the run was planned")
    return _workers[0].run(task)
