"""A folder of results without a batch: its parts, and a manifest that lists them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from laennec.serving.batch.result.parts import RESULT_SCHEMA
from laennec.serving.batch.table.output import SCHEMA
from laennec.serving.batch.table.status import NOT_ASSESSABLE
from laennec.serving.years.trajectories.run import MANIFEST
from laennec.serving.years.trajectories.run import SCHEMA as TRAJECTORIES

_MANIFEST = {
    "schema": RESULT_SCHEMA,
    "state": "complete",
    "not_done": [],
    "plan": {"input": [], "models": [], "guidelines": {}, "today": None},
    "output": {"content_sha256": "0" * 64},
}


def write_result(folder: Path, *tables: Any) -> Path:
    """Write each table as a part, with a manifest of a finished run.

    A column that a table does not have is empty, its status not assessable.
    """
    (folder / "parts").mkdir(parents=True)
    for number, table in enumerate(tables):
        pq.write_table(_whole(table), folder / "parts" / f"part-000000-{number:06d}.parquet")
    stamp_manifest(folder)
    return folder


def stamp_manifest(folder: Path, **said: Any) -> None:
    """Write the manifest of the parts that are there, or write it anew after they were changed."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text()) if path.is_file() else _MANIFEST
    parts = [
        {"name": p.name, "rows": pq.read_metadata(p).num_rows,
         "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
        for p in sorted((folder / "parts").glob("part-*.parquet"))
    ]  # fmt: skip
    output = {**manifest.get("output", {}), "parts": parts}
    path.write_text(json.dumps({**manifest, "output": output, **said}))


def write_trajectories(path: Path, table: Any) -> Path:
    """Write a table of trajectories, and beside it the manifest that says of what it was made."""
    pq.write_table(table, path)
    said = {
        "schema": TRAJECTORIES,
        "table_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "today": "2026-11-03",
        "input": [],
    }
    path.with_name(MANIFEST).write_text(json.dumps(said))
    return path


def _whole(table: Any) -> Any:
    n = table.num_rows
    empty = {"status": pa.repeat(NOT_ASSESSABLE, n)}
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else empty.get(field.name, pa.nulls(n, field.type))
        for field in SCHEMA
    ]
    return pa.table(columns, schema=SCHEMA)
