"""Reads a mapping file: TOML with the schema ``laennec.mapping/1``.

Nothing in it is guessed: an unknown key is refused by name, and every problem is told at once.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from ....engine.vocabulary import load_vocabulary
from .dates import DEFAULT_FORMAT, FORMATS, read_dates
from .mapping import SCHEMA, CsvForm, Source, TableMapping
from .mapping_log import MappingLog
from .problems import TableProblem, TableRefused
from .targets import Target, find_target

_TOP_KEYS: Final = ("schema", "title", "columns", "ignore", "missing", "csv")
_CSV_KEYS: Final = ("delimiter", "decimal", "encoding")
_ENTRY_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "person_id": ("column", "row_number"),
    "date": ("column", "constant", "format", "missing"),
    "age": ("column", "missing"),
    "sex": ("column", "constant", "values", "missing"),
    "quantity": ("column", "columns", "unit", "missing"),
    "answer": ("column", "any_of", "constant", "values", "missing"),
    "ecg_path": ("column",),
    "context": ("column", "missing"),
}


_ORIGINS: Final = ("column", "columns", "any_of", "constant", "row_number")


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Raises
    ------
    TableRefused  with everything that is wrong with it
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TableRefused(
            [
                TableProblem(
                    "mapping_unreadable", path.name, f"a file that can't be read ({_kind(error)})",
                    "the columns stay unknown without it", "Give a UTF-8 file that can be read",
                )
            ]
        ) from error  # fmt: skip
    return parse_mapping(text, path.name)


def _kind(error: Exception) -> str:
    return type(error).__name__


def parse_mapping(text: str, path: str = "mapping") -> TableMapping:
    r"""Read the text of a mapping file; ``path`` names it in errors.

    Raises
    ------
    TableRefused  with everything that is wrong with it

    >>> parse_mapping('schema = "laennec.mapping/1"\ncolumns.waist_cm = "tt"').sources["waist_cm"]
    ... # doctest: +ELLIPSIS
    Source(columns=('tt',), ...)
    """
    log = MappingLog(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        log.add(
            "not_toml", "file", f"a TOML error ({error})", "nothing of it can be read",
            "Mend the line",
        )  # fmt: skip
        raise TableRefused(log.problems) from error
    log.unknown(raw, _TOP_KEYS, "")
    if raw.get("schema") != SCHEMA:
        log.add(
            "schema_unknown", "schema", "another schema, or none", "its keys would be a guess",
            f'Begin the file with schema = "{SCHEMA}"',
        )  # fmt: skip
    mapping = TableMapping(
        sources=_sources(raw.get("columns", {}), log),
        ignore=log.texts(raw.get("ignore", []), "ignore"),
        missing=log.texts(raw.get("missing", []), "missing"),
        csv=_csv(raw.get("csv", {}), log),
        text=text,
    )
    if log.problems:
        raise TableRefused(log.problems)
    return mapping


def _csv(given: object, log: MappingLog) -> CsvForm:
    table = log.table(given, "csv")
    log.unknown(table, _CSV_KEYS, "csv")
    form = CsvForm(**{k: log.text(v, f"csv.{k}") for k, v in table.items() if k in _CSV_KEYS})
    checks: Mapping[str, tuple[Callable[[str], bool], str]] = {
        "delimiter": (lambda v: len(v.encode()) == 1, "one ASCII character"),
        "decimal": (lambda v: v in (".", ",") and v != form.delimiter, "a point or a comma"),
        "encoding": (_is_encoding, "an encoding such as utf-8 or latin-1"),
    }
    for key, (holds, expected) in checks.items():
        if not holds(getattr(form, key)):
            log.add(
                "csv_form", f"csv.{key}", "a value that can't be used", f"{expected} is needed",
                "The decimal mark must also differ from the delimiter",
            )  # fmt: skip
    return form


def _is_encoding(name: str) -> bool:
    try:
        "é".encode(name)
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _sources(given: object, log: MappingLog) -> dict[str, Source]:
    found = {}
    for name, entry in log.table(given, "columns").items():
        key = f"columns.{name}"
        target = find_target(name)
        if target is None:
            log.add(
                "target_unknown", key, f"the name {name!r}",
                "no canonical column, item or question has it",
                "See the list in docs/how-to/batch.md; a name with a point goes between quotes",
            )  # fmt: skip
            continue
        raw = {"column": entry} if isinstance(entry, str) else entry
        if isinstance(raw, Mapping):
            found[name] = _source(raw, target, key, log)
        else:
            log.table(entry, key)
    return found


def _source(raw: Mapping[str, Any], target: Target, key: str, log: MappingLog) -> Source:
    log.unknown(raw, _ENTRY_KEYS[target.kind], key)
    origins = [k for k in _ORIGINS if k in raw]
    if len(origins) != 1:
        allowed = [k for k in _ORIGINS if k in _ENTRY_KEYS[target.kind]]
        log.add(
            "origin", key, f"{len(origins)} origins", "a value comes from exactly one",
            "Give one of: " + ", ".join(allowed),
        )  # fmt: skip
    columns: tuple[str, ...] = ()
    if "column" in raw:
        columns = (log.text(raw["column"], f"{key}.column"),)
    for several in ("columns", "any_of"):
        if several in raw:
            columns = log.texts(raw[several], f"{key}.{several}")
            _check_several(columns, target, f"{key}.{several}", log)
    if "row_number" in raw and raw["row_number"] is not True:
        log.add(
            "wrong_type", f"{key}.row_number", "a value other than true", "it is a switch",
            "Write row_number = true, or name a column",
        )  # fmt: skip
    source = Source(
        columns=columns,
        constant=_constant(raw["constant"], f"{key}.constant", log) if "constant" in raw else None,
        row_number="row_number" in raw,
        unit=log.text(raw.get("unit", ""), f"{key}.unit"),
        values=_values(raw["values"], target, key, log) if "values" in raw else None,
        missing=log.texts(raw.get("missing", []), f"{key}.missing"),
        date_format=log.text(raw.get("format", ""), f"{key}.format"),
    )
    _check_format(source, key, log)
    _check_unit(source, target, key, log)
    if source.constant is not None:
        _check_constant(source, target, key, log)
    return source


def _check_several(columns: tuple[str, ...], target: Target, key: str, log: MappingLog) -> None:
    if not columns or len(set(columns)) < len(columns):
        log.add(
            "columns_unclear", key, f"{len(columns)} columns, {len(set(columns))} different",
            "each is named once, and at least one is", "Name every column once",
        )  # fmt: skip
    if target.kind == "answer" and not target.is_yes_no:
        log.add(
            "not_yes_no", key, "a question with other answers than yes and no",
            "which of two answers counts would be a guess", "Name one column",
        )  # fmt: skip


def _values(given: object, target: Target, key: str, log: MappingLog) -> dict[str, str]:
    return {
        text: _answer(value, target, f"{key}.values.{text}", log)
        for text, value in log.table(given, f"{key}.values").items()
    }


def _constant(value: object, key: str, log: MappingLog) -> str:
    """Return a constant as text; TOML's own dates and booleans are understood."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return log.text(value, key)


