"""What a plan names, held against engine and models: all that can be known without any data."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ...datasets.readers.tables import TableMapping, read_mapping
from ...datasets.readers.tables.targets import find_target
from ...engine.bundles.load import Models
from ...engine.bundles.verify import Bundle
from ...engine.exposures import SECTION as EXPOSURE
from ...engine.features import feature_table
from ...engine.vocabulary.load import vocabulary_with
from ...engine.vocabulary.site import site_exposures
from ..errors import StudyProblem
from ..protocol.model import Protocol
from ..protocol.read import conditions

ANSWERS: Final = " that answers one number a person"
_AGE: Final = "age"
_SEX: Final = "sex"


def plan_problems(protocol: Protocol, models: Models, folder: Path) -> Iterator[StudyProblem]:
    """Yield everything that no data could make right.

    Parameters
    ----------
    protocol : whose own form is right
    models : from ``load_models``
    folder : in which its mapping stands

    Raises
    ------
    TableRefused  if the mapping can't be read
    ModelError  if the model of the plan was refused when it was loaded
    """
    known = {str(row["name"]): row for row in feature_table()}
    questions = vocabulary_with(site_exposures()).questions
    exposures = {q.removeprefix(EXPOSURE): q for q in questions if q.startswith(EXPOSURE)}
    for path, condition in conditions(protocol):
        if condition.feature is not None and condition.feature not in known:
            yield _unknown(path, condition.feature, "feature", known)
        if condition.exposure is not None and condition.exposure not in exposures:
            yield _unknown(path, condition.exposure, "exposure", exposures)
    for index, comparator in enumerate(protocol.comparators):
        if comparator.kind == "feature" and comparator.name not in known:
            yield _unknown(f"comparator[{index}].name", comparator.name, "feature", known)
    yield from _unknown_models(protocol, models)
    yield from _thresholds(protocol, models)
    if not any(b.manifest.id == protocol.index_test.model for b in models.loaded):
        return
    yield from _incorporation(protocol, the_index_test(protocol, models), folder)


def the_index_test(protocol: Protocol, models: Models) -> Bundle:
    """Return the model that a protocol without `plan_problems` names."""
    return next(b for b in models.loaded if b.manifest.id == protocol.index_test.model)


def other_than_installed(protocol: Protocol, models: Models) -> list[str]:
    """Return the keys of a plan that mean another index test than the one that is installed."""
    bundle, asked = the_index_test(protocol, models), protocol.index_test
    found = {"version": bundle.manifest.version, "sha256": bundle.model.sha256}
    return [f"index_test.{key}" for key, is_ in found.items() if getattr(asked, key) != is_]


def _thresholds(protocol: Protocol, models: Models) -> Iterator[StudyProblem]:
    """Yield cut-offs that no answer of their model crosses, and a model beside itself."""
    loaded = {b.manifest.id: b for b in models.loaded}
    index = protocol.index_test
    tests: list[tuple[str, str, float | None]] = [("index_test", index.model, index.threshold)]
    for i, comparator in enumerate(protocol.comparators):
        if comparator.kind != "model":
            continue
        tests.append((f"comparator[{i}]", comparator.name, comparator.threshold))
        if comparator.name == index.model and index.values is None:
            yield StudyProblem(
                "comparator_self", f"comparator[{i}].name", "the index test itself",
                "its difference from itself is nothing", "Name another model, or leave it out",
            )  # fmt: skip
    for path, name, threshold in tests:
        if threshold is None or name not in loaded:
            continue
        low, high = loaded[name].manifest.outputs.range
        if not low < threshold < high:
            yield StudyProblem(
                "threshold", f"{path}.threshold", f"the threshold {threshold!r}",
                f"{name} answers from {low:g} to {high:g}: everybody, or nobody, would be positive",
                f"Give a number above {low:g}, below {high:g}",
            )  # fmt: skip


def _incorporation(protocol: Protocol, bundle: Bundle, folder: Path) -> Iterator[StudyProblem]:
    """Yield a reference standard made of what an input of the index test is made of."""
    case, made = protocol.reference.case, _made_of()
    file = protocol.data.mapping
    mapping = read_mapping(folder / file) if file else TableMapping()
    if case.feature is not None:
        measured = made.get(case.feature, frozenset())
    else:
        measured = _measured(case.column or "", mapping)
    for name in bundle.manifest.input_names:
        shared = _shared(measured, made.get(name, frozenset()))
        if shared:
            yield StudyProblem(
                "incorporation", "reference.case",
                f"{case.feature or case.column!r}, of which the index test reads {name!r} "
                f"({', '.join(shared)})",
                "a test that reads its own reference standard ranks it by construction",
                "Choose a reference standard that is measured apart, or another model",
            )  # fmt: skip
            return


def _made_of() -> Mapping[str, frozenset[str]]:
    """Return the items and questions that each feature is made of."""
    return {
        str(row["name"]): frozenset(
            [row[key] for key in ("slot", "arm", "answer") if key in row]
            or row.get("uses", [row.get("from")])
        )
        for row in feature_table()
    }


def _measured(column: str, mapping: TableMapping) -> frozenset[str]:
    """Return the items and questions that are read from a column of the data file."""
    names = [name for name, source in mapping.sources.items() if column in source.columns]
    if column not in mapping.ignore:
        names.append(column)
    return frozenset(item for name in names for item in _items(name))


def _items(name: str) -> list[str]:
    target = find_target(name)
    if target is None:
        return []
    own = {"birth_date": _AGE, "age_years": _AGE, "sex": _SEX}.get(target.name)
    return [item for item in (own, target.slot, target.question) if item]


def _shared(a: frozenset[str], b: frozenset[str]) -> list[str]:
    """Return what both are made of; an item is each of its sites too (`systolic_bp.left_arm`)."""
    return sorted(
        x for x in a for y in b if x == y or x.startswith(f"{y}.") or y.startswith(f"{x}.")
    )


def _unknown_models(protocol: Protocol, models: Models) -> Iterator[StudyProblem]:
    """Yield the models that are not there; one that is refused says itself why."""
    known = {b.manifest.id: b for b in models.loaded}
    asked = [("index_test.model", protocol.index_test.model)]
    asked += [
        (f"comparator[{i}].name", c.name)
        for i, c in enumerate(protocol.comparators)
        if c.kind == "model"
    ]
    for path, name in asked:
        if name not in known:
            refusal = models.refusal(name)
            if refusal is not None:
                raise refusal
            yield _unknown(path, name, "model", known)


def _unknown(path: str, name: str, what: str, known: Mapping[str, Any]) -> StudyProblem:
    return StudyProblem(
        f"{what}_unknown", path, f"the {what} {name!r}",
        f"there is no such {what}{ANSWERS if what == 'model' else ''}",
        f"One of {', '.join(sorted(known)) or 'none: no model was found'}",
    )  # fmt: skip
