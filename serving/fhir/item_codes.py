"""Which measurement the codes of an Observation mean; of several meanings none is chosen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...engine.vocabulary import load_vocabulary
from .entries import codings, obj, text
from .issues import IssueLog
from .maps import Json, system

Code = str | Json
_HOW_TOLD: Final = frozenset({"item", "property", "unit"})
"""What a code fixes beside what was measured: its unit tells."""


def codes_of(part: Mapping[str, Any], path: str, log: IssueLog) -> list[Code]:
    """Return the code that the vocabulary knows, else the first as it came, to be refused.

    Of codes of several measurements, or of several kinds of one (fasting, two hours after 75 g),
    one for each of them: which was measured is not known.

    Parameters
    ----------
    part : an Observation or a component
    path : FHIRPath of its place
    log : of the Bundle; codes of two items refuse the record
    """
    given = codings(part.get("code"))
    known: list[Code] = [{"system": s, "code": c} for s, c in given if s == system("loinc")]
    known += [c for s, c in given if s == system("measurement")]
    by_item: dict[str, list[Code]] = {}
    for code in known:
        item = item_of(code)
        if item:
            by_item.setdefault(item, []).append(code)
    if len(by_item) > 1:
        items = ", ".join(sorted(by_item))
        log.keep("refused_record", "codes_disagree", f"{path}.code", items=items)
    if by_item:
        return [code for codes in by_item.values() for code in _meant(codes, path, log)]
    said = text(obj(part.get("code")).get("text"))
    first = given[0] if given else ("code.text" if said else "", said)
    return [{"system": first[0], "code": first[1]}]


def item_of(code: Code) -> str:
    """Return the item that a code of a visit means; empty where the vocabulary does not know it."""
    vocabulary = load_vocabulary()
    if isinstance(code, str):
        return code if code in vocabulary.items else ""
    is_known = code["system"] == system("loinc") and code["code"] in vocabulary.loinc
    return str(vocabulary.loinc[code["code"]]["item"]) if is_known else ""


def _meant(codes: Sequence[Code], path: str, log: IssueLog) -> list[Code]:
    """Return the code that says all that the others of its item say; each kind where none does.

    Every code of an Observation holds, and one may say less than another (FHIR), which is told.
    Two that each say something else (fasting; two hours after 75 g) are two kinds.
    """
    kinds: dict[frozenset[tuple[str, str]], Code] = {}
    for code in codes:
        kinds.setdefault(_said(code), code)
    fullest = max(kinds, key=len)
    if any(not kind <= fullest for kind in kinds):
        return [code for kind, code in kinds.items() if kind]
    if len([kind for kind in kinds if kind]) > 1:
        log.add("codes_several", f"{path}.code", {"code": str(obj(kinds[fullest]).get("code"))})
    return [kinds[fullest]]


def _said(code: Code) -> frozenset[tuple[str, str]]:
    """Return what a code says of how its item was measured; one of the house says nothing."""
    if isinstance(code, str):
        return frozenset()
    row = load_vocabulary().loinc[code["code"]]
    return frozenset((name, str(value)) for name, value in row.items() if name not in _HOW_TOLD)
