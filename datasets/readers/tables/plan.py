"""Decides which column of a table is what, before a single value is read.

A column that nobody named is refused, not dropped: it could be the one that matters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from ....engine.record import UNKNOWN
from .answers import is_answer_type
from .dates import DEFAULT_FORMAT, is_date_type
from .decimals import is_decimal_type, is_text_type
from .mapping import Source, TableMapping
from .problems import TableProblem, TableRefused
from .proposal import mapping_snippet
from .roles import AnswerRole, ContextRole, DateRole, QuantityRole, TablePlan
from .targets import DEVICE_OF, UNKNOWN_WORDS, Target, canonical_targets, find_target

_NAME_SHOWN: Final = 40

_DELIMITERS: Final = (";", "\t", "|")


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    types: Mapping[str, Any]
    mapping: TableMapping


def plan_table(
    columns: Sequence[tuple[str, Any]], mapping: TableMapping, *, name: str = "table"
) -> TablePlan:
    """Return what every column of a table is.

    Parameters
    ----------
    columns : names and Arrow types, in order
    mapping : an empty one where the columns have their canonical names
    name : of the table, for errors

    Raises
    ------
    TableRefused  with every problem, and a mapping that would settle the unknown columns
    """
    check_delimiter(columns, mapping, name=name)
    table = _Table(name, dict(columns), mapping)
    sources = _all_sources(table)
    problems = [
        *_twice(table, [n for n, _ in columns]),
        *_absent(table, sources),
        *_required(table, sources),
        *_clashes(table, sources),
        *_wrong_types(table, sources),
    ]
    strangers = _strangers(table, sources)
    if strangers:
        problems.append(_unknown(table, strangers))
    if problems:
        raise TableRefused(problems, mapping_snippet(strangers) if strangers else "")
    return _plan(table, sources)


def _all_sources(table: _Table) -> dict[str, Source]:
    """Return the mapping's sources, and canonical columns that stand under their own names."""
    used = {c for source in table.mapping.sources.values() for c in source.columns}
    sources = dict(table.mapping.sources)
    for name in table.types:
        is_free = name not in table.mapping.ignore and name not in used
        if is_free and _is_canonical(name) and name not in sources:
            sources[name] = Source(columns=(name,))
    return sources


def _is_canonical(name: str) -> bool:
    """Say whether a column's own name says what it is: ``device.<item>`` too."""
    target = find_target(name) if name.startswith(DEVICE_OF) else canonical_targets().get(name)
    return target is not None


def _target(name: str) -> Target:
    target = find_target(name)
    if target is None:  # a mapping is checked when it is read
        raise KeyError(name)
    return target


def _twice(table: _Table, names: Sequence[str]) -> Iterator[TableProblem]:
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        yield TableProblem(
            "column_twice", f"{table.name}: {name}", f"two columns named {name!r}",
            "which one counts would be a guess", "Rename one of them",
        )  # fmt: skip


def _absent(table: _Table, sources: Mapping[str, Source]) -> Iterator[TableProblem]:
    for target, source in sources.items():
        for column in source.columns:
            if column not in table.types:
                yield TableProblem(
                    "column_absent", f"{table.name}: {target}", f"no column {column!r}",
                    "the mapping says that it is there", _near(column, table.types),
                )  # fmt: skip


def _near(name: str, others: Iterable[str]) -> str:
    close = get_close_matches(name, list(others), n=3)
    return f"Did you mean {', '.join(close)}?" if close else "Correct the name, or leave it out"


def check_delimiter(
    columns: Sequence[tuple[str, Any]], mapping: TableMapping, *, name: str
) -> None:
    """Refuse a table whose whole header stands in one column: its fields are separated otherwise.

    Raises
    ------
    TableRefused
    """
    only = columns[0][0] if len(columns) == 1 else ""
    sign = max(_DELIMITERS, key=only.count)
    if not only.count(sign):
        return
    named = {";": "a semicolon", "\t": "a tab", "|": "a bar"}[sign]
    written = sign.replace("\t", r"\t")
    problem = TableProblem(
        "csv_delimiter", name, f"one single column, whose name has {named} in it",
        f"the fields seem to be separated by {named}, not by {mapping.csv.delimiter!r}",
        f'Say so in a mapping file: [csv] delimiter = "{written}", and decimal = "," '
        "where numbers have a comma",
    )  # fmt: skip
    raise TableRefused([problem])


def _required(table: _Table, sources: Mapping[str, Source]) -> Iterator[TableProblem]:
    if "person_id" not in sources:
        yield TableProblem(
            "person_id_missing", f"{table.name}: person_id", "no column person_id",
            "a result that belongs to nobody can't be used",
            'Map it (person_id = "..."), or number the rows: person_id = { row_number = true }',
        )  # fmt: skip
    screened = ("quantity", "answer", "ecg_path")
    if not any(_target(name).kind in screened for name in sources):
        yield TableProblem(
            "nothing_measured", table.name, "no column with a measurement or an answer",
            "there is nothing to screen", "Name the columns in a mapping",
        )  # fmt: skip


