"""The fields for age and sex in the comment lines of ECG files, and only those of the person.

A field counts where the line begins with it, behind a word for the person, or behind other fields
of the person: what stands elsewhere in a comment may be of a mother, or of an infarct.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from .person_words import any_of, sexes_of, words

AGE: Final = "age"
SEX: Final = "sex"
LONGEST_LINE: Final = 400
_IN: Final = re.compile(r"(?i)^(?:in|en)(?=.)")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_ENDS: Final = r"(?=$|,(?!\d)|[;|<\t]|\s\s|[\s-]{1,4}%s|\s[^\s:=]{1,40}\s?[:=])"
_LEAD_IN: Final = r"[\s#*,;|<-]*"
_PAIR: Final = re.compile(
    r"([^/,;]+?)\s*[/,;]\s*([^/,;]+)|(\d{1,3})\s*([^\W\d_]+)|([^\W\d_]+)\s*(\d{1,3})"
)
_SHORT: Final = re.compile(r"^#\s*(\d{1,3})\s+([MF])\b")  # the MIT-BIH way


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a comment.

    Parameters
    ----------
    kind : age or sex
    text : what is stated
    unit : of an age, where its word states it ("age in days"); empty where not
    """

    kind: str
    text: str
    unit: str = ""


def fields_of(line: str) -> list[Field]:
    """Return the fields for age and sex of the person that a comment line begins with.

    >>> [f.text for f in fields_of("# Demographics: age 63, sex F")], fields_of("# Mother age: 30")
    (['63', 'F'], [])
    """
    line = line[:LONGEST_LINE]
    introduced = _patterns()["introduction"].match(line)
    at = introduced.end() if introduced else 0
    bare = _patterns()["bare"].match(line, at) if introduced else _SHORT.match(line)
    described = bare or _patterns()["described"].match(line, at)
    if described:
        return [Field(AGE, described[1]), Field(SEX, described[2])]
    turned = _patterns()["turned"].match(line, at)
    if turned:
        return [Field(SEX, turned[1]), Field(AGE, turned[2])]
    return list(_in_order(line, at))


def _in_order(line: str, at: int) -> Iterator[Field]:
    """Yield fields one behind the other; other fields of the person may stand between."""
    begin = at
    while at < len(line):
        names = ("pair", "field", "other")
        matches = ((name, _patterns()[name].match(line, at)) for name in names)
        name, found = next(((n, m) for n, m in matches if m and m.end() > at), ("", None))
        if found is None:
            return
        if name != "other":
            yield from _pair(found) if name == "pair" else _field(found, is_told=0 < at == begin)
        at = found.end()


def _field(match: re.Match[str], *, is_told: bool) -> Iterator[Field]:
    """Yield a field; without a sign its word may only begin a longer one, "age of onset".

    ``is_told``: it stands right behind a word for the person.
    """
    kind, text = _kind(match["key"]), match["value"].strip()
    if is_told or match["sign"] or (text[:1].isdigit() if kind == AGE else sexes_of(text)):
        unit = _LETTERS.findall(match["unit"])
        yield Field(kind, text, _IN.sub("", unit[-1]) if unit else "")


def _pair(match: re.Match[str]) -> Iterator[Field]:
    """Yield both fields of "age/sex: 63/F"; of what is no pair, one that is not understood."""
    kinds = [_kind(match[name]) for name in ("first", "second")]
    text = match["value"].strip()
    values = _PAIR.fullmatch(text)
    told = [part for part in values.groups() if part] if values else [text, text]
    if kinds[0] != kinds[1]:
        yield from (Field(kind, part) for kind, part in zip(kinds, told, strict=True))


def _kind(key: str) -> str:
    return AGE if key.lower() in words()["age"] else SEX


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    table = words()
    units = [unit for spelled in table["units"].values() for unit in spelled]
    letter, unit = any_of(units), any_of(unit for unit in units if len(unit) > 1)
    sexes = any_of(w for spelled in table["sexes"].values() for w in spelled if len(w) > 1)
    years = any_of(table["units"]["years"])
    age, sex = any_of(table["age"]), any_of(table["sex"])
    person = rf"(?:{any_of(table['whose'])})(?:'s)?"
    whose = rf"(?:{person}(?:[\s_]+|(?-i:(?=[A-Z]))))?"
    of = rf"(?:[\s_-]+(?:{any_of(table['of_whose'])}))?"
    key = rf"(?:{age}|{sex})(?=[\W_\d]|$|(?:in)?(?:{unit})(?![^\W_]))"
    ends = _ENDS % rf"{whose}{key}"
    in_unit = (
        rf"(?:\s*,?\s*[(\[]\s*(?:(?:in|en)\s+)?(?:{letter})\.?\s*[)\]]"
        rf"|[\s_/,-]*(?:in|en)[\s_]*(?:{letter})\b|[\s_/,-]*(?:{unit})\b)?"
    )
    at = rf"(?:\s+\(?(?:{any_of(table['age_at'])})\)?)?"
    one_year = rf"(\d{{1,3}})\s*-?\s*(?:{years})\b\.?(?:[\s-]*old)?"
    raw = {
        "introduction": rf"{_LEAD_IN}(?:{person}|{any_of(table['introductions'])}){of}\s*[:=]\s*",
        "field": rf"{_LEAD_IN}{whose}(?P<key>{key}){at}>?(?P<unit>{in_unit}){at}"
        rf"\s*(?P<sign>[:=])?\s*(?P<value>.*?)\s*{ends}",
        "pair": rf"{_LEAD_IN}{whose}(?P<first>{age}|{sex})\s*(?:/|,|&|\+|and|et|und)\s*"
        rf"(?P<second>{age}|{sex})\s*[:=]\s*(?P<value>[^;|<\t]*?)\s*(?=$|[;|<\t]|\s\s)",
        "other": rf"{_LEAD_IN}{whose}(?:{any_of(table['others'])})(?:\s*[(\[]\w+[)\]])?\s*[:=]"
        rf"\s*(?:.*?)\s*{ends}",
        "bare": rf"(\d{{1,3}})\s*[\s,/]\s*((?-i:[MF])\b|(?:{sexes})\b)",
        "described": rf"{_LEAD_IN}{one_year}[\s,/-]+((?-i:[MF])\b|(?:{sexes})\b)",
        "turned": rf"{_LEAD_IN}({sexes})\b\s*(?:,|de|von)?\s*"
        rf"(\d{{1,3}}\s*-?\s*(?:{unit})\b(?:[\s-]*old)?)",
    }
    return {name: re.compile(f"(?i){pattern}") for name, pattern in raw.items()}
