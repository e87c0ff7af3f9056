"""The engine for many machines: the same worker under Spark's ``mapInArrow``.

A row of the Spark table is a fragment of the input; the worker that runs on it is the one of the
local engine, reads the fragment, and writes the same parts with the same bytes into the same
folder. A task that is lost is run again by Spark, and finds the parts that it had finished. Input
and output folder must be seen by every machine under the same path.
"""

import json
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

import pyarrow as pa

from ....datasets.readers.tables import TablePlan
from ..options import BatchOptions, BatchRefused
from ..plan import BatchPlan, Loaded, load_screening
from ..result.parts import Part, part_name, part_of
from ..table.output import SCHEMA, Place, decoded, screen_table
from .schedule import Schedule
from .worker import Outcome, Task, Worker, prepare_worker

PYTHON: Final = "PYSPARK_PYTHON"
TASK_ATTEMPTS: Final = 4
TASK_COLUMN: Final = "fragment long"
OUTCOME_COLUMN: Final = "outcome string"


def run_spark(
    plan: BatchPlan, options: BatchOptions, schedule: Schedule
) -> Generator[Outcome, None, None]:
    """Run every fragment that is not whole as a task of Spark, and give the outcomes.

    Raises
    ------
    BatchRefused  if pyspark or Java is not there
    """
    session = _session(options)
    open_fragments = schedule.open_fragments()
    if not open_fragments:
        return
    session.sparkContext.setLogLevel("ERROR")
    tasks = session.createDataFrame([(f,) for f in open_fragments], TASK_COLUMN)
    spread = tasks.repartitionByRange(len(open_fragments), "fragment")
    answers = spread.mapInArrow(_fragment_runner(plan, options), OUTCOME_COLUMN).collect()
    for answer in answers:
        yield _outcome(json.loads(answer["outcome"]))


def _session(options: BatchOptions) -> Any:  # noqa: ANN401 - pyspark is optional
    os.environ.setdefault(PYTHON, sys.executable)
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - the extra `spark`
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise _refused("no pyspark", "Install it: pip install 'laennec[spark]'") from error
    master = options.spark_master or f"local[{options.worker_count},{TASK_ATTEMPTS}]"
    builder = SparkSession.builder.master(master).appName("laennec batch")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.task.maxFailures": str(TASK_ATTEMPTS),
        "spark.executorEnv.OMP_NUM_THREADS": "1",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        found = f"a Spark that does not start ({type(error).__name__})"
        raise _refused(found, "Install Java 17 and set JAVA_HOME, or --engine local") from error


def _refused(found: str, remedy: str) -> BatchRefused:
    why = "--engine spark runs on it"
    return BatchRefused(found=found, why=why, remedy=remedy, path="engine")


def _fragment_runner(
    plan: BatchPlan, options: BatchOptions
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what ``mapInArrow`` runs: fragments in, what became of each of their chunks out."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        worker = _worker(plan, options)
        for batch in batches:
            for fragment in batch.column(0).to_pylist():
                told = [_as_json(outcome) for outcome in _chunks(worker, options, fragment)]
                yield pa.RecordBatch.from_pydict({"outcome": pa.array(told, pa.string())})

    return run


_workers: dict[tuple[str, str], Worker] = {}


def _worker(plan: BatchPlan, options: BatchOptions) -> Worker:
    """Return the worker of this process, made once a run: Spark keeps its processes."""
    run = (plan.sha256, str(options.out))
    if run not in _workers:
        _workers.clear()
        _workers[run] = prepare_worker(plan, options)
    return _workers[run]


def _chunks(worker: Worker, options: BatchOptions, fragment: int) -> Iterator[Outcome]:
    """Make the chunks of a fragment one after the other; one that is there is kept."""
    chunk = 0
    while True:
        task = Task(fragment, chunk)
        there = part_of(options.out, part_name(fragment, chunk), worker.plan_sha256)
        outcome = Outcome(task, part=there) if there else worker.run(task)
        if outcome.is_beyond:
            return
        yield outcome
        ended = outcome.part is not None and outcome.part.record.is_last
        if ended or outcome.error in ("file_unreadable", "disk"):
            return
        chunk += 1


def _as_json(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome))


def _outcome(raw: Mapping[str, Any]) -> Outcome:
    part = raw["part"]
    return Outcome(
        Task(**raw["task"]),
        None if part is None else Part.from_dict(part),
        error=raw["error"],
        detail=raw["detail"],
    )


def spark_columns() -> str:
    """Return the columns of a result as Spark writes a schema."""
    return ", ".join(f"{field.name} {_spark_type(field.type)}" for field in SCHEMA)


def _spark_type(kind: Any) -> str:  # noqa: ANN401
    if pa.types.is_list(kind):
        return f"array<{_spark_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{','.join(f'{f.name}:{_spark_type(f.type)}' for f in kind)}>"
    names = {
        pa.float64(): "double",
        pa.int16(): "short",
        pa.date32(): "date",
        pa.string(): "string",
    }
    return names[kind]


def spark_screener(
    plan: TablePlan, options: BatchOptions
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function that screens the rows of a Spark DataFrame of one's own.

    ``frame.mapInArrow(spark_screener(plan, options), spark_columns())``, where the columns of the
    frame are those of the plan (``plan_table``). Where Spark reads the table, it need not be a file
    that every machine sees.
    """

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        loaded: Loaded = load_screening(options)
        place = Place(today=options.today)
        for batch in batches:
            found = screen_table(batch, plan, loaded.models, loaded.guidelines, place)
            yield decoded(found)

    return run
