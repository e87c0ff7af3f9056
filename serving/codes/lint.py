"""Gaps, duplicates and typing errors of the shipped code maps, and labels that are missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.vocabulary import load_vocabulary
from ..fhir.maps import fhir_maps
from ..house_data import override_reasons
from .check_digits import is_loinc
from .own_codes import finding_ids, labels, table
from .problems import CodeProblem


def lint() -> list[CodeProblem]:
    """Return every problem of the shipped maps, errors first."""
    found = [*_loinc(), *_items(), *_fhir(), *_cim10(), *_labels()]
    return sorted(found, key=lambda problem: (problem.level, problem.where))


def _loinc() -> Iterator[CodeProblem]:
    """Compare the codes that are read with the items that name them, both ways."""
    vocabulary = load_vocabulary()
    displays = table("guidelines", "codes.toml")["loinc"]
    where = "engine/vocabulary/loinc.toml"
    for code, row in vocabulary.loinc.items():
        if not is_loinc(code):
            yield CodeProblem("error", "check_digit", f"{where} {code}", "no LOINC number")
        if code not in displays:
            yield CodeProblem("error", "gap", f"{where} {code}", "without a display")
        item = vocabulary.items.get(row["item"])
        if item is None or code not in item.loinc:
            words = f"its item {row['item']} does not name it"
            yield CodeProblem("error", "disagreement", f"{where} {code}", words)


def _items() -> Iterator[CodeProblem]:
    vocabulary = load_vocabulary()
    owners: dict[str, str] = {}
    for item in vocabulary.items.values():
        if not item.loinc:
            place = f"engine/vocabulary/measurements.toml {item.code}"
            yield CodeProblem("warning", "gap", place, "no LOINC code: send the local one")
        for code in item.loinc:
            if code in owners or code not in vocabulary.loinc:
                words = f"named by {owners.get(code, 'nothing that is read')} too"
                yield CodeProblem("error", "duplicate", f"{item.code} {code}", words)
            owners[code] = item.code


def _fhir() -> Iterator[CodeProblem]:
    maps, where = fhir_maps(), "serving/fhir/maps.toml"
    named = [row["loinc"] for row in maps["ecg"].values()]
    named += [
        maps["waveform"]["study"],
        *maps["pressure"]["panel"],
        *maps["pressure"]["components"],
    ]
    for code in named:
        if not is_loinc(code):
            yield CodeProblem("error", "check_digit", f"{where} {code}", "no LOINC number")
    yield from _twice([row["loinc"] for row in maps["ecg"].values()], f"{where} ecg")


def _cim10() -> Iterator[CodeProblem]:
    codes, where = table("guidelines", "codes.toml"), "engine/guidelines/codes.toml"
    rows = {row["id"]: row for row in codes["finding"]}
    yield from _twice([row["id"] for row in codes["finding"]], where)
    for finding in finding_ids():
        if finding not in rows:
            words = "no row: leaves with the local code only"
            yield CodeProblem("warning", "gap", f"{where} {finding}", words)
    for name, row in rows.items():
        yield from _kinds(name, row, codes["cim10"], where)


def _kinds(
    name: str, row: Mapping[str, Any], cim10: Mapping[str, Any], where: str
) -> Iterator[CodeProblem]:
    """Hold that a sign leaves as a sign: a disease code among them would read as a diagnosis."""
    for code, kind in [*((c, "sign") for c in row["sign"]), (row["screening"], "screening")]:
        if code not in cim10:
            yield CodeProblem("error", "gap", f"{where} {name} {code}", "not in the CIM-10 table")
        elif cim10[code]["kind"] != kind:
            yield CodeProblem("error", "kind", f"{where} {name} {code}", f"not a {kind} code")


def _labels() -> Iterator[CodeProblem]:
    said = labels() | {f"override:{r.code}": dict(r.labels) for r in override_reasons().values()}
    for code, row in table("guidelines", "codes.toml")["cim10"].items():
        said[f"cim10:{code}"] = {"fr": row["fr"], "en": row["en"]}
    for key, label in said.items():
        for lang in ("fr", "en"):
            if not label.get(lang, "").strip():
                yield CodeProblem("error", "label", key, f"no label in {lang}")


def _twice(codes: list[str], where: str) -> Iterator[CodeProblem]:
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield CodeProblem("error", "duplicate", f"{where} {code}", "stands there twice")
