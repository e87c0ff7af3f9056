"""Reads a protocol: every problem at once, nothing guessed."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from ...engine.bundles.decode import decode
from ..errors import ProtocolRefused, StudyProblem
from .endpoints import endpoint_problems
from .model import Comparator, Protocol
from .numbers import Problem, number_problems
from .people import Condition

SCORES = (
    "findrisc", "ada", "desir", "cambridge", "score2", "score2_diabetes", "framingham",
)  # fmt: skip
_VALUELESS = ("missing", "present")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_TOLD = (
    ("study", ("id", "title", "question")),
    ("data", ("description",)),
    ("population", ("description",)),
    ("index_test", ("purpose",)),
    ("reference", ("name", "description")),
)
"""Texts without which nobody knows what was studied."""


def template() -> str:
    """Return the text of a protocol to begin from, every key explained."""
    return files(__package__ or "").joinpath("template.toml").read_text(encoding="utf-8")


More = Callable[[Protocol], Iterable[StudyProblem]]
"""Says what else is wrong with a protocol, by what it is to be used with."""


def _nothing(_: Protocol) -> tuple[StudyProblem, ...]:
    return ()


def read_protocol(path: Path, more: More = _nothing) -> Protocol:
    """Read a protocol file.

    Parameters
    ----------
    path : of the file
    more : what it finds is told with the rest, all at once

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "protocol_unreadable",
                    path.name,
                    f"a file that can't be read ({type(error).__name__})",
                    "without a protocol there is no study",
                    "Give a UTF-8 TOML file; `laennec validate --new FILE.toml` writes one",
                )
            ]
        ) from error
    return parse_protocol(text, path.name, more)


def parse_protocol(text: str, name: str = "protocol", more: More = _nothing) -> Protocol:
    """Read the text of a protocol; ``name`` stands in errors, ``more`` as in `read_protocol`.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "not_toml", name, f"a TOML error ({error})",
                    "nothing of the protocol can be read", "Mend the line",
                )
            ]
        ) from error  # fmt: skip
    return protocol_of(raw, name, more)


def protocol_of(raw: object, name: str = "protocol", more: More = _nothing) -> Protocol:
    """Read a protocol from a plain table, as tomllib or json gives it.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    said: list[str] = []
    protocol = decode(Protocol, raw, said)
    problems = [_form_problem(text, name) for text in said]
    if protocol is not None:
        problems = [
            StudyProblem(code, f"{name}: {path}", found, why, remedy)
            for code, path, found, why, remedy in _all_problems(protocol)
        ]
        problems += more(protocol)
    if problems or protocol is None:
        raise ProtocolRefused(problems)
    return protocol


def _form_problem(text: str, name: str) -> StudyProblem:
    path, _, found = text.partition(": ")
    return StudyProblem(
        "protocol_form", f"{name}: {path}", found,
        "a protocol is read as a whole or not at all",
        "See docs/how-to/run-a-study.md, or start from `laennec validate --new`",
    )  # fmt: skip


def _all_problems(protocol: Protocol) -> Iterator[Problem]:
    yield from _names(protocol)
    for path, condition in conditions(protocol):
        yield from _condition(path, condition)
    if protocol.reference.case.op in _VALUELESS:
        yield (
            "case_op", "reference.case.op", f"{protocol.reference.case.op!r}",
            "a reference standard that is missing is unknown, and makes nobody a case",
            "Compare its column with a value",
        )  # fmt: skip
    for index, comparator in enumerate(protocol.comparators):
        yield from _comparator(f"comparator[{index}]", comparator)
    yield from endpoint_problems(protocol)
    yield from number_problems(protocol)
    yield from _texts(protocol)
    yield from _groups(protocol)


def conditions(protocol: Protocol) -> Iterator[tuple[str, Condition]]:
    """Yield every condition with the path where it stands."""
    for index, exclusion in enumerate(protocol.population.exclude):
        yield f"population.exclude[{index}].when", exclusion.when
    yield "reference.case", protocol.reference.case
    for key in ("competing", "verified"):
        other = getattr(protocol.reference, key)
        if other is not None:
            yield f"reference.{key}", other
    for i, subgroup in enumerate(protocol.subgroups):
        for j, group in enumerate(subgroup.groups):
            for k, condition in enumerate(group.when):
                yield f"subgroup[{i}].group[{j}].when[{k}]", condition


