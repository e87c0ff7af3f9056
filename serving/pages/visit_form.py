"""What the nurse's page asks: the vocabulary's items and questions, laid out by ``visit.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from ...engine.vocabulary import Vocabulary, load_vocabulary
from ...engine.vocabulary.load import vocabulary_with
from ...engine.vocabulary.site import SiteExposures, site_exposures
from ...engine.words import Sentences
from ..house_data import consent_notice
from .render import PageWords

LISTS: Final = ("symptom", "condition", "medication", "exposure")
"""Sections that are a list in the visit: what stands in it is yes, what does not is no."""
_QUESTIONNAIRE: Final = "questionnaire"
_YES_NO: Final = 2
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Qualifier:
    """How an item was measured: its key in the visit, its label, its choices."""

    key: str
    label: str
    choices: Options


@dataclass(frozen=True, slots=True)
class Field:
    """One measured item of the page.

    Parameters
    ----------
    code, label : of the vocabulary
    units : UCUM code and how it is written; of several the nurse chooses, none is preset
    how : its qualifiers
    asks_fasting : the hours of fasting are asked beside it
    """

    code: str
    label: str
    units: Options
    how: tuple[Qualifier, ...] = ()
    asks_fasting: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in plain words; ``choices`` is empty where it is answered yes or no."""

    code: str
    label: str
    choices: Options


@dataclass(frozen=True, slots=True)
class VisitForm:
    """The page as data.

    Parameters
    ----------
    body, laboratory : measured items
    systolic, diastolic : the two of a pressure, ``arms`` their sides, ``readings`` how often,
        ``pressure_how`` their qualifiers
    questions : of the questionnaire
    lists : section -> its entries
    consents : code, title, what it is, what happens without it
    mandatory, employer : sentences of the consent screen
    """

    body: tuple[Field, ...]
    laboratory: tuple[Field, ...]
    systolic: Field
    diastolic: Field
    arms: Options
    readings: tuple[int, ...]
    pressure_how: tuple[Qualifier, ...]
    questions: tuple[Asked, ...]
    lists: Mapping[str, tuple[Asked, ...]]
    consents: tuple[tuple[str, str, str, str], ...]
    mandatory: str
    employer: str


@cache
def layout() -> Mapping[str, Any]:
    """Return the shipped layout of the page."""
    text = files(__package__ or "").joinpath("visit.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def laboratory_items() -> frozenset[str]:
    """Return the items that a laboratory measures; everything else is done at the chair."""
    return frozenset(row["item"] for row in layout()["laboratory"])


def visit_form(lang: str) -> VisitForm:
    """Return what the page asks, in one language, a site's exposures among it.

    Parameters
    ----------
    lang : fr or en
    """
    return _visit_form(lang, site_exposures())


@cache
def _visit_form(lang: str, site: SiteExposures) -> VisitForm:
    asked = partial(_section, lang=lang, vocabulary=vocabulary_with(site))
    rows, notice, pressure = layout(), consent_notice(), layout()["pressure"]
    arms = dict(_qualifier("site", lang).choices)
    return VisitForm(
        body=tuple(_field(row, lang) for row in rows["body"]),
        laboratory=tuple(_field(row, lang) for row in rows["laboratory"]),
        systolic=_field({"item": pressure["systolic"]}, lang),
        diastolic=_field({"item": pressure["diastolic"]}, lang),
        arms=tuple((arm, arms[arm]) for arm in pressure["arms"]),
        readings=tuple(range(1, pressure["readings"] + 1)),
        pressure_how=tuple(_qualifier(key, lang) for key in pressure["how"]),
        questions=asked(_QUESTIONNAIRE),
        lists={name: asked(name) for name in LISTS},
        consents=tuple(
            (code, words[lang]["title"], words[lang]["what"], words[lang]["without"])
            for code, words in notice.purposes.items()
        ),
        mandatory=notice.mandatory[lang],
        employer=notice.employer[lang],
    )


def _field(row: Mapping[str, Any], lang: str) -> Field:
    item, sentences = load_vocabulary().items[row["item"]], Sentences(lang)
    return Field(
        code=item.code,
        label=item.label[lang],
        units=tuple((unit.ucum, sentences.unit(unit.ucum)) for unit in item.units),
        how=tuple(_qualifier(key, lang) for key in row.get("how", ())),
        asks_fasting=row.get("fasting", False),
    )


def _qualifier(key: str, lang: str) -> Qualifier:
    question = load_vocabulary().methods[key]
    return Qualifier(
        key, question.label[lang], tuple((c.code, c.label[lang]) for c in question.choices)
    )


def _section(section: str, lang: str, vocabulary: Vocabulary) -> tuple[Asked, ...]:
    words, prefix = PageWords(lang), f"{section}."
    own = {f"exposure.{code}" for code, row in vocabulary.exposures.items() if row.says}
    return tuple(
        Asked(
            name.removeprefix(prefix),
            question.label[lang] if name in own else words.text(f"plain.{name}"),
            ()
            if len(question.choices) == _YES_NO
            else tuple((c.code, c.label[lang]) for c in question.choices),
        )
        for name, question in vocabulary.questions.items()
        if name.startswith(prefix)
    )
