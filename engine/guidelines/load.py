"""Reads the guideline files and says what is wrong with them if anything is.

The sets are chosen topic by topic (``diabetes=fr``); a file holds the findings of one set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from ..record import FEMALE, MALE, UNKNOWN
from ..vocabulary.load import read_toml
from .model import (
    ABSENT,
    NOT_ASSESSABLE,
    STATES,
    FindingSpec,
    Flag,
    Grade,
    GuidelineError,
    Guidelines,
    Note,
    Row,
)
from .read import broken, read_citation, read_flag, read_outcome, read_threshold, read_values
from .urgent import load_urgent_rules

SETS_FILE: Final = "sets.toml"
_SEXES: Final = {"female": FEMALE, "male": MALE, "": UNKNOWN}
_ROW_KEYS: Final = {
    "id", "grade", "item", "op", "values", "borderline_from", "borderline_source", "sex", "age_min",
    "age_max", "also", "not_when", "rows", "at_least", "guideline", "read_in", "signed_by",
}  # fmt: skip


def _state(text: str, path: str) -> int:
    if text not in STATES:
        raise broken(f"the state {text!r}", f"states are {' '.join(STATES)}", path)
    return STATES.index(cast("Any", text))


def _grade(raw: Mapping[str, Any], path: str) -> Grade:
    state = _state(raw["state"], path)
    gives_way = ABSENT if state == NOT_ASSESSABLE else state
    beside = _state(raw["beside_needs"], path) if "beside_needs" in raw else gives_way
    return Grade(
        code=raw["code"],
        order=int(raw["order"]),
        state=state,
        beside_needs=beside,
        outcome=read_outcome(raw, path),
        next_step=raw.get("next_step", ""),
    )


@dataclass(frozen=True, slots=True)
class _File:
    """What the findings of one file share; ``flags`` are named groups of answers (``@name``)."""

    topic: str
    set: str
    title: str
    flags: Mapping[str, list[str]]
    path: str


def _flags(raw: Mapping[str, Any], key: str, file: _File) -> tuple[Flag, ...]:
    texts: list[str] = []
    for text in raw.get(key, ()):
        texts += file.flags[text[1:]] if text.startswith("@") else [text]
    return tuple(read_flag(text, file.path) for text in texts)


def _row(raw: Mapping[str, Any], grades: Mapping[str, int], file: _File) -> Row:
    where = f"{file.path}, row {raw.get('id', '?')}"
    strangers = set(raw) - _ROW_KEYS
    if strangers or "id" not in raw or raw.get("grade") not in grades:
        raise broken(f"unknown {sorted(strangers) or 'grade or id'}", "rows are closed", where)
    if ("item" in raw) == ("rows" in raw) or str(raw.get("item")).endswith("*"):
        raise broken("no single item", "a row compares one item or counts other rows", where)
    threshold = read_threshold(raw, where) if "item" in raw else None
    edge = raw.get("borderline_from", {})
    if bool(edge) != bool(raw.get("borderline_source")) or (edge and threshold is None):
        raise broken("a borderline without its source", "an uncertainty is stated", where)
    return Row(
        id=raw["id"],
        grade=grades[raw["grade"]],
        citation=read_citation(raw, where),
        threshold=threshold,
        borderline_from=read_values(edge, threshold.item, where) if edge and threshold else {},
        borderline_source=raw.get("borderline_source", ""),
        sex=_SEXES[raw.get("sex", "")],
        age_min=raw.get("age_min"),
        age_max=raw.get("age_max"),
        also=_flags(raw, "also", file),
        not_when=_flags(raw, "not_when", file),
        tally=tuple(raw.get("rows", ())),
        at_least=int(raw.get("at_least", 0)),
    )


def _note(raw: Mapping[str, Any], file: _File) -> Note:
    return Note(
        message=raw["message"],
        when=_flags(raw, "when", file),
        holds=tuple(raw.get("holds", ())),
        fails=tuple(raw.get("fails", ())),
    )


def _finding(raw: Mapping[str, Any], file: _File) -> FindingSpec:
    where = f"{file.path}, finding {raw['id']}"
    grades = tuple(_grade(g, where) for g in raw["grade"])
    codes = {g.code: index for index, g in enumerate(grades)}
    postponed, known = raw.get("postponed", {}), raw.get("known", {})
    spec = FindingSpec(
        id=raw["id"],
        topic=file.topic,
        set=file.set,
        title=file.title,
        needs=tuple(tuple(text.split("|")) for text in raw["needs"]),
        next_step=raw["next_step"],
        next_addressee=raw["next_addressee"],
        borderline=read_outcome(raw.get("borderline", {}), where),
        disagree=read_outcome(raw.get("disagree", {}), where),
        barred=read_outcome(raw.get("barred", {}), where),
        not_when=_flags(raw, "not_when", file),
        known=read_outcome(known, where),
        known_when=_flags(known, "when", file),
        postponed=_flags(postponed, "when", file),
        postponed_step=postponed.get("step", ""),
        grades=grades,
        rows=tuple(_row(r, codes, file) for r in raw["row"]),
        notes=tuple(_note(n, file) for n in raw.get("note", ())),
    )
    _check_finding(spec, where)
    return spec


def _check_finding(spec: FindingSpec, where: str) -> None:
    ids = [row.id for row in spec.rows]
    if len(set(ids)) < len(ids) or len({g.order for g in spec.grades}) < len(spec.grades):
        raise broken("two rows or grades alike", "one of them would be hidden", where)
    lost = [item for group in spec.needs for item in group if item not in spec.items]
    if lost:
        raise broken(f"needs {lost}", "no row looks at it", where)
    named = {i for row in spec.rows for i in row.tally}
    named |= {i for note in spec.notes for i in (*note.holds, *note.fails)}
    comparing = {row.id for row in spec.rows if row.threshold is not None}
    if not named <= comparing:
        raise broken(f"rows {sorted(named - comparing)}", "no comparing row has that id", where)


@cache
def read_set(file_name: str) -> tuple[FindingSpec, ...]:
    """Return the findings of one guideline file.

    Raises
    ------
    DataError  if the file is broken
    """
    return parse_set(read_toml(__package__ or "", file_name), file_name)


def parse_set(raw: Mapping[str, Any], path: str) -> tuple[FindingSpec, ...]:
    """Return the findings of a guideline file that was read already.

    Raises
    ------
    DataError  if something in it is unknown or missing
    """
    try:
        file = _File(raw["topic"], raw["set"], raw["title"], raw.get("flags", {}), path)
        return tuple(_finding(finding, file) for finding in raw["finding"])
    except KeyError as error:
        raise broken(f"no {error}", "the file can't be used without it", path) from error


@cache
def topics() -> Mapping[str, Mapping[str, Any]]:
    """Return topic -> its default set and the files of every set."""
    return read_toml(__package__ or "", SETS_FILE)


def parse_choice(text: str) -> dict[str, str]:
    """Read ``diabetes=fr,blood_pressure=esh2023``.

    Raises
    ------
    GuidelineError  if a part is not ``topic=set``

    >>> parse_choice("diabetes=ada")
    {'diabetes': 'ada'}
    """
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    for topic, equals, name in parts:
        if not (equals and topic.strip() and name.strip()):
            raise GuidelineError(
                found=f"the guideline choice {topic!r}",
                why="a choice names a topic and a set",
                remedy="Write it like diabetes=fr,blood_pressure=esh2023",
                path="guidelines",
            )
    return {topic.strip(): name.strip() for topic, _, name in parts}


def choose_sets(choice: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the set of every topic, the default one where none was chosen.

    Raises
    ------
    GuidelineError  if there is no such topic or set
    """
    chosen = dict(choice or {})
    for topic, name in chosen.items():
        if name not in topics().get(topic, {"sets": {}})["sets"]:
            known = [f"{t}={s}" for t, row in topics().items() for s in row["sets"]]
            raise GuidelineError(
                found=f"the guideline set {topic}={name}",
                why="there is no such set",
                remedy="Choose among " + ", ".join(known),
                path="guidelines",
            )
    return {topic: chosen.get(topic, row["default"]) for topic, row in topics().items()}


def load_guidelines(choice: Mapping[str, str] | None = None) -> Guidelines:
    """Return the findings of the chosen guideline sets, and the urgent rules.

    Parameters
    ----------
    choice : topic -> set; topics that are not named keep their default

    Raises
    ------
    GuidelineError  if a topic or set does not exist
    DataError  if a guideline file is broken

    >>> load_guidelines({"diabetes": "ada"}).sets["diabetes"]
    'ada'
    """
    sets = choose_sets(choice)
    return Guidelines(sets, tuple(_chosen(sets)), load_urgent_rules())


def _chosen(sets: Mapping[str, str]) -> Iterator[FindingSpec]:
    for topic, name in sets.items():
        for file_name in topics()[topic]["sets"][name]:
            yield from read_set(file_name)
