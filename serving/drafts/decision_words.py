"""A physician's decision on a finding, and the words for decisions, in French and English."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
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

    >>> DecisionWords("fr").text("state.amended")
    'amendé'
    """

    def __init__(self, lang: str) -> None:
        self.lang = check_language(lang)
        self._table = _tables()[self.lang]

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def moment(self, at: str, near: str = "") -> str:
        """Word a UTC text of the store, in the zone of another moment where one is given.

        A moment without a zone, or in UTC, leaves it in UTC, and it says so.

        >>> DecisionWords("fr").moment("2026-11-03T09:20:00.000000+00:00")
        '03/11/2026 à 09:20 UTC'
        >>> DecisionWords("fr").moment("2026-11-03T09:20:00+00:00", "2026-11-03T08:00:00+01:00")
        '03/11/2026 à 10:20'
        """
        when, zone = datetime.fromisoformat(at), _zone_of(near)
        when = when if zone is None else when.astimezone(zone)
        date, time = when.strftime(_DATES[self.lang]), when.strftime("%H:%M")
        return self.text("moment" if zone is None else "moment_local", date=date, time=time)

    def reason(self, code: str | None, words: str | None) -> str:
        """Word a coded reason with the words that were given beside it."""
        known = override_reasons().get(code or "")
        label = known.labels[self.lang] if known else (code or "")
        return self.text("reason.words", reason=label, words=words) if words else label

    def deciders(self, decisions: Iterable[FindingDecision], near: str = "") -> tuple[str, str]:
        """Return who decided (name and identifier, each once) and when the last one did.

        Parameters
        ----------
        decisions : one or more
        near : a moment in whose zone the time is told, such as that of the visit
        """
        taken = list(decisions)
        names = dict.fromkeys(f"{d.physician_name} ({d.physician_id})" for d in taken)
        return ", ".join(names), self.moment(max(d.decided_at for d in taken), near)


def _zone_of(moment: str) -> tzinfo | None:
    """Return the zone of a moment; None where it has none, is in UTC, or is no moment."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return at.tzinfo if at.utcoffset() not in (None, timedelta()) else None
