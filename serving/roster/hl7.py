"""Planned visits from HL7 v2 messages: ADT (A01, A04, A05) and SIU (S12, S13, S14).

Read are PID-3 (the identifier of the type PI or MR, else the only one), PID-7, PID-8, and the
visit: PV1-19 and PV1-44 of an ADT, SCH-1 (else SCH-2) and SCH-11 of an SIU. A cancellation (S15,
A11) and any other message is told and not taken.

Source: HL7 v2.5.1, chapters 2 (encoding), 3 (ADT) and 10 (SIU).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from .rows import SEXES, RosterProblem, RosterRow

_TAKEN: Final = frozenset({"ADT^A01", "ADT^A04", "ADT^A05", "SIU^S12", "SIU^S13", "SIU^S14"})
_OWN: Final = frozenset({"PI", "MR"})
_TYPE_CODE: Final = 4
_START: Final = 3
_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\.\d+)?)?([+-]\d{4})?")
Segment = Sequence[str]


def looks_like_hl7(text: str) -> bool:
    """Say whether a text is HL7 v2 by its beginning."""
    return text.lstrip("\x0b\ufeff \r\n").startswith("MSH|")


def read_hl7(text: str, name: str, zone: str) -> Iterator[RosterRow | RosterProblem]:
    """Yield a row or a problem for every message of a text.

    Parameters
    ----------
    text : one or several messages
    name : of the file
    zone : for a time without one, such as +01:00; empty for none
    """
    flat = text.replace("\r\n", "\r").replace("\n", "\r").replace("\x0b", "").replace("\x1c", "")
    messages = [m for m in re.split(r"(?:^|\r)(?=MSH\|)", flat) if m.strip()]
    for number, message in enumerate(messages, 1):
        yield _read(message, f"{name} message {number}", zone)


def _read(message: str, where: str, zone: str) -> RosterRow | RosterProblem:
    segments: dict[str, Segment] = {}
    for line in message.split("\r"):
        fields = line.split("|")
        segments.setdefault(fields[0], fields)
    # MSH-1 is the separator itself, so its fields stand one place earlier
    kind = "^".join(_at(segments, "MSH", 8).split("^")[:2])
    if kind not in _TAKEN:
        return RosterProblem(where, "message_not_taken", f"a message of the type {kind[:20]!r}")
    if _at(segments, "MSH", 1) != "^~\\&":
        return RosterProblem(where, "encoding_unknown", "other encoding characters than ^~\\&")
    if kind.startswith("SIU"):
        visit = _at(segments, "SCH", 1) or _at(segments, "SCH", 2)
        timing = _at(segments, "SCH", 11).split("~")[0].split("^")
        moment = timing[_START] if len(timing) > _START else ""
    else:
        visit, moment = _at(segments, "PV1", 19), _at(segments, "PV1", 44)
    return RosterRow(
        where=where,
        visit_id=visit.split("^")[0],
        performed_at=hl7_moment(moment, zone),
        person_id=_number(_at(segments, "PID", 3)),
        birth_date=hl7_moment(_at(segments, "PID", 7)[:8], "")[:10],
        sex=SEXES.get(_at(segments, "PID", 8).lower(), ""),
    )


def _at(segments: Mapping[str, Segment], name: str, field: int) -> str:
    fields = segments.get(name, ())
    return fields[field].strip() if len(fields) > field else ""


def _number(identifiers: str) -> str:
    """Return the patient's own number of a PID-3, empty where it can't be told which it is."""
    listed = [one.split("^") for one in identifiers.split("~") if one]
    own = [one[0] for one in listed if len(one) > _TYPE_CODE and one[_TYPE_CODE] in _OWN]
    if len(own) == 1:
        return own[0]
    return listed[0][0] if len(listed) == 1 and not own else ""


def hl7_moment(text: str, zone: str) -> str:
    """Return an HL7 time as ISO text, empty where it is none.

    >>> hl7_moment("202611030920", "+01:00"), hl7_moment("20261103092000+0100", "")
    ('2026-11-03T09:20:00+01:00', '2026-11-03T09:20:00+01:00')
    >>> hl7_moment("19740302", "")
    '1974-03-02'
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return ""
    year, month, day, hour, minute, second, own = found.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    offset = f"{own[:3]}:{own[3:]}" if own else zone
    return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{offset}"
