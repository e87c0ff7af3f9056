"""What the codes of a search stand for: slots of measurements, findings, signs of CIM-10."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ....engine import guidelines
from ....engine.derived import DERIVED
from ....engine.vocabulary import Item, load_vocabulary
from ....engine.words.load import load_sentences
from ..tables.targets import canonical_targets
from .compare import broken

_FASTING: Final = "fasting_venous"
_UNKNOWN_FASTING: Final = "unknown_fasting_venous"
_RANDOM: Final = "random_venous"
_AS_FINDINGS_READ_IT: Final = {
    "systolic_bp.unspecified_arm": "systolic_bp.higher_arm",
    "diastolic_bp.unspecified_arm": "diastolic_bp.higher_arm",
    "bmi": "body_mass_index",
}


def item_of(slot: str) -> Item:
    """Return the item whose units a slot, or a value made of readings, has."""
    vocabulary = load_vocabulary()
    return vocabulary.items[DERIVED[slot]] if slot in DERIVED else vocabulary.item_of(slot)


def measured_slots(name: str) -> tuple[str, ...]:
    """Return the slots of an item, or the one slot that is named.

    Raises
    ------
    DataError  if nothing that is measured has this name

    >>> measured_slots("hba1c"), measured_slots("glucose.capillary")
    (('hba1c',), ('glucose.capillary',))
    """
    vocabulary = load_vocabulary()
    if name in vocabulary.items:
        return vocabulary.items[name].slots
    if name in vocabulary.slots or name in DERIVED:
        return (name,)
    known = ", ".join([*vocabulary.items, *DERIVED])
    raise broken(f"the measurement {name!r}", "nothing has this name", f"Use {known}")


def table_quantity(name: str) -> tuple[tuple[str, ...], str] | tuple[()]:
    """Return the slots and the unit of a canonical column of a table; nothing where it is none.

    A pressure is that of the arm with the higher one, and a body mass index also that of weight and
    height, as findings read them.

    >>> table_quantity("systolic_bp_mmhg")
    (('systolic_bp.higher_arm',), 'mm[Hg]')
    """
    target = canonical_targets().get(name)
    if target is None or target.kind != "quantity":
        return ()
    return ((_AS_FINDINGS_READ_IT.get(target.slot, target.slot),), target.unit)


def loinc_slots(code: str) -> tuple[str, ...]:
    """Return the slots that a LOINC code speaks of.

    Raises
    ------
    DataError  if no measurement has this code

    >>> loinc_slots("1558-6"), loinc_slots("2345-7")
    (('glucose.fasting_venous',), ('glucose.random_venous', 'glucose.unknown_fasting_venous'))
    """
    row: Mapping[str, Any] = load_vocabulary().loinc.get(code, {})
    if not row:
        raise broken(f"LOINC {code!r}", "no measurement is read by this code", "See loinc.toml")
    item = load_vocabulary().items[row["item"]]
    if len(item.slots) == 1:
        return item.slots
    if "specimen" not in row:
        return item.slots
    return tuple(f"{item.code}.{name}" for name in _kinds_of_glucose(row))


def _kinds_of_glucose(row: Mapping[str, Any]) -> tuple[str, ...]:
    if row["specimen"] == "capillary":
        return ("capillary",)
    if "challenge" in row:
        return ("two_hour_75g",)
    return (_FASTING,) if row.get("fasting") else (_RANDOM, _UNKNOWN_FASTING)


@cache
def _codes() -> Mapping[str, Any]:
    text = files(guidelines.__package__ or "").joinpath("codes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def finding_ids() -> tuple[str, ...]:
    """Return every finding that has a name: facts, risks, scores and ECG statements."""
    start = "finding_name."
    named = [k.removeprefix(start) for k in load_sentences()["fr"] if k.startswith(start)]
    return tuple(dict.fromkeys([*(row["id"] for row in _codes()["finding"]), *named]))


def cim10_findings(code: str) -> tuple[str, ...]:
    """Return the findings that leave with a sign code of CIM-10 where they are present.

    Raises
    ------
    DataError  if no finding leaves with it
    """
    found = tuple(row["id"] for row in _codes()["finding"] if code in row["sign"])
    if not found:
        signs = sorted({sign for row in _codes()["finding"] for sign in row["sign"]})
        raise broken(f"CIM-10 {code!r}", "no finding leaves with it", f"Use {', '.join(signs)}")
    return found
