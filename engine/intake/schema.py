"""The JSON Schema of a visit, made from the vocabulary so that the two can't disagree."""

from typing import Any

from ..ecg.leads import TWELVE_LEADS
from ..vocabulary import Question, Vocabulary, load_vocabulary
from .answers import LISTS, OBJECTS
from .document import intake_numbers
from .ecg import MILLIVOLT
from .visit import KEYS, SCHEMA

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_DECIMAL = {"type": "string", "pattern": r"^(<=|>=|<|>)?\s*[+-]?(\d+(\.\d+)?|\.\d+)$"}


def visit_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``laennec.visit/1``; closed: unknown keys are refused.

    >>> sorted(visit_schema()["required"])
    ['performed_at', 'person', 'schema', 'visit_id']
    """
    vocabulary = load_vocabulary()
    properties: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "visit_id": _TEXT,
        "performed_at": {"type": "string", "format": "date-time"},
        "person": _person(),
        "site": {**_TEXT, "description": "Where it took place; for the watch over drift only."},
        "measurements": {"type": "array", "maxItems": 2000, "items": _measurement(vocabulary)},
        "ecg": {"oneOf": [_ecg_file(), _ecg_samples()]},
        "previous_visits": {"type": "array", "items": {"$ref": "#"}},
    }
    for key, section in OBJECTS.items():
        properties[key] = _object(vocabulary, section)
    for key, section in LISTS.items():
        properties[key] = _list(vocabulary, section)
    return {
        "$schema": DRAFT,
        "$id": SCHEMA,
        "title": "A preventive visit",
        "type": "object",
        "required": ["schema", "visit_id", "performed_at", "person"],
        "additionalProperties": False,
        "properties": {key: properties[key] for key in KEYS},
    }


def _ecg_file() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {**_TEXT, "description": "Beside the visit file; for the command line only."}
        },
    }


def _ecg_samples() -> dict[str, Any]:
    limits = intake_numbers()["ecg"]
    low, high = limits["rate_hz"]
    samples = {"type": "array", "minItems": 1, "items": {"type": ["number", "null"]}}
    return {
        "type": "object",
        "required": ["leads", "fs", "unit"],
        "additionalProperties": False,
        "properties": {
            "leads": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": dict.fromkeys(TWELVE_LEADS, samples),
            },
            "fs": {"type": "number", "minimum": low, "maximum": high, "description": "Hertz."},
            "unit": {"enum": list(MILLIVOLT)},
        },
    }


def _person() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {
            "id": {**_TEXT, "description": "A pseudonym; never a name or a national number."},
            "birth_date": {"type": ["string", "null"], "format": "date"},
            "sex": {"enum": ["female", "male", None]},
        },
    }


def _measurement(vocabulary: Vocabulary) -> dict[str, Any]:
    units = list(dict.fromkeys(u.ucum for item in vocabulary.items.values() for u in item.units))
    return {
        "type": "object",
        "required": ["code", "value", "unit"],
        "additionalProperties": False,
        "properties": {
            "code": {"oneOf": [{"enum": list(vocabulary.items)}, _coded(vocabulary)]},
            "value": {**_DECIMAL, "description": "As reported; compared in this unit, in decimal."},
            "unit": {"enum": units, "description": "UCUM."},
            "comparator": {"enum": ["<", "<=", ">", ">="]},
            "at": {"type": "string", "format": "date-time"},
            "fasting_hours": {"oneOf": [_DECIMAL, {"type": "number", "minimum": 0}]},
            "confirmed_by": {**_TEXT, "description": "Who confirmed an unusual value."},
            "device": {**_TEXT, "description": "As site: no rule and no model reads it."},
            **{name: _choice(question) for name, question in vocabulary.methods.items()},
        },
    }


def _coded(vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["system", "code"],
        "additionalProperties": False,
        "properties": {
            "system": {"enum": ["http://loinc.org", "laennec"]},
            "code": {"enum": [*vocabulary.loinc, *vocabulary.items]},
            "display": {"type": "string"},
        },
    }


def _choice(question: Question) -> dict[str, Any]:
    return {"enum": [c.code for c in question.choices], "title": question.label["en"]}


def _answer(question: Question) -> dict[str, Any]:
    codes = [c.code for c in question.choices]
    values: list[Any] = [True, False, None] if codes == ["no", "yes"] else [*codes, None]
    return {"enum": values, "title": question.label["en"]}


def _object(vocabulary: Vocabulary, section: str) -> dict[str, Any]:
    mine = {n: q for n, q in vocabulary.questions.items() if n.startswith(f"{section}.")}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name.split(".", 1)[1]: _answer(q) for name, q in mine.items()},
    }


def _list(vocabulary: Vocabulary, section: str) -> dict[str, Any]:
    codes = [n.split(".", 1)[1] for n in vocabulary.questions if n.startswith(f"{section}.")]
    return {
        "type": "array",
        "items": {"enum": codes},
        "description": "Asked in whole: listed is yes, not listed is no. Absent: not asked.",
    }
