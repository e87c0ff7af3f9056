"""Reads a protocol: every problem at once, nothing guessed."""

import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from ...engine.bundles.decode import decode
from ..errors import ProtocolRefused, StudyProblem
from .model import Comparator, Condition, Endpoint, Protocol

SCORES = ("findrisc", "ada", "desir", "cambridge", "score2", "framingham")
_VALUELESS = ("missing", "present")
_HASH_DIGITS = 64


def template() -> str:
    """Return the text of a protocol to begin from, every key explained."""
    return files(__package__ or "").joinpath("template.toml").read_text(encoding="utf-8")


def read_protocol(path: Path) -> Protocol:
    """Read a protocol file.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    try:
        text = path.read_bytes().decode("utf-8")
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
    return parse_protocol(text, path.name)


def parse_protocol(text: str, name: str = "protocol") -> Protocol:
    """Read the text of a protocol; ``name`` stands in errors.

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
    return protocol_of(raw, name)


def protocol_of(raw: object, name: str = "protocol") -> Protocol:
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


Problem = tuple[str, str, str, str, str]


def _all_problems(protocol: Protocol) -> Iterator[Problem]:
    yield from _names(protocol)
    for path, condition in conditions(protocol):
        yield from _condition(path, condition)
    for index, comparator in enumerate(protocol.comparators):
        yield from _comparator(f"comparator[{index}]", comparator)
    known = {c.id for c in protocol.comparators}
    for index, endpoint in enumerate(protocol.endpoints):
        yield from _endpoint(f"endpoint[{index}]", endpoint, known, protocol)
    yield from _numbers(protocol)
    yield from _index_test(protocol)


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
    if not any(e.role == "primary" for e in protocol.endpoints):
        yield (
            "no_primary", "endpoint", "no primary endpoint",
            "a study is about one number, chosen before the data are seen",
            'Give one [[endpoint]] role = "primary"',
        )  # fmt: skip


def _condition(path: str, condition: Condition) -> Iterator[Problem]:
    if (condition.column is None) == (condition.feature is None):
        yield (
            "condition_source", path, "neither or both of column and feature",
            "a condition reads one of the two",
            "Give column (of the data file) or feature (of the engine)",
        )  # fmt: skip
    given = (condition.value is not None) + (condition.text is not None)
    needed = 0 if condition.op in _VALUELESS else 1
    if given != needed:
        yield (
            "condition_value", path, f"{given} values for {condition.op!r}",
            f"it compares with {'nothing' if needed == 0 else 'one value'}",
            "Give value (a number) or text; missing and present take none",
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


def _endpoint(
    path: str, endpoint: Endpoint, known: set[str], protocol: Protocol
) -> Iterator[Problem]:
    if endpoint.against is not None and endpoint.against not in known:
        yield (
            "comparator_unknown", f"{path}.against", f"the comparator {endpoint.against!r}",
            "no [[comparator]] has this id", f"One of {', '.join(sorted(known)) or 'none given'}",
        )  # fmt: skip
    needs = {
        "superior": ("against",),
        "non_inferior": ("against", "margin"),
        "at_least": ("bound",),
        "at_most": ("bound",),
    }.get(endpoint.hypothesis, ())
    for key in needs:
        if getattr(endpoint, key) is None:
            yield (
                "endpoint_incomplete", f"{path}.{key}", f"{endpoint.hypothesis} without {key}",
                "the hypothesis can't be judged", f"Give {key}",
            )  # fmt: skip
    if endpoint.among == "weighted" and protocol.data.survey is None:
        yield (
            "no_survey", f"{path}.among", "weighted, without a survey design",
            "there are no weights", "Give [data.survey], or among = \"counted\"",
        )  # fmt: skip
    is_survival = protocol.reference.time is not None
    wrong = "auroc" if is_survival else "c_index"
    if endpoint.statistic == wrong:
        yield (
            "statistic_kind", f"{path}.statistic", f"{endpoint.statistic} for this outcome",
            "a survival outcome is ranked by c_index, another one by auroc",
            "Choose the other one, or give reference.time",
        )  # fmt: skip


def _numbers(protocol: Protocol) -> Iterator[Problem]:
    a, m, r = protocol.analysis, protocol.missing_data, protocol.reference
    checks: list[tuple[str, bool, str]] = [
        ("analysis.bootstraps", a.bootstraps >= 1, "at least 1"),
        ("analysis.benefit_from", 0 < a.benefit_from < a.benefit_to, "above 0, below benefit_to"),
        ("analysis.benefit_to", a.benefit_to < 1, "below 1"),
        (
            "analysis.benefit_step",
            0 < a.benefit_step <= a.benefit_to,
            "above 0, at most benefit_to",
        ),
        ("analysis.prevalences", all(0 < p < 1 for p in a.prevalences), "between 0 and 1"),
        ("analysis.minimum_events", a.minimum_events >= 1, "at least 1"),
        ("analysis.shapley_people", a.shapley_people >= 0, "at least 0"),
        ("reporting.suppress_below", protocol.reporting.suppress_below >= 0, "at least 0"),
        (
            "missing_data.imputations",
            ("multiple_imputation" in m.plan) == (m.imputations > 1),
            "at least 2 with multiple_imputation in the plan, 0 without",
        ),
        (
            "missing_data.shifts",
            not m.shifts or "multiple_imputation" in m.plan,
            "empty without multiple_imputation, whose values are shifted",
        ),
        (
            "index_test.values",
            protocol.index_test.values is None or "multiple_imputation" not in m.plan,
            "left out with multiple_imputation, which asks the shipped model again",
        ),
        ("reference.horizon", (r.time is None) == (r.horizon is None), "given together with time"),
    ]
    if protocol.data.survey is not None:
        divisor = protocol.data.survey.weight_divisor
        checks.append(("data.survey.weight_divisor", divisor > 0, "above 0"))
    for path, holds, expected in checks:
        if not holds:
            yield (
                "number", path, "a value that can't be used",
                f"it must be {expected}", "Correct it",
            )  # fmt: skip


def _index_test(protocol: Protocol) -> Iterator[Problem]:
    sha256 = protocol.index_test.sha256
    if len(sha256) != _HASH_DIGITS or set(sha256) - set("0123456789abcdef"):
        yield (
            "hash_form", "index_test.sha256", "no sha256",
            "the model must be the very one that the protocol means",
            "Copy the 64 hexadecimal digits that `laennec models list` prints",
        )  # fmt: skip