def _answer(value: object, target: Target, key: str, log: MappingLog) -> str:
    answer = str(value).lower() if isinstance(value, bool) else log.text(value, key)
    words = target.words or {}
    if answer not in words and answer not in ("", "unknown"):
        log.add(
            "answer_unknown", key, f"the answer {answer!r}", "the question has no such answer",
            "Use one of: " + ", ".join([*words, "unknown"]),
        )  # fmt: skip
    return answer


def _check_format(source: Source, key: str, log: MappingLog) -> None:
    if source.date_format and source.date_format not in FORMATS:
        log.add(
            "format_unknown", f"{key}.format", f"the date format {source.date_format!r}",
            "dates are read in one stated form only", "Use one of: " + ", ".join(FORMATS),
        )  # fmt: skip


def _check_unit(source: Source, target: Target, key: str, log: MappingLog) -> None:
    if target.kind != "quantity":
        return
    accepted = tuple(u.ucum for u in load_vocabulary().item_of(target.slot).units)
    if target.unit:
        if source.unit not in ("", target.unit):
            log.add(
                "unit_against_name", f"{key}.unit", f"the unit {source.unit!r}",
                f"the name {target.name} says {target.unit}",
                f'Map it as "{target.slot}", which has no unit in its name',
            )  # fmt: skip
    elif source.unit not in accepted:
        log.add(
            "unit_unknown", f"{key}.unit", f"the unit {source.unit!r}",
            "values are compared in a unit that the guidelines know",
            "Declare one of: " + ", ".join(accepted),
        )  # fmt: skip


def _check_constant(source: Source, target: Target, key: str, log: MappingLog) -> None:
    where = f"{key}.constant"
    if target.kind == "date":
        form = source.date_format or DEFAULT_FORMAT
        known = source.date_format == "" or form in FORMATS
        if known and not read_dates(pa.array([source.constant]), date_format=form).present[0]:
            log.add(
                "date_unreadable", where, "a constant that is no date", f"{form} is read",
                f"Write a date as {form}",
            )  # fmt: skip
    elif target.words is not None:
        _answer(source.constant, target, where, log)
