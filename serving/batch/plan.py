"""Everything that decides what a run writes, and its hash: the same plan gives the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...datasets.readers.tables import (
    Fragment,
    FragmentUnreadable,
    TablePlan,
)
from ...engine.bundles.load import Models, load_models
from ...engine.bundles.signing import load_trust
from ...engine.canonical import content_hash
from ...engine.guidelines import Guidelines, load_guidelines
from .options import BatchOptions, BatchRefused

if TYPE_CHECKING:
    from .ecg.earlier import EarlierEcgs

PLAN_SCHEMA: Final = "laennec.batch_plan/1"
PLAN_FILE: Final = "plan.json"
TODAY: Final = "today"
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


def stored_json(path: Path) -> Mapping[str, Any]:
    """Return an object that was written as JSON, empty where it can't be read."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        stored = {}
    return stored if isinstance(stored, dict) else {}


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
