"""A physician's decision on a finding, and the words for decisions, in French and English."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

from ...engine.words import check_language
from ...engine.words.load import load_folder
from ..house_data import override_reasons

_DATES: Mapping[str, str] = {"fr": "%d/%m/%Y", "en": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class FindingDecision:
    """What a physician decided about one finding.

    Parameters
    ----------
    finding_id : which finding
    verdict : confirm, amend or reject
    amended_to : the state or band that the physician puts in place, for amend
    reason, reason_text : the code from the override reasons, and words where given
    physician_id, physician_name : who decided
    decided_at : UTC text
    """

    finding_id: str
    verdict: str
    amended_to: str | None
    reason: str | None
    reason_text: str | None
    physician_id: str
    physician_name: str
    decided_at: str

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as it stands beside a finding of the final document."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "reason_text": self.reason_text,
            "physician": {"id": self.physician_id, "name": self.physician_name},
            "decided_at": self.decided_at,
        }


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = {
        str(lang): table for lang, table in load_folder(files(f"{__package__}.words")).items()
    }
    return tables


class DecisionWords:
    """The sentences of one language about decisions.

    Parameters
    ----------
    lang : ``fr`` or ``en``
    near : a moment in whose zone times are told, that of the visit; in UTC without one

    >>> DecisionWords("fr").text("state.amended")
    'amendé'
    """

    def __init__(self, lang: str, near: str = "") -> None:
        self.lang, self._zone = check_language(lang), _zone_of(near)
        self._table = _tables()[self.lang]

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def moment(self, at: str) -> str:
        """Word a UTC text of the store, with the zone in which it is told.

        >>> DecisionWords("fr").moment("2026-11-03T09:20:00.000000+00:00")
        '03/11/2026 à 09:20 (UTC)'
        >>> DecisionWords("fr", "2026-11-03T08:00:00+01:00").moment("2026-11-03T09:20:00+00:00")
        '03/11/2026 à 10:20 (UTC+01:00)'
        """
        when = datetime.fromisoformat(at).astimezone(self._zone)
        date, time = when.strftime(_DATES[self.lang]), when.strftime("%H:%M")
        return self.text("moment", date=date, time=time, zone=when.tzname())

    def reason(self, code: str | None, words: str | None) -> str:
        """Word a coded reason with the words that were given beside it."""
        known = override_reasons().get(code or "")
        label = known.labels[self.lang] if known else (code or "")
        return self.text("reason.words", reason=label, words=words) if words else label

    def deciders(self, decisions: Iterable[FindingDecision]) -> tuple[str, str]:
        """Return who decided (name and identifier, each once) and when the last one did.

        Parameters
        ----------
        decisions : one or more
        """
        taken = list(decisions)
        names = dict.fromkeys(f"{d.physician_name} ({d.physician_id})" for d in taken)
        return ", ".join(names), self.moment(max(d.decided_at for d in taken))


def _zone_of(moment: str) -> timezone:
    """Return the offset of a moment as a zone; UTC where it has none, or is no moment."""
    try:
        offset = datetime.fromisoformat(moment).utcoffset()
    except ValueError:
        offset = None
    return timezone(offset or timedelta())