def _clashes(table: _Table, sources: Mapping[str, Source]) -> Iterator[TableProblem]:
    holders: dict[str, str] = {}
    for name in sources:
        holds = _target(name).holds
        if holds and holds in holders:
            yield _clash(table, holders[holds], name)
        holders[holds] = name
    if "birth_date" in sources and "age_years" in sources:
        yield _clash(table, "birth_date", "age_years")


def _clash(table: _Table, one: str, other: str) -> TableProblem:
    return TableProblem(
        "said_twice", f"{table.name}: {other}", f"both {one} and {other}",
        "they say the same thing and may disagree", "Put one of them under ignore",
    )  # fmt: skip


def _wrong_types(table: _Table, sources: Mapping[str, Source]) -> Iterator[TableProblem]:
    for name, source in sources.items():
        kind = _target(name).kind
        for column in source.columns:
            arrow = table.types.get(column)
            if arrow is None or _fits(kind, arrow):
                continue
            yield TableProblem(
                "column_type", f"{table.name}: {column}", f"a column of type {arrow}",
                f"{name} can't be read from it", "Write it as numbers, text or dates",
            )  # fmt: skip


def _fits(kind: str, arrow: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    if kind == "context":  # sites are often numbered, and a gap makes decimals of whole numbers
        return is_decimal_type(arrow) or is_text_type(arrow)
    if kind in ("person_id", "ecg_path"):
        is_plain = is_decimal_type(arrow) and not str(arrow).startswith(("float", "double"))
        return is_plain or is_text_type(arrow)
    if kind == "date":
        return is_date_type(arrow)
    if kind in ("quantity", "age"):
        return is_decimal_type(arrow)
    return is_answer_type(arrow)


def _strangers(table: _Table, sources: Mapping[str, Source]) -> list[str]:
    used = {c for source in sources.values() for c in source.columns}
    return [c for c in table.types if c not in used and c not in table.mapping.ignore]


def _unknown(table: _Table, names: Sequence[str]) -> TableProblem:
    shown = ", ".join(_shown(name) for name in names)
    return TableProblem(
        "column_unknown",
        table.name,
        f"{len(names)} columns that nobody named ({shown})",
        "what they are is not guessed, and one of them could matter",
        "Map each of them, or put it under ignore, in a mapping file",
    )


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:_NAME_SHOWN]


def _plan(table: _Table, sources: Mapping[str, Source]) -> TablePlan:
    quantities, answers = [], []
    for name, source in sources.items():
        target = _target(name)
        missing = (*table.mapping.missing, *source.missing)
        if target.kind == "quantity":
            unit = target.unit or source.unit
            quantities += [QuantityRole(c, target.slot, unit, missing) for c in source.columns]
        elif target.kind == "answer":
            answers.append(_answer_role(target, source, missing))
    sex = sources.get("sex")
    age = sources.get("age_years")
    mapping = table.mapping
    return TablePlan(
        person="".join(sources["person_id"].columns),
        visit_date=_date_role(sources.get("visit_date"), mapping),
        birth_date=_date_role(sources.get("birth_date"), mapping),
        age="".join(age.columns) if age else "",
        age_missing=(*mapping.missing, *(age.missing if age else ())),
        sex=_answer_role(_target("sex"), sex, (*mapping.missing, *sex.missing)) if sex else None,
        quantities=tuple(quantities),
        answers=tuple(answers),
        ignored=tuple(c for c in table.types if c in mapping.ignore),
        csv=mapping.csv,
        notices=tuple(_notices(sources)),
        ecg=next(iter(sources["ecg_path"].columns), "") if "ecg_path" in sources else "",
        context=tuple(
            ContextRole(name, source.columns[0], (*mapping.missing, *source.missing))
            for name, source in sorted(sources.items())
            if _target(name).kind == "context"
        ),
    )


def _date_role(source: Source | None, mapping: TableMapping) -> DateRole | None:
    if source is None:
        return None
    return DateRole(
        column="".join(source.columns),
        constant=source.constant,
        date_format=source.date_format or DEFAULT_FORMAT,
        missing=(*mapping.missing, *source.missing),
    )


def _answer_role(target: Target, source: Source, missing: tuple[str, ...]) -> AnswerRole:
    known = {**dict.fromkeys(UNKNOWN_WORDS, UNKNOWN), **(target.words or {})}
    if source.values is None:
        words = {text: code for text, code in known.items() if text}
    else:
        words = {text.lower(): known[answer] for text, answer in source.values.items()}
    constant = None if source.constant is None else known[source.constant]
    return AnswerRole(
        target.question or target.name, source.columns, tuple(words.items()), missing, constant
    )


def _notices(sources: Mapping[str, Source]) -> Iterator[str]:
    if "ecg_path" in sources:
        yield "ecg_not_read"
    if "visit_date" not in sources and "birth_date" in sources:
        yield "age_unknown_without_visit_date"
    if not {"birth_date", "age_years"} & set(sources):
        yield "age_unknown"
    if "sex" not in sources:
        yield "sex_unknown"
