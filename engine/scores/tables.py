"""The published scores as data: reads the TOML files beside this module and checks them.

Every clinical number of this room (points, coefficients, cuts with their operator, bands, ages,
exclusions, sources, sentences) stands in those files; this module only gives them a shape.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import DataError
from ..fixedpoint import NANO
from .inputs import CODES, FEMALE, MALE, MEASURED, FloatArray

OPERATORS: Final = {">=": np.greater_equal, ">": np.greater, "<": np.less, "<=": np.less_equal}
SEXES: Final = {"female": FEMALE, "male": MALE}
RISING: Final = (">=", ">")


@dataclass(frozen=True, slots=True)
class Cut:
    """A limit with its operator, in billionths so that the comparison is exact."""

    at_nano: int
    op: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement on one input: a code that it has (`code`) or a limit that it passes (`cut`)."""

    input: str
    code: int | None
    cut: Cut | None


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """Yes when any clause holds; no when every one of `any_of` is known not to hold."""

    any_of: tuple[Clause, ...]
    also_if_recorded: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who a score does not speak for: any clause, for one sex (or both when `sex` is None).

    `always_known`: where nothing is recorded there is nothing to verify.
    """

    id: str
    clauses: tuple[Clause, ...]
    sex: int | None
    always_known: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What an item gives for one sex: `low` and `high` by step or code, last entry = missing."""

    cuts: tuple[Cut, ...]
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Slope:
    """A coefficient per unit; a missing value spans `smallest` to `largest`."""

    per_unit: float
    smallest: float
    largest: float


Side = Steps | Slope | None


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item of a score; `sides` is (for women, for men), None where it does not apply."""

    id: str
    input: str
    completed_years: bool
    sides: tuple[Side, Side]
    by_sex: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where a score comes from and where its numbers were read."""

    citation: str
    read_in: tuple[str, ...]
    grade: str
    signed_by: str
    departures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Ids of the sentences to print with a score (words: `scores.text`)."""

    population: str
    meaning: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Everything that the file of one score says."""

    id: str
    kind: str
    title: str
    source: Source
    texts: Texts
    required: tuple[str, ...]
    age_limits: tuple[Cut, ...]
    exclusions: tuple[Exclusion, ...]
    derived: Mapping[str, DerivedFact]
    bands: tuple[str, ...]
    band_cuts: tuple[Cut, ...]
    items: tuple[Item, ...]
    constant: FloatArray
    terms: tuple[Item, ...]
    raw: Mapping[str, Any]


def broken(path: str, found: str, why: str) -> DataError:
    """Return the error for a score file that does not say what it must."""
    return DataError(
        found=found, why=why, remedy="Restore engine/scores from the release", path=path
    )


def read_toml(name: str) -> dict[str, Any]:
    """Read one data file of this room."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def score_table(score_id: str) -> ScoreTable:
    """Read and check the file of one score, once.

    Raises
    ------
    DataError  if the file does not say what a score file must
    """
    return parse_table(read_toml(score_id), read_toml("exclusions"))


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of this room: text id -> language -> words."""
    texts: dict[str, dict[str, str]] = read_toml("texts")["texts"]
    return texts


def parse_table(raw: Mapping[str, Any], excluded: Mapping[str, Any]) -> ScoreTable:
    """Give shape to the content of a score file and of the exclusions file."""
    path = str(raw["id"])
    derived = {
        name: DerivedFact(
            tuple(parse_clause(row, path) for row in fact["any_of"]),
            tuple(parse_clause(row, path) for row in fact.get("also_if_recorded", [])),
        )
        for name, fact in raw.get("derived", {}).items()
    }
    inputs = {*MEASURED, *CODES, *derived}
    equation = raw.get("equation", {})
    bands = raw.get("bands", [])
    items = tuple(parse_item(row, inputs, path) for row in raw.get("items", []))
    _check_points(items, raw, path)
    return ScoreTable(
        id=path,
        kind=raw["kind"],
        title=raw["title"],
        source=_parse_source(raw["source"]),
        texts=Texts(
            raw["text"]["population"], raw["text"]["meaning"], tuple(raw["text"]["limits"])
        ),
        required=tuple(raw["required"]),
        age_limits=tuple(parse_cut(raw[k], path) for k in ("age_from", "age_to") if k in raw),
        exclusions=tuple(_parse_exclusion(name, excluded, path) for name in raw["exclusions"]),
        derived=derived,
        bands=tuple(row["id"] for row in bands),
        band_cuts=parse_cuts([row["from"] for row in bands[1:]], path),
        items=items,
        constant=np.array([float(equation.get("constant", {}).get(sex, 0)) for sex in SEXES]),
        terms=tuple(parse_item(row, inputs, path) for row in equation.get("terms", [])),
        raw=raw,
    )