def _names(protocol: Protocol) -> Iterator[Problem]:
    lists: dict[str, Iterable[str]] = {
        "population.exclude": [e.id for e in protocol.population.exclude],
        "comparator": ["index", *(c.id for c in protocol.comparators)],
        "endpoint": [e.id for e in protocol.endpoints],
        "subgroup": [s.id for s in protocol.subgroups],
        "study": [protocol.study.id],
    }
    for path, ids in lists.items():
        seen: set[str] = set()
        for name in ids:
            if name in seen:
                yield (
                    "id_twice", path, f"the id {name!r} twice",
                    "a result could not be told from another ('index' is the index test)",
                    "Give each its own id",
                )  # fmt: skip
            seen.add(name)
            if not _ID.fullmatch(name):
                yield (
                    "id_form", path, f"the id {name!r}",
                    "tables and files are named by it", "Use letters, digits, - and _ only",
                )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _condition(path: str, condition: Condition) -> Iterator[Problem]:
    sources = (condition.column, condition.feature, condition.exposure)
    if sum(source is not None for source in sources) != 1:
        yield (
            "condition_source", path, "none, or more than one, of column, feature and exposure",
            "a condition reads one of them",
            "Give column (of the data file), feature (of the engine) or exposure",
        )  # fmt: skip
    if condition.exposure is not None and condition.text is not None:
        yield (
            "condition_exposure", path, "an exposure with a text",
            "it is 1 where it was declared and 0 where not", "Give value = 1.0 or 0.0",
        )  # fmt: skip
    given = sum(one is not None for one in (condition.value, condition.text, condition.day))
    needed = 0 if condition.op in _VALUELESS else 1
    if given != needed:
        yield (
            "condition_value", path, f"{given} values for {condition.op!r}",
            f"it compares with {'nothing' if needed == 0 else 'one value'}",
            "Give value (a number), text or day; missing and present take none",
        )  # fmt: skip
    if condition.day is not None and (condition.column is None or not _is_day(condition.day)):
        yield (
            "condition_day", path, f"the day {condition.day!r}",
            "a day is compared with a column of dates, and has one form",
            "Give column, and the day as YYYY-MM-DD",
        )  # fmt: skip
    if condition.text is not None and condition.op not in ("==", "!="):
        yield (
            "condition_text", path, f"{condition.op!r} with a text",
            "texts have no order here", 'Use "==" or "!="',
        )  # fmt: skip


def _comparator(path: str, comparator: Comparator) -> Iterator[Problem]:
    if comparator.kind == "score" and comparator.name not in SCORES:
        yield (
            "score_unknown", f"{path}.name", f"the score {comparator.name!r}",
            "the engine has none of this name", f"One of {', '.join(SCORES)}",
        )  # fmt: skip


def _texts(protocol: Protocol) -> Iterator[Problem]:
    """Yield texts that say nothing."""
    for section, keys in _TOLD:
        for key in keys:
            if not str(getattr(getattr(protocol, section), key)).strip():
                yield (
                    "text_empty", f"{section}.{key}", "an empty text",
                    "nobody would know then what was studied", "Say it in a few words",
                )  # fmt: skip


def _groups(protocol: Protocol) -> Iterator[Problem]:
    """Yield subgroups in which nobody, or everybody, would be."""
    for index, subgroup in enumerate(protocol.subgroups):
        path, labels = f"subgroup[{index}]", [g.label for g in subgroup.groups]
        if not labels:
            yield (
                "group_none", f"{path}.group", "no group", "there is nothing to tell of it",
                "Give at least one group with label and when",
            )  # fmt: skip
        if len(set(labels)) < len(labels):
            yield (
                "label_twice", f"{path}.group", "two groups of one label",
                "a reader could not tell them apart", "Give each its own label",
            )  # fmt: skip
        for j, group in enumerate(subgroup.groups):
            if not group.when:
                yield (
                    "group_open", f"{path}.group[{j}].when", "no condition",
                    "everybody would be in the group", "Say who is in it",
                )  # fmt: skip
