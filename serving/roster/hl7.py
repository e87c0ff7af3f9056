"""Planned visits from HL7 v2 messages: ADT (A01, A04, A05) and SIU (S12, S13, S14).

Read are PID-3 (the identifier of the type PI or MR, and no other: a national number is never the
person's), PID-7, PID-8, and the visit: PV1-19 and PV1-44 of an ADT, SCH-1 (else SCH-2) and SCH-11
of an SIU. A cancellation takes its visit back; it and any other message is told and not taken.

Source: HL7 v2.5.1, chapters 2 (encoding; types of an identifier: table 0203), 3 (ADT) and 10 (SIU;
a visit that does not take place: table 0278).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..fhir.maps import fhir_maps
from .rows import SEXES, RosterProblem, RosterRow, TakenBack

_TAKEN: Final = frozenset({"ADT^A01", "ADT^A04", "ADT^A05", "SIU^S12", "SIU^S13", "SIU^S14"})
_CANCELS: Final = frozenset(
    {"SIU^S15", "SIU^S16", "SIU^S17", "SIU^S26", "ADT^A11", "ADT^A23", "ADT^A27", "ADT^A38"}
)
_IS_OFF: Final = frozenset({"cancelled", "dc", "deleted", "noshow"})
_OWN: Final = frozenset({"PI", "MR"})
_BILLING: Final = frozenset({"NH", "NS"})
_AUTHORITY, _TYPE_CODE = 3, 4
_START: Final = 3
_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\.\d+)?)?([+-]\d{4})?")
Segment = Sequence[str]


def looks_like_hl7(text: str) -> bool:
    """Say whether a text is HL7 v2 by its beginning."""
    return text.lstrip("\x0b\ufeff \r\n").startswith("MSH|")


def read_hl7(text: str, name: str, zone: str) -> Iterator[RosterRow | RosterProblem | TakenBack]:
    """Yield a row, a problem or a cancellation for every message of a text.

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


def _read(message: str, where: str, zone: str) -> RosterRow | RosterProblem | TakenBack:
    segments: dict[str, Segment] = {}
    for line in message.split("\r"):
        fields = line.split("|")
        segments.setdefault(fields[0], fields)
    # MSH-1 is the separator itself, so its fields stand one place earlier
    kind = "^".join(_at(segments, "MSH", 8).split("^")[:2])
    status = _at(segments, "SCH", 25).split("^")[0]
    is_off = kind in _CANCELS or (kind in _TAKEN and status.lower() in _IS_OFF)
    if kind not in _TAKEN or is_off:
        words = f"a message of the type {kind[:20]!r}{f', status {status[:20]!r}' * bool(status)}"
        untaken = RosterProblem(where, "message_not_taken", words)
        return TakenBack(untaken, frozenset(_visits(segments))) if is_off else untaken
    if _at(segments, "MSH", 1) != "^~\\&":
        return RosterProblem(where, "encoding_unknown", "other encoding characters than ^~\\&")
    own, words = _number(_at(segments, "PID", 3))
    if words:
        return RosterProblem(f"{where} PID-3", "person_missing", words)
    if kind.startswith("SIU"):
        timing = _at(segments, "SCH", 11).split("~")[0].split("^")
        moment = timing[_START] if len(timing) > _START else ""
    else:
        moment = _at(segments, "PV1", 44)
    return RosterRow(
        where=where,
        visit_id=next(iter(_visits(segments)), ""),
        performed_at=hl7_moment(moment, zone),
        person_id=own,
        birth_date=hl7_moment(_at(segments, "PID", 7)[:8], "")[:10],
        sex=SEXES.get(_at(segments, "PID", 8).lower(), ""),
    )


def _visits(segments: Mapping[str, Segment]) -> list[str]:
    """Return every number of the visit, the one that it is listed under first."""
    said = [_at(segments, *place) for place in (("SCH", 1), ("SCH", 2), ("PV1", 19))]
    return [number for one in said if (number := one.split("^")[0])]


def _at(segments: Mapping[str, Segment], name: str, field: int) -> str:
    fields = segments.get(name, ())
    return fields[field].strip() if len(fields) > field else ""


def _number(identifiers: str) -> tuple[str, str]:
    """Return the patient's own number of a PID-3, or why there is none, without any number.

    Only an identifier that says PI or MR is one, and not under the authority of a national number:
    without a type it may as well be the number of an insured person, which a family shares.
    """
    listed = [one.split("^") for one in identifiers.split("~") if one.strip()]
    own = {one[0] for one in listed if _type(one) in _OWN and not _is_national(one) and one[0]}
    if len(own) == 1:
        return own.pop(), ""
    if own:
        return "", "several numbers of the type PI or MR; send the one of the record"
    found = (
        "a national number alone, which is never read"
        if any(map(_is_national, listed))
        else ("no number of the type PI or MR")
    )
    return "", f"{found}; send the number of the person's record there, of the type PI or MR"


def _type(identifier: Sequence[str]) -> str:
    return identifier[_TYPE_CODE].strip() if len(identifier) > _TYPE_CODE else ""


def _is_national(identifier: Sequence[str]) -> bool:
    """Say whether an identifier is a national or billing number, by its type or its authority."""
    authority = identifier[_AUTHORITY] if len(identifier) > _AUTHORITY else ""
    kind, kinds = _type(identifier), fhir_maps()["ins"]["kinds"]
    named = {kind, authority.split("&")[0], *(f"urn:oid:{part}" for part in authority.split("&"))}
    return kind.startswith("INS") or kind in _BILLING or bool(named & {*kinds, *kinds.values()})


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
