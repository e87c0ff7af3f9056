"""The small data files of this room: override reasons and the worklist's order and alarm."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..engine.errors import DataError


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """One coded reason to amend, reject or withdraw.

    Parameters
    ----------
    code : the code that is stored
    labels : language (fr, en) -> words
    needs_text : the code says nothing by itself, so words must come with it
    """

    code: str
    labels: Mapping[str, str]
    needs_text: bool


@dataclass(frozen=True, slots=True)
class WorklistRules:
    """How the worklist is ordered and when it alerts again.

    Parameters
    ----------
    levels : urgency levels, most urgent first
    realert_level : the level that alerts again while nobody acknowledged it
    realert_after_s : seconds
    """

    levels: tuple[str, ...]
    realert_level: str
    realert_after_s: float

    def rank(self, level: str) -> int:
        """Return 0 for the most urgent level."""
        return self.levels.index(level)


@dataclass(frozen=True, slots=True)
class ConsentNotice:
    """The words with which a person is asked, apart from the mandatory visit.

    Parameters
    ----------
    version : kept with every answer
    mandatory, employer : language -> sentence
    purposes : code -> language -> ``title``, ``what`` and ``without``
    """

    version: str
    mandatory: Mapping[str, str]
    employer: Mapping[str, str]
    purposes: Mapping[str, Mapping[str, Mapping[str, str]]]


def parse_override_reasons(text: str) -> Mapping[str, OverrideReason]:
    """Read the override reasons from TOML text, in the order of the file."""
    rows = _parsed(text, "override_reasons.toml")["reason"]
    reasons = {
        row["code"]: OverrideReason(
            row["code"], {"fr": row["fr"], "en": row["en"]}, row.get("needs_text", False)
        )
        for row in rows
    }
    if len(reasons) != len(rows):
        raise _broken("two reasons with the same code", "override_reasons.toml")
    return reasons


def parse_worklist_rules(text: str) -> WorklistRules:
    """Read the worklist rules from TOML text."""
    data = _parsed(text, "worklist.toml")
    levels = tuple(data["urgency"]["levels"])
    realert = data["realert"]
    if realert["level"] not in levels:
        raise _broken("an alarm for a level that does not exist", "worklist.toml")
    return WorklistRules(levels, realert["level"], float(realert["after_s"]))


@cache
def override_reasons() -> Mapping[str, OverrideReason]:
    """Return the shipped override reasons by code."""
    return parse_override_reasons(_shipped("override_reasons.toml"))


@cache
def worklist_rules() -> WorklistRules:
    """Return the shipped worklist rules."""
    return parse_worklist_rules(_shipped("worklist.toml"))


@cache
def consent_notice() -> ConsentNotice:
    """Return the shipped words of the consent screen."""
    data = _parsed(_shipped("consents.toml"), "consents.toml")
    purposes = {
        row["code"]: {
            lang: {
                "title": row[lang],
                "what": row[f"{lang}_what"],
                "without": row[f"{lang}_without"],
            }
            for lang in ("fr", "en")
        }
        for row in data["purpose"]
    }
    return ConsentNotice(data["notice"], data["mandatory"], data["employer"], purposes)


def _shipped(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _broken("a file that is not TOML", name) from None


def _broken(found: str, name: str) -> DataError:
    return DataError(
        found=found,
        why="acts and alarms can't be read from it without guessing",
        remedy="restore the file of this release",
        path=name,
    )
