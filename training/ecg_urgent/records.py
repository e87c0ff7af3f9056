"""How often each urgent rule speaks on the development records, and on the calm ones of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...datasets.sources.challenge12 import diagnoses, read_challenge12
from ...datasets.sources.ludb import read_ludb
from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.urgent import EcgUrgency, load_ecg_urgent, urgent_ecg
from ..ecg_quality.markdown import rate_cell, table

SEXES: Final = {"Male": "male", "Female": "female", "M": "male", "F": "female"}
# Labels without a word on ST, conduction, ischaemia or another rhythm: such a record is calm.
SINUS: Final = frozenset({"NSR", "SB", "SA"})
HARMLESS: Final = SINUS | {"LAD", "RAD", "LQRSV", "ALR", "IRBBB"}
LUDB_SINUS: Final = ("Sinus rhythm", "Sinus bradycardia", "Sinus arrhythmia", "Irregular sinus")
LUDB_CALM: Final = (
    "Conduction abnormalities",
    "Cardiac pacing",
    "Ischemia",
    "Non-specific repolarization abnormalities",
    "Extrasystoles",
    "Extrasystolies",
)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledEcg:
    """One development record; ``is_sinus`` and ``is_calm`` by its labels."""

    source: str
    record: str
    signal: EcgSignal
    person: Person
    labels: str
    is_calm: bool
    is_regular_sinus: bool


def development_records(folder: Path) -> Iterator[LabelledEcg]:
    """Read challenge12 without flat leads, and LUDB."""
    for ecg in read_challenge12(folder / "ecg/challenge12"):
        about, named = ecg.labels, diagnoses(ecg)
        calm = bool(named & SINUS) and named <= HARMLESS
        person = Person(SEXES.get(about["sex"]), _age(about["age"]))
        labels = about["dx_final_abbr"]
        yield LabelledEcg(
            about["source_db"],
            ecg.record,
            ecg.signal,
            person,
            labels,
            calm,
            calm and "NSR" in named,
        )
    for ecg in read_ludb(folder / "ecg/ludb"):
        about = ecg.labels
        rhythm = about.get("Rhythms", "")
        calm = rhythm.startswith(LUDB_SINUS) and not any(about.get(k) for k in LUDB_CALM)
        person = Person(SEXES.get(about.get("Sex", "")), _age(about.get("Age", "")))
        said = "; ".join(v for k, v in about.items() if v and k not in ("ID", "Sex", "Age"))
        regular = calm and rhythm == "Sinus rhythm"
        yield LabelledEcg("LUDB", ecg.record, ecg.signal, person, said, calm, regular)


def _age(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def record_tables(records: Iterable[LabelledEcg], network: Delineator | None) -> dict[str, str]:
    """Return the tables of the page that stand on records."""
    every = list(records)
    bare = [urgent_ecg(analyse_ecg(r.signal, None), r.person) for r in every]
    both = [urgent_ecg(analyse_ecg(r.signal, network), r.person) for r in every]
    calm = [i for i, r in enumerate(every) if r.is_calm]
    return {
        "calm": _calm_table(every, bare, both),
        "false": _false_table([(every[i], both[i]) for i in calm]),
        "rules": _rules_table(bare, both, calm),
        "not_applied": _not_applied_table(bare, calm),
    }


def _calm_table(every: list[LabelledEcg], bare: list[EcgUrgency], both: list[EcgUrgency]) -> str:
    rows = []
    for source in [*dict.fromkeys(r.source for r in every), "all"]:
        for name, chosen in (("sinus rhythm", "is_regular_sinus"), ("any sinus", "is_calm")):
            at = [
                i for i, r in enumerate(every) if getattr(r, chosen) and source in (r.source, "all")
            ]
            cells = []
            for found in (bare, both):
                cells.append(rate_cell(sum(_has(found[i], "U0") for i in at), len(at)))
                cells.append(rate_cell(sum(bool(found[i].items) for i in at), len(at)))
            rows.append([source, name, *cells])
    head = ["source", "labelled", "U0", "any item", "U0 with the network", "any with the network"]
    return table(head, rows)


def _has(found: EcgUrgency, level: str) -> bool:
    return any(item.level == level for item in found.items)


def _false_table(calm: list[tuple[LabelledEcg, EcgUrgency]]) -> str:
    rows = []
    for record, found in calm:
        for item in found.items:
            values = ", ".join(f"{v.name.removeprefix('ecg.')} {v.value}" for v in item.inputs)
            who = f"{record.person.sex or '?'} {record.person.age_years or '?'}"
            name = f"{record.source} {record.record}"
            rows.append(
                [name, who, item.rule_id, item.level, values, record.labels.replace("|", ", ")]
            )
    return table(["record", "person", "rule", "level", "values", "labels"], rows)


def _rules_table(bare: list[EcgUrgency], both: list[EcgUrgency], calm: list[int]) -> str:
    names = [rule.id for rule in load_ecg_urgent().rules] + list(load_ecg_urgent().reviews)
    alone, together = _count(bare), _count(both)
    quiet = _count([both[i] for i in calm])
    rows = [
        [n, rate_cell(alone[n], len(bare)), rate_cell(together[n], len(both)), str(quiet[n])]
        for n in names
    ]
    return table(["rule", "without network", "with it", "on calm records"], rows)


def _count(found: Iterable[EcgUrgency]) -> Counter[str]:
    return Counter(rule for one in found for rule in {item.rule_id for item in one.items})


def _not_applied_table(bare: list[EcgUrgency], calm: list[int]) -> str:
    every = Counter(group for one in bare for group in one.not_applied)
    quiet = Counter(group for i in calm for group in bare[i].not_applied)
    rows = [
        [g, rate_cell(every[g], len(bare)), rate_cell(quiet[g], len(calm))]
        for g in load_ecg_urgent().groups
    ]
    return table(["group of rules", "all records", "calm records"], rows)
