"""Reads the vocabulary files, once, and says what is wrong with them if anything is."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..errors import DataError
from ..fixedpoint import parse_decimal
from .model import Choice, ExposureRow, Item, Question, SuspectReading, Unit, Vocabulary
from .site import SiteExposures, site_exposures

YES_NO = (
    Choice("no", {"fr": "non", "en": "no"}),
    Choice("yes", {"fr": "oui", "en": "yes"}),
)
QUESTION_SECTIONS = (
    "questionnaire",
    "symptom",
    "condition",
    "medication",
    "exposure",
    "consent",
    "intake",
)


def read_toml(package: str, name: str) -> dict[str, Any]:
    """Read one of the house's own data files.

    Raises
    ------
    DataError  if the file is not valid TOML
    """
    try:
        return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(
            found=f"a TOML error ({error})",
            why="the data file can't be read",
            remedy="Mend the file or restore it from the release",
            path=name,
        ) from error


def _nano(text: str) -> int:
    return parse_decimal(text)[0]


def _suspect(row: Mapping[str, Any]) -> SuspectReading:
    return SuspectReading(
        above=_nano(row["above"]) if "above" in row else None,
        below=_nano(row["below"]) if "below" in row else None,
        reads_as=row["reads_as"],
        factor=float(row["factor"]),
    )


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(
        ucum=row["ucum"],
        slope=float(row["slope"]),
        offset=float(row.get("offset", 0.0)),
        hard=(_nano(row["hard"][0]), _nano(row["hard"][1])),
        soft=(_nano(row["soft"][0]), _nano(row["soft"][1])),
        suspects=tuple(_suspect(s) for s in row.get("suspects", ())),
    )


def _item(row: Mapping[str, Any]) -> Item:
    code = row["code"]
    return Item(
        code=code,
        label=row["label"],
        units=tuple(_unit(u) for u in row["unit"]),
        model_unit=row["model_unit"],
        feature=row["feature"],
        loinc=tuple(row["loinc"]),
        slots=tuple(f"{code}.{s}" for s in row["slots"]) if "slots" in row else (code,),
        combine=row.get("combine", "latest"),
        freshness_months=row.get("freshness_months"),
        source=row["source"],
        freshness_hours=row.get("freshness_hours", {}),
    )


def _question(name: str, row: Mapping[str, Any]) -> Question:
    choices = tuple(
        Choice(c["code"], {"fr": c["fr"], "en": c["en"]}) for c in row.get("choices", ())
    )
    return Question(name, {"fr": row["fr"], "en": row["en"]}, choices or YES_NO)


def load_vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the engine, with what the site of this process adds.

    Raises
    ------
    DataError  if a data file is broken

    >>> load_vocabulary().items["waist"].feature
    'waist_cm'
    """
    return vocabulary_with(site_exposures())


@cache
def vocabulary_with(site: SiteExposures) -> Vocabulary:
    """Return the vocabulary that ships with the engine, and what a site adds.

    Raises
    ------
    DataError  if a data file is broken
    """
    package = __package__ or ""
    items = [_item(row) for row in read_toml(package, "measurements.toml")["item"]]
    exposures = read_toml(package, "exposures.toml")["exposure"]
    own = {e.code: {"fr": e.fr, "en": e.en} for e in site.added}
    raw = {**read_toml(package, "questions.toml"), "exposure": {**exposures, **own}}
    questions = {
        f"{section}.{code}": _question(f"{section}.{code}", row)
        for section in QUESTION_SECTIONS
        for code, row in raw[section].items()
    }
    methods = {code: _question(code, row) for code, row in raw["method"].items()}
    return Vocabulary(
        items={item.code: item for item in items},
        questions=questions,
        loinc=read_toml(package, "loinc.toml")["codes"],
        methods=methods,
        exposures={
            **{code: ExposureRow(r["source"], r["verified"]) for code, r in exposures.items()},
            **{
                e.code: ExposureRow(e.source, e.verified, {"fr": e.says_fr, "en": e.says_en})
                for e in site.added
            },
        },
        exposure_codes=dict(site.codes),
    )