def parse_cut(row: Mapping[str, Any], path: str) -> Cut:
    """Read ``{ at = 25, op = ">=" }``."""
    if row["op"] not in OPERATORS:
        raise broken(path, f"operator {row['op']!r}", f"an operator is one of {list(OPERATORS)}")
    return Cut(round(row["at"] * NANO), row["op"])


def parse_cuts(rows: Sequence[Mapping[str, Any]], path: str) -> tuple[Cut, ...]:
    """Read cuts that follow each other upwards."""
    cuts = tuple(parse_cut(row, path) for row in rows)
    limits = [cut.at_nano for cut in cuts]
    if limits != sorted(set(limits)) or any(cut.op not in RISING for cut in cuts):
        raise broken(path, f"cuts {[row['at'] for row in rows]}", "cuts rise and use >= or >")
    return cuts


def parse_clause(row: Mapping[str, Any], path: str) -> Clause:
    """Read ``{ input = "bp_treated", is = "yes" }`` or a limit on a measured input."""
    name = row["input"]
    if "is" in row and row["is"] in CODES.get(name, {}):
        return Clause(name, CODES[name][row["is"]], None)
    if "op" in row and name in MEASURED:
        return Clause(name, None, parse_cut(row, path))
    raise broken(path, f"clause {dict(row)}", "a clause names a code or a limit of a known input")


def parse_item(row: Mapping[str, Any], inputs: set[str], path: str) -> Item:
    """Read one item or term, for both sexes."""
    where, name = f"{path}.{row['id']}", row["input"]
    if name not in inputs:
        raise broken(where, f"input {name!r}", "no such input")
    sides = tuple(_parse_side({**row, **row.get(sex, {})}, sex, where) for sex in SEXES)
    by_sex = name == "sex" or any(key in row for key in ("applies_to", "slope", *SEXES))
    return Item(row["id"], name, row.get("completed_years", False), (sides[0], sides[1]), by_sex)


def _parse_side(row: Mapping[str, Any], sex: str, where: str) -> Side:
    if row.get("applies_to", sex) != sex:
        return None
    if "slope" in row:
        span = row["range"]
        return Slope(float(row["slope"][sex]), float(span["from"]), float(span["to"]))
    if "cuts" in row:
        cuts = parse_cuts(row["cuts"], where)
        if len(row["values"]) != len(cuts) + 1:
            raise broken(where, f"{len(row['values'])} values", f"{len(cuts)} cuts need one more")
        return _steps(cuts, row["values"])
    known = CODES.get(row["input"], {"no": 0, "yes": 1})
    if set(row["codes"]) != set(known):
        raise broken(where, f"codes {sorted(row['codes'])}", f"every code is given: {list(known)}")
    if row["input"] == "sex":  # what the item gives when the person is of this sex
        return _steps((), [row["codes"][sex]] * len(known))
    return _steps((), [row["codes"][code] for code in known])


def _steps(cuts: tuple[Cut, ...], values: Sequence[float | Sequence[float]]) -> Steps:
    pairs = np.array([value if isinstance(value, list) else (value, value) for value in values])
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    return Steps(
        cuts, np.append(low, low.min()).astype(float), np.append(high, high.max()).astype(float)
    )


def _check_points(items: tuple[Item, ...], raw: Mapping[str, Any], path: str) -> None:
    steps = [[item.sides[sex] for item in items] for sex in SEXES.values()]
    lows = [sum(side.low[-1] for side in sides if isinstance(side, Steps)) for sides in steps]
    highs = [sum(side.high[-1] for side in sides if isinstance(side, Steps)) for sides in steps]
    stated = (raw.get("smallest", 0), raw.get("largest", 0))
    if (min(lows), max(highs)) != stated or min([*lows, 0]) < 0:
        raise broken(
            path,
            f"items that give {min(lows)} to {max(highs)} points",
            f"the file states {stated[0]} to {stated[1]}, and points are never negative",
        )


def _parse_source(row: Mapping[str, Any]) -> Source:
    lists = (tuple(row["read_in"]), tuple(row["departures"]))
    return Source(row["citation"], lists[0], row["grade"], row["signed_by"], lists[1])


def _parse_exclusion(name: str, excluded: Mapping[str, Any], path: str) -> Exclusion:
    if name not in excluded:
        raise broken(path, f"exclusion {name!r}", "it is not in exclusions.toml")
    row = excluded[name]
    clauses = tuple(parse_clause(clause, name) for clause in row["clauses"])
    sex = SEXES[row["applies_to"]] if "applies_to" in row else None
    return Exclusion(name, clauses, sex, bool(row.get("always_known", False)))
