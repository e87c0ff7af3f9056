"""Looks at every input of a run, and decides what it does before it does anything."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort
import pyarrow as pa

from ...datasets.readers.omop import Collected
from ...datasets.readers.tables import (
    Contents,
    Fragment,
    FragmentUnreadable,
    InputFile,
    TableMapping,
    TablePlan,
    TableProblem,
    TableRefused,
    find_inputs,
    list_fragments,
    plan_table,
    read_contents,
    read_mapping,
)
from ...engine.bundles.load import Models
from .code_hash import code_sha256
from .collected.plan import BULK_SCHEMA, collected_files, collected_table
from .ecg.plan import ecgs_as_data, named_in_folder
from .options import BatchOptions, BatchRefused
from .plan import PLAN_FILE, PLAN_SCHEMA, TODAY, BatchPlan, Loaded, stored_json
from .table.withdrawn import read_withdrawn

if TYPE_CHECKING:
    from .ecg.earlier import EarlierEcgs


def make_plan(
    options: BatchOptions, loaded: Loaded, collected: Collected | None = None
) -> BatchPlan:
    """Look at every input and decide what the run does, before it does anything.

    Parameters
    ----------
    options : what to do
    loaded : models and guideline rows
    collected : the table that was made of an OMOP CDM or of Bulk Data, screened instead of the
        inputs

    Raises
    ------
    TableRefused  with every problem of the mapping and of every file's columns
    """
    mapping = read_mapping(options.mapping) if options.mapping else TableMapping()
    files = find_inputs(options.inputs if collected is None else collected_files(collected))
    readable, broken = _open(files, mapping)
    if not readable:
        raise TableRefused([_as_problem(error) for error in broken.values()])
    tables = (
        _plan_tables(readable, mapping)
        if collected is None
        else {file.name: collected_table(collected, file) for file, _ in readable}
    )
    withdrawn = read_withdrawn(options.withdrawn)
    fragments = list_fragments(readable)
    content = {
        "schema": PLAN_SCHEMA,
        "input": [{"name": f.name, "bytes": f.size, "sha256": f.sha256()} for f in files],
        "mapping": _hash(mapping.text),
        "columns": {name: _plain(asdict(table)) for name, table in tables.items()},
        "models": models_as_data(loaded.models),
        "models_refused": [
            {"id": refused.id, "code": refused.error.code} for refused in loaded.models.refused
        ],
        "guidelines": dict(loaded.guidelines.sets),
        "code": {"version": version("laennec"), "sha256": code_sha256(), "libraries": _libraries()},
        "chunk_rows": options.part_rows,
        "ecg": ecgs_as_data(options, loaded.models, fragments, tables),
        **_collected_as_data(collected),
        "answers": options.answers or "",
        "withdrawn": {"people": len(withdrawn), "sha256": _hash("\n".join(withdrawn))},
    }
    earlier = _earlier_ecgs(options, fragments, tables, withdrawn)
    return BatchPlan(fragments, tables, broken, content, _today(options), withdrawn, earlier)


def _earlier_ecgs(
    options: BatchOptions,
    fragments: tuple[Fragment, ...],
    tables: Mapping[str, TablePlan],
    withdrawn: tuple[str, ...],
) -> "EarlierEcgs | None":
    """Return which ECG is the last earlier one of whom; None where no row names a file."""
    in_bundles = any(table.ecg and table.bundle for table in tables.values())
    if in_bundles or not named_in_folder(options, tables):
        return None
    from .ecg.earlier import earlier_ecgs  # noqa: PLC0415 - readers, only where there are ECGs

    return earlier_ecgs(fragments, tables, withdrawn)


def _collected_as_data(collected: Collected | None) -> dict[str, dict[str, Any]]:
    """Return what the input was made of, under what it is."""
    content = {} if collected is None else dict(collected.content)
    is_bulk = content.get("schema") == BULK_SCHEMA
    return {"omop": {} if is_bulk else content, "bulk": content if is_bulk else {}}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _today(options: BatchOptions) -> date | None:
    """Return the day of the run: that of the folder's run where it is resumed."""
    path = options.out / PLAN_FILE
    if not (options.resume and path.is_file()):
        return options.today
    said = stored_json(path).get(TODAY)
    try:
        return None if said is None else date.fromisoformat(said)
    except (TypeError, ValueError) as error:
        raise BatchRefused(
            found="a plan whose day can't be read",
            why="it is not known which visits had not come yet when the run began",
            remedy="Run the batch again into another folder",
            path=PLAN_FILE,
        ) from error


def _open(
    files: Sequence[InputFile], mapping: TableMapping
) -> tuple[list[tuple[InputFile, Contents]], dict[str, FragmentUnreadable]]:
    readable, broken = [], {}
    for file in files:
        try:
            readable.append((file, read_contents(file, mapping.csv)))
        except FragmentUnreadable as error:
            broken[file.name] = error
    return readable, broken


def _as_problem(error: FragmentUnreadable) -> TableProblem:
    return TableProblem(error.code, error.path, error.found, error.why, error.remedy)


def _plan_tables(
    files: Sequence[tuple[InputFile, Contents]], mapping: TableMapping
) -> dict[str, TablePlan]:
    """Return what the columns of every file are, or everything that is wrong with all of them."""
    tables: dict[str, TablePlan] = {}
    problems: list[TableProblem] = []
    snippet = ""
    for file, contents in files:
        try:
            tables[file.name] = plan_table(contents.columns, mapping, name=file.name)
        except TableRefused as error:
            problems.extend(error.problems)
            snippet = snippet or error.snippet
    if problems:
        raise TableRefused(problems, snippet)
    return tables


def models_as_data(models: Models) -> list[dict[str, str]]:
    """Return which models answer, by the hash that pins every file of theirs."""
    return [
        {
            "id": bundle.manifest.id,
            "version": bundle.manifest.version,
            "outcome": bundle.manifest.outcome,
            "sha256": bundle.sha256,
            "key": bundle.manifest.key,
        }
        for bundle in models.loaded
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return data in which tuples are lists, as JSON will give it back."""
    return json.loads(json.dumps(value))


def _libraries() -> dict[str, str]:
    """Return the libraries whose version can change a bit of the result."""
    return {"numpy": np.__version__, "onnxruntime": ort.__version__, "pyarrow": pa.__version__}
