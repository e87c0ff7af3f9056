"""A pre-diagnosis as a card: what is urgent and where to read on, never a finding.

Who looks at the card is not known here, so it says what a nurse may see (hazard H21). The number of
a card holds the report's own, so that feedback finds it without another table.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from ...engine.errors import NotPermitted
from ..fhir.issue_codes import KeptCode
from ..fhir.symptoms_out import unasked_symptoms
from ..house_data import override_reasons
from .services import Json, settings, words

_TAIL: Final = "1ae22ec0ca4d00"
_ID_LENGTH: Final = 16
_REFUSED: Final = "refused_record"
_OBSERVATIONS: Final = "prefetch.observations"
"""Place of a visit's measurements: where its software says that there are none, look."""
_TO_CHECK: Final[frozenset[KeptCode]] = frozenset(
    {"prefetch_empty", "encounter_status", "dated_by_bundle", "interpretation_critical"}
)
"""Notes of a report that stand on its card too."""


class NoSuchCard(NotPermitted):
    """Feedback on a card that is none of this service."""

    code = "no_such_report"


def card_uuid(draft_id: str) -> str:
    """Return the number of a report's card: a UUID of version 8 with the report's id in it.

    >>> card_uuid("0123456789abcdef")
    '01234567-89ab-8cde-af1a-e22ec0ca4d00'
    """
    digits = f"{draft_id[:12]}8{draft_id[12:15]}a{draft_id[15:]}{_TAIL}"
    return str(uuid.UUID(hex=digits))


def draft_of_card(card: str) -> str:
    """Return the report of a card.

    Raises
    ------
    NoSuchCard : not the number of a card of this service
    """
    try:
        digits = uuid.UUID(card).hex
    except ValueError:
        digits = ""
    draft_id = digits[:12] + digits[13:16] + digits[17:18]
    if len(draft_id) != _ID_LENGTH or card_uuid(draft_id) != card.lower():
        raise NoSuchCard(
            found="feedback on a card that is none of this service",
            why="it can't be told what was overridden",
            remedy="Send the uuid of a card as it came",
            path="feedback.card",
        )
    return draft_id


def report_card(
    status: Mapping[str, Any], draft_id: str, base: str, *, is_smart: bool = False
) -> Json:
    """Return the card of a report.

    Parameters
    ----------
    status : its ``laennec.visit_status/1``
    draft_id : of the store
    base : address of the service, without a slash at its end
    is_smart : it leads to the review page by a SMART launch of the visit software
    """
    lang = str(status["language"])
    is_refused = any(item["severity"] == _REFUSED for item in status["refused_items"])
    number = card_uuid(draft_id)
    reading = {
        "label": words(lang, "suggestion.read"),
        "uuid": str(uuid.uuid5(uuid.UUID(number), "read")),
    }
    return {
        "uuid": number,
        "summary": _summary(status, lang, is_refused=is_refused),
        "detail": _detail(status, lang),
        "indicator": _indicator(status, is_refused=is_refused),
        "source": {"label": "Laennec", "url": f"{base}/review"},
        "suggestions": [reading],
        "selectionBehavior": "any",
        "overrideReasons": override_codings(lang),
        "links": [{"label": words(lang, "link.review"), **_way(draft_id, base, is_smart=is_smart)}],
    }


def _indicator(status: Mapping[str, Any], *, is_refused: bool) -> str:
    """Return how a card shows; what did not arrive or was not asked is never mere information."""
    rows: Mapping[str, str] = settings()["indicator"]
    level = status["urgency"] or ("refused" if is_refused else "none")
    is_measured = all(note["path"] != _OBSERVATIONS for note in status["notes"])
    is_whole = is_measured and not status["refused_items"] and unasked_symptoms(status) is None
    return rows[level] if is_whole or rows[level] != rows["none"] else rows["refused"]


def _way(draft_id: str, base: str, *, is_smart: bool) -> Json:
    """Return where a card leads: an address, or a launch that the visit software completes."""
    if not is_smart:
        return {"url": f"{base}/review/{draft_id}", "type": "absolute"}
    return {"url": f"{base}/smart/launch", "type": "smart", "appContext": draft_id}


def override_codings(lang: str) -> list[Json]:
    """Return the coded reasons for which a card may be overridden."""
    system = settings()["override"]["system"]
    return [
        {"code": reason.code, "system": system, "display": reason.labels[lang]}
        for reason in override_reasons().values()
    ]


def _summary(status: Mapping[str, Any], lang: str, *, is_refused: bool) -> str:
    """Return one line of fewer than 140 characters that stands for what is most urgent."""
    level, urgent = status["urgency"], status["urgent"]
    if urgent:
        text = words(lang, "summary.urgent", level=urgent[0]["level"], text=urgent[0]["text"])
    elif is_refused:
        text = words(lang, "summary.refused")
    elif level:
        text = words(lang, "summary.waiting", level=level)
    else:
        text = words(lang, "summary.no_level")
    unasked = unasked_symptoms(status)
    if unasked:
        text = words(lang, f"summary.{unasked.code}", text=text)
    most = settings()["most_summary"]
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _detail(status: Mapping[str, Any], lang: str) -> str:
    """Return everything that is urgent, refused or to be measured, as a list in Markdown."""
    lines = [
        f"**{item['text']}** {item['action']} ({item['addressee']})" for item in status["urgent"]
    ]
    lines += [
        words(lang, "detail.refused", text=f"{item['found']} ; {item['remedy']}")
        for item in (*status["refused_items"], *status["suspect_items"])
    ]
    lines += [
        words(lang, "detail.check", text=f"{note['found']} ; {note['remedy']}")
        for note in status["notes"]
        if note["code"] in _TO_CHECK
    ]
    lines += [words(lang, "detail.next", text=step) for step in status["to_do_now"]]
    listed = "\n".join(f"- {_plain(line)}" for line in lines)
    return f"{listed}\n\n{status['disclaimer']}".strip()


def _plain(line: str) -> str:
    """Return a line in which nothing opens a link, a picture or an element of HTML."""
    return line.replace("<", "&lt;").replace("](", "] (").replace("\n", " ")
