"""Every guideline row and urgent rule, read from the files without the engine's loader."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

from laennec.engine.guidelines import Guidelines, load_guidelines
from laennec.engine.guidelines.load import topics

COMPARE = {
    ">=": lambda value, limit: value >= limit,
    ">": lambda value, limit: value > limit,
    "<=": lambda value, limit: value <= limit,
    "<": lambda value, limit: value < limit,
}
BASE = {"mm[Hg]": Decimal(100), "kPa": Decimal("13.3")}


def raw_file(name: str) -> dict[str, Any]:
    """Return one guideline file as plain TOML."""
    return tomllib.loads(files("laennec.engine.guidelines").joinpath(name).read_text("utf-8"))


@dataclass(frozen=True)
class RawRow:
    """One row as it is printed in its file, with the sets that must be chosen to evaluate it."""

    file: str
    choice: tuple[tuple[str, str], ...]
    finding: str
    raw: dict[str, Any]

    @property
    def id(self) -> str:
        return self.raw["id"]

    def guidelines(self) -> Guidelines:
        """Return the row's own finding alone, in the set that holds the row."""
        chosen = load_guidelines(dict(self.choice))
        return replace(chosen, findings=tuple(f for f in chosen.findings if f.id == self.finding))


def raw_rows() -> Iterator[RawRow]:
    """Yield every row of every set of every topic."""
    for topic, row in topics().items():
        for name, file_names in row["sets"].items():
            for file_name in file_names:
                for finding in raw_file(file_name)["finding"]:
                    for raw in finding["row"]:
                        yield RawRow(file_name, ((topic, name),), finding["id"], raw)


def all_choices() -> list[dict[str, str]]:
    """Return choices of sets that together use every set."""
    longest = max(len(row["sets"]) for row in topics().values())
    return [
        {t: list(r["sets"])[min(i, len(r["sets"]) - 1)] for t, r in topics().items()}
        for i in range(longest)
    ]


def last_place(printed: str) -> Decimal:
    """Return one unit in the last printed place."""
    return Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)


def measured(item: str, value: Decimal, unit: str, state: str = "accepted") -> dict[str, Any]:
    """Return the part of a visit in which an item of a row has this value."""
    if item.startswith("interarm_difference"):
        pairs = 1 if item.endswith("latest") else 2
        low, high = BASE[unit], BASE[unit] + value
        return {
            "systolic_bp.left_arm": [(f"{high:f}", unit, state)] * pairs,
            "systolic_bp.right_arm": [(f"{low:f}", unit)] * pairs,
        }
    slot = {"body_mass_index": "bmi"}.get(item, item)
    slot = slot.replace(".higher_arm", ".right_arm")
    for stem in ("systolic_bp", "diastolic_bp"):
        slot = slot.replace(f"{stem}.*", f"{stem}.left_arm")
    slot = slot.replace("glucose.*", "glucose.capillary")
    return {slot: (f"{value:f}", unit, state)}


def answers_for(flags: list[str]) -> dict[str, str]:
    """Return answers in which the first of these conditions holds."""
    name, _, choice = flags[0].partition("=")
    return {name: choice or "yes"}
