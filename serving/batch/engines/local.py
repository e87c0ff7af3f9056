"""The engine for one machine: the worker in this process, or several in a pool."""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing.context import BaseContext
from typing import Final

from ..options import BatchOptions
from ..plan import BatchPlan, Loaded
from .schedule import Schedule
from .worker import Outcome, Task, Worker, run_in_process, start_worker

TASKS_A_WORKER: Final = 2
"""Tasks that wait or run for each worker: the next one is there when one ends."""

POOL_RESTARTS: Final = 3

SMALL_RUN_PARTS: Final = {"fork": 1, "spawn": 2}
"""A run of so few parts is done before a second process has started."""


def run_tasks(
    plan: BatchPlan, loaded: Loaded, options: BatchOptions, schedule: Schedule
) -> Generator[Outcome, None, None]:
    """Run every task of the schedule and give each outcome as it comes.

    Closing the iterator stops asking for more: parts that are being made are finished, tasks that
    only wait are not begun.
    """
    # Asked here and not in the generator, which begins when the progress bar has a thread.
    return _run_tasks(plan, loaded, options, (schedule, start_method()))


def start_method() -> str:
    """Return how workers begin.

    A fork has the libraries and the models of its parent already, which takes a process most of a
    second of its own; it is taken only on Linux and where no other thread could hold a lock that
    the copy would wait for. Models run without threads of their own (``engine/runtime.py``).
    """
    alone = threading.active_count() == 1
    return "fork" if sys.platform == "linux" and alone else "spawn"


def _run_tasks(
    plan: BatchPlan, loaded: Loaded, options: BatchOptions, how: tuple[Schedule, str]
) -> Generator[Outcome, None, None]:
    schedule, method = how
    parts = schedule.chunk_count
    if options.worker_count == 1 or (parts is not None and parts <= SMALL_RUN_PARTS[method]):
        worker = Worker(plan, loaded, options)
        while (task := schedule.next()) is not None:
            outcome = worker.run(task)
            schedule.learn(outcome)
            yield outcome
        return
    there = loaded if method == "fork" else None
    pool = partial(_pool, multiprocessing.get_context(method), (plan, options, there))
    yield from _run_pool(pool, schedule, options.worker_count)


def _run_pool(
    make_pool: Callable[[int], AbstractContextManager[ProcessPoolExecutor]],
    schedule: Schedule,
    workers: int,
) -> Generator[Outcome, None, None]:
    """Run a pool, and another one for what was open where a process of it was killed."""
    open_tasks: dict[Task, None] = {}
    for _ in range(POOL_RESTARTS + 1):
        try:
            with make_pool(workers) as pool:
                yield from _feed(pool, schedule, open_tasks, workers)
        except BrokenProcessPool:
            continue
        return
    for task in open_tasks:
        yield Outcome(task, error="worker_lost", detail="BrokenProcessPool")


@contextmanager
def _pool(
    context: BaseContext, given: tuple[BatchPlan, BatchOptions, Loaded | None], workers: int
) -> Iterator[ProcessPoolExecutor]:
    stop = context.Event()
    plan, options, loaded = given
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=start_worker,
        initargs=(plan, options, stop, loaded),
    )
    try:
        yield pool
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while a process may be started, which inherits that.

    A new process ignores Ctrl-C only once it runs our code; until then, on a busy machine seconds
    later, Ctrl-C would end it with a traceback. Here it comes through a moment later.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _feed(
    pool: ProcessPoolExecutor, schedule: Schedule, open_tasks: dict[Task, None], workers: int
) -> Generator[Outcome, None, None]:
    """Keep the workers busy; ``open_tasks`` holds what is lost when a worker is killed."""
    waiting = list(open_tasks)
    running: dict[Future[Outcome], Task] = {}
    while True:
        while len(running) < TASKS_A_WORKER * workers:
            task = waiting.pop(0) if waiting else schedule.next()
            if task is None:
                break
            open_tasks[task] = None
            with _ctrl_c_held_back():
                running[pool.submit(run_in_process, task)] = task
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            outcome = future.result()
            del open_tasks[running.pop(future)]
            schedule.learn(outcome)
            yield outcome
