"""Runs of a batch over Bulk Data of the examples, and what they say."""

import json
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
from fhir_support import exported, resources_of
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ("01-raised-risk", "02-items-missing", "03-urgent")


def run(tmp_path, found=None, **given):
    if found is not None:
        exported(tmp_path / "in", found)
    options = BatchOptions(
        **{"inputs": (tmp_path / "in",), "out": tmp_path / "out", "workers": 1, **given},
        today=date(2026, 11, 30),
    )
    return run_batch(options, SilentReporter())


def rows(out):
    return {row["person_id"]: row for row in pq.read_table(out / "parts").to_pylist()}


def answers(out):
    files = sorted((out / "answers").glob("*.ndjson"))
    return [json.loads(x) for f in files for x in f.read_text(encoding="utf-8").splitlines()]


def all_of(names):
    return [one for name in names for one in resources_of(name)]
