"""What is installed, which models are ready, and what would not work."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

from ..engine import Guidelines, Models

BASE: Final = ("numpy", "scipy", "onnxruntime", "pyarrow", "cryptography", "sqlalchemy", "jinja2")
EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "train": ("torch", "skfuzzy", "sklearn", "onnx", "mlflow", "shap", "wfdb"),
    "report": ("weasyprint", "matplotlib"),
    "spark": ("pyspark",),
    "postgres": ("psycopg",),
    "xsd": ("xmlschema",),
}
_NEEDED_FOR: Final = {
    "train": "laennec train",
    "report": "PDF reports",
    "spark": "laennec batch --engine spark",
    "postgres": "a PostgreSQL store",
    "xsd": "a CDA against the schema of a site",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``ok`` False means that ``detail`` says what would not work."""

    name: str
    ok: bool
    detail: str


def examine(models: Models, guidelines: Guidelines) -> tuple[Check, ...]:
    """Return everything that was looked at, in the order in which it matters."""
    return (
        _python(),
        *(_package(name) for name in BASE),
        *(_extra(name, modules) for name, modules in EXTRAS.items()),
        *_models(models),
        Check(
            "guidelines",
            True,
            ", ".join(f"{topic}={name}" for topic, name in guidelines.sets.items())
            + f"; {guidelines.rows_unsigned} rows not signed by a clinician",
        ),
    )


def is_able_to_screen(checks: tuple[Check, ...]) -> bool:
    """Say whether visits can be screened: the base packages and at least one model are there."""
    broken = {check.name for check in checks if not check.ok}
    return not broken & {"python", "models", *BASE}


def _python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return Check("python", sys.version_info >= (3, 11), f"{found}, 3.11 or later is needed")


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(
            name, False, "not installed: run `make run`, or pip install -e . in the source folder"
        )


def _extra(name: str, modules: tuple[str, ...]) -> Check:
    absent = [module for module in modules if find_spec(module) is None]
    if not absent:
        return Check(f"extra {name}", True, "installed")
    detail = f"without {', '.join(absent)}, {_NEEDED_FOR[name]} would not work"
    return Check(
        f"extra {name}", False, f"{detail}: pip install -e '.[{name}]' in the source folder"
    )


def _models(models: Models) -> list[Check]:
    found = [
        Check(
            f"model {b.manifest.id}",
            True,
            f"{b.manifest.version}, key {b.manifest.key}, {len(b.rules.rules)} rules",
        )
        for b in models.loaded
    ]
    read_ecgs = [(b.manifest, "reads the waves of an ECG") for b in models.signals]
    read_ecgs += [(b.manifest, f"{len(b.rules.rules)} rules") for b in models.statements]  # type: ignore[misc]  # two manifests with the same three fields
    found += [
        Check(f"model {m.id}", True, f"{m.version}, key {m.key}, {what}") for m, what in read_ecgs
    ]
    found += [Check(f"model {r.id}", False, f"refused: {r.error}") for r in models.refused]
    ready = len(models.loaded) + len(read_ecgs)
    count = f"{ready} ready, {len(models.refused)} refused"
    detail = count if models.loaded else f"{count}: every risk would be not assessable"
    return [Check("models", bool(models.loaded), detail), *found]
