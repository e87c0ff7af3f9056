"""Everything that decides what a run writes, and its hash: the same plan gives the same bytes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
from ...engine.bundles.load import Models, load_models
from ...engine.bundles.signing import load_trust
from ...engine.canonical import content_hash
from ...engine.guidelines import Guidelines, load_guidelines
from .collected.plan import BULK_SCHEMA, collected_files, collected_table
from .ecg.plan import ecgs_as_data, named_in_folder
from .options import BatchOptions, BatchRefused
from .table.withdrawn import read_withdrawn

if TYPE_CHECKING:
    from .ecg.earlier import EarlierEcgs

PLAN_SCHEMA: Final = "laennec.batch_plan/1"
PLAN_FILE: Final = "plan.json"
TODAY: Final = "today"
_ROOT: Final = Path(__file__).parents[2]
_CODE: Final = ("engine", "datasets/readers", "serving/batch", "serving/fhir")
_CODE_SUFFIXES: Final = (".py", ".toml")
_SECTIONS: Final = (
    "input", "mapping", "models", "guidelines", "code", "chunk_rows", "omop", "bulk", "answers",
    "ecg", "withdrawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """What every worker has in memory: the models and the guideline rows."""

    models: Models
    guidelines: Guidelines


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a run will do.

    Attributes
    ----------
    fragments : the parts of the input, in order
    tables : what the columns of each fragment's file are, by file name
    unreadable : files that can't even be opened, with why
    content : the plan as plain data; its hash names the run
    today : visits after this day are refused. It is not part of the hash, so that a run gives the
        same bytes on another day; it stands in ``plan.json`` and a resumed run keeps it
    withdrawn : people of whom nothing is screened; only their number and a hash are in ``content``
    earlier_ecgs : the ECGs of everybody with several; None where no row names a file
    """

    fragments: tuple[Fragment, ...]
    tables: Mapping[str, TablePlan]
    unreadable: Mapping[str, FragmentUnreadable]
    content: Mapping[str, Any]
    today: date | None = None
    withdrawn: tuple[str, ...] = ()
    earlier_ecgs: "EarlierEcgs | None" = None

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as it stands in ``plan.json``."""
        return {**self.content, TODAY: self.today.isoformat() if self.today else None}

    @property
    def sha256(self) -> str:
        """Return the hash of the plan."""
        return content_hash(self.content)

    @property
    def ecg_columns(self) -> tuple[str, ...]:
        """Return the columns that ECGs add to the result."""
        return tuple(self.content["ecg"].get("columns", ()))

    @property
    def answers(self) -> str:
        """Return the language of the answers to Bundles; empty where none are written."""
        return str(self.content["answers"])

    @property
    def context_columns(self) -> tuple[str, ...]:
        """Return the columns that say where and with what a row was measured, of every file."""
        return tuple(sorted({role.name for t in self.tables.values() for role in t.context}))

    @property
    def chunk_rows(self) -> int:
        """Return the rows of one output part."""
        return int(self.content["chunk_rows"])


def load_screening(options: BatchOptions) -> Loaded:
    """Load models and guideline rows as the options say.

    Raises
    ------
    GuidelineError  if a topic or set does not exist
    ModelError  if a trusted key can't be read
    """
    trust = load_trust(options.trust)
    models = load_models(options.models, trust=trust, research=options.research)
    return Loaded(models, load_guidelines(options.guidelines))


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


def stored_json(path: Path) -> Mapping[str, Any]:
    """Return an object that was written as JSON, empty where it can't be read."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        stored = {}
    return stored if isinstance(stored, dict) else {}


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


@cache
def code_sha256() -> str:
    """Return the hash of every source and data file that takes part in a screening."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _code_files() -> Iterator[Path]:
    for folder in _CODE:
        inside = (_ROOT / folder).rglob("*")
        yield from sorted(p for p in inside if p.suffix in _CODE_SUFFIXES and p.is_file())


def check_same_plan(plan: BatchPlan, stored: Mapping[str, Any]) -> None:
    """Refuse to go on with a run whose plan was another one.

    Raises
    ------
    BatchRefused  naming what is different
    """
    stored = {key: value for key, value in stored.items() if key != TODAY}
    if content_hash(stored) == plan.sha256:
        return
    changed = [
        s for s in (*_SECTIONS, "columns", "models_refused") if stored.get(s) != plan.content[s]
    ]
    raise BatchRefused(
        found=f"the folder of a run with another plan ({', '.join(changed) or 'schema'} differ)",
        why="parts of two plans in one result would be two results under one name",
        remedy="Restore what changed, or give another folder to --out",
        path=PLAN_FILE,
    )
