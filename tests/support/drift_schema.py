"""The JSON Schema of a report on drift, with the vocabulary of the code; run to write the file."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

from laennec.serving.batch.result.aggregate import HIDDEN, SMALLEST_SHOWN
from laennec.serving.years.drift import judge
from laennec.serving.years.drift import words as words_room
from laennec.serving.years.drift.limits import house_limits
from laennec.serving.years.drift.report import SCHEMA
from laennec.serving.years.drift.series import MEASURES
from laennec.serving.years.drift.tally import ALL, DEVICE, SITE

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "drift_report.schema.json"
STATES = (judge.REFERENCE, judge.STILL, judge.WATCH, judge.ACT, judge.FEW, judge.ALONE)
WAYS = (judge.RISE, judge.FALL)
MONTH = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
COUNT = {
    "description": f"1 to {SMALLEST_SHOWN - 1} are hidden.",
    "oneOf": [
        {"const": 0},
        {"type": "integer", "minimum": SMALLEST_SHOWN},
        {"const": HIDDEN},
    ],
}
OTHER = {"const": "hidden", "description": "Would give away a small count beside it."}


def notices() -> list[str]:
    """Return the codes that have a sentence."""
    text = files(words_room).joinpath("drift.en.toml").read_text(encoding="utf-8")
    start = "drift.notice."
    return sorted(n.removeprefix(start) for n in tomllib.loads(text) if n.startswith(start))


def schema() -> dict:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "What moved since the reference months",
        "description": "drift.json of laennec drift, and the answer of GET /v1/drift.",
        **closed(
            {
                "schema": {"const": SCHEMA},
                "result": {"const": "unconfirmed"},
                "disclaimer": closed({lang: {"type": "string"} for lang in ("en", "fr")}),
                "suppressed_below": {"const": SMALLEST_SHOWN},
                "months": listed(MONTH, "From the first to the last with a visit, without gap."),
                "visits": listed(COUNT, "One for each of the months."),
                "visits_not_counted": {**COUNT, "description": "No day of theirs is known."},
                "months_without_visits": listed(MONTH, "Of the months."),
                "reference_declared": {
                    "description": "First and last month; null where none was declared.",
                    "oneOf": [{"type": "null"}, pair(MONTH)],
                },
                "alarms": listed(alarm(), "The last month first, the graver first."),
                "signals": listed(
                    closed({**place(), "month": MONTH, "direction": {"enum": list(WAYS)}}),
                    "Of the control charts.",
                ),
                "series": listed(series(), "One for each measure, name, part and release."),
                "charts": listed(chart(), "Control charts of what physicians decide."),
                "releases": listed(release(), "Of each finding, in the order they came."),
                "notices": listed({"enum": notices()}, "What the reader must know."),
                "limits": limits(),
            }
        ),
    }


def place() -> dict:
    return {
        "measure": {"enum": list(MEASURES)},
        "name": {"type": "string", "description": "Item, answer, finding or urgency."},
        "by": {"enum": [ALL, SITE, DEVICE], "description": "Empty for everybody."},
        "group": {"type": "string", "description": "The site, or item: device; may be empty."},
        "release": {"type": "string", "description": "Of the models; empty where none answers."},
    }


def alarm() -> dict:
    carrier = closed({"by": {"enum": [SITE, DEVICE]}, "group": {"type": "string"}})
    return closed(
        {
            **place(),
            "month": MONTH,
            "level": {"enum": [judge.WATCH, judge.ACT]},
            "direction": {"enum": ["", *WAYS], "description": "Empty where it has none."},
            "carried_by": listed(carrier, "The flagged parts of an alarm of everybody."),
        },
        optional=("carried_by",),
    )


def series() -> dict:
    number = {"type": "number"}
    point = closed(
        {
            "month": MONTH,
            "n": {"oneOf": [*COUNT["oneOf"], OTHER], "description": COUNT["description"]},
            "value": {
                "oneOf": [number, OTHER],
                "description": "Share, or stability index (PSI) less what chance gives.",
            },
            "low": {**number, "description": "Of its 95 % interval."},
            "high": {**number, "description": "Of its 95 % interval."},
            "median": {**number, "description": "Of a distribution of numbers."},
            "state": {"enum": list(STATES), "description": "few: not judged."},
            "direction": {"enum": list(WAYS)},
        },
        optional=("value", "low", "high", "median", "direction"),
    )
    reference = listed(MONTH, "Months that it is compared with.")
    return closed({**place(), "reference": reference, "points": listed(point, "One a month.")})


def chart() -> dict:
    total = {"type": "number", "minimum": 0, "description": "Highest sum of the month."}
    month = closed(
        {"month": MONTH, "decisions": COUNT, "rise": total, "fall": total},
        optional=("rise", "fall"),
    )
    signal = closed({"month": MONTH, "direction": {"enum": list(WAYS)}})
    return closed(
        {
            **place(),
            "expected": {
                "description": "Override shares that the reference allows; null: too few.",
                "oneOf": [{"type": "null"}, pair(SHARE)],
            },
            "reference_decisions": COUNT,
            "state": {"enum": [judge.STILL, judge.FEW, judge.ALONE]},
            "months": listed(month, "After the reference."),
            "signals": listed(signal, "Where a sum passed the limit."),
        }
    )


def release() -> dict:
    text = {"type": "string", "minLength": 1}
    number = {"type": "integer", "minimum": 1}
    return closed({"finding": text, "number": number, "release": text, "since": MONTH})


def limits() -> dict:
    row = closed(
        {
            "value": {"type": "number", "exclusiveMinimum": 0},
            "source": {"type": "string"},
            "own": {"type": "boolean", "description": "Set by the site."},
        }
    )
    return closed(dict.fromkeys(house_limits().rows, row))


def closed(properties: dict, optional: tuple = ()) -> dict:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def listed(items: dict, description: str) -> dict:
    return {"type": "array", "description": description, "items": items}


def pair(items: dict) -> dict:
    return {"type": "array", "minItems": 2, "maxItems": 2, "items": items}


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text(), encoding="utf-8")
