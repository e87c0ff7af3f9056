"""The card of a model with what studies found of it, from the studies' own documents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...engine.bundles.verify import Bundle
from ..errors import StudyError
from .parts import Document, test_names
from .seal import check_seal
from .words import Words

HEADLINE: Final = ("c_index", "auroc", "auroc_at")
SAW: Final = (
    "**Development data: the model's own rows are optimistic; a row of the same recipe out of "
    "fold, where there is one, is the honest one.**"
)
CALIBRATION: Final = ("observed_to_expected", "calibration_intercept", "calibration_slope")


def card_with_studies(bundle: Bundle, reports: Sequence[Path]) -> str:
    """Return the card of a bundle, a section a study behind it.

    The card in the bundle is sealed and stays what it is: its numbers are those of the training
    run. Numbers of a study of another version are refused, not printed beside it.

    Parameters
    ----------
    bundle : of the model
    reports : ``report.json`` of each study

    Raises
    ------
    StudyError  if a file is no report, that of another model, or not as it was written
    """
    card = bundle.files["card.md"].decode("utf-8").rstrip()
    parts = [_section(_read(path, bundle), path) for path in reports]
    return "\n\n".join([card, *parts]) + "\n"


def _read(path: Path, bundle: Bundle) -> Document:
    try:
        told: Document = json.loads(path.read_text(encoding="utf-8"))
        model, _ = told["model"], told["protocol"]["content"]["study"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            found=f"a file that is no report of a study ({type(error).__name__})",
            why="nothing of it can stand on a card",
            remedy="Give the report.json that `laennec validate` wrote",
            path=path.name,
        ) from error
    if model["sha256"] != bundle.model.sha256:
        raise StudyError(
            found=f"a study of {model['id']} {model['version']}, sha256 {model['sha256'][:12]}",
            why=f"this card is of {bundle.manifest.id} {bundle.manifest.version}, sha256 "
            f"{bundle.model.sha256[:12]}: another model's numbers would stand under its name",
            remedy="Run the study again on this version",
            path=path.name,
        )
    check_seal(told, path.name)
    return told


def _section(told: Document, path: Path) -> str:
    words = Words("en")
    study, plan = told["protocol"]["content"]["study"], told["protocol"]
    role = study["data_role"]
    lines = [
        f"## Studied: {study['title']}",
        "",
        f"{study['question']} Data: {words.say('role', role)}. Protocol sha256 "
        f"{plan['sha256']}, {_frozen(plan)}; {len(told['deviations'])} deviations are listed in "
        f"its report. From {path.name} of `{study['id']}`.",
        *(["", SAW] if told["model"]["saw_these_data"] or role == "development" else []),
        "",
        *_table(told, words),
        "",
        *_endpoints(told, words),
    ]
    return "\n".join(lines).rstrip()


def _frozen(plan: Mapping[str, Any]) -> str:
    if plan["frozen_sha256"] is None:
        return "never frozen"
    same = "as it is" if plan["frozen_sha256"] == plan["sha256"] else "changed since"
    return f"frozen on {plan['frozen_on']} and {same}"


def _table(told: Document, words: Words) -> Iterator[str]:
    """Yield ranking and calibration, counted and in the survey's population, each with method."""
    yield "| among | test | statistic | value | 95 % | people | method |"
    yield "|---|---|---|---|---|---|---|"
    names = test_names(told, words)
    for among, found in told["analyses"].items():
        tests = found.get("discrimination", {}).get("tests", {})
        rows = [(t, s, of[s]) for t, of in tests.items() for s in HEADLINE if s in of]
        calibration = found.get("calibration", {})
        rows += [("index", s, calibration[s]) for s in CALIBRATION if s in calibration]
        for test, name, result in rows:
            cells = (words.say("report", among), names[test], words.say("stat", name))
            whole = (*cells, *_estimate(result, words))
            yield "| " + " | ".join(cell.replace("|", "/") for cell in whole) + " |"


def _endpoints(told: Document, words: Words) -> Iterator[str]:
    yield "| endpoint | against | result | 95 % | people | verdict |"
    yield "|---|---|---|---|---|---|"
    for row in told["endpoints"]:
        value, interval, n, _ = _estimate(row["result"], words)
        statistic = words.say("stat", row["statistic"])
        name = f"{row['role']}: {statistic}, {words.say('report', row['among'])}"
        verdict = words.say("verdict", row["verdict"])
        yield f"| {name} | {row['against'] or '-'} | {value} | {interval} | {n} | {verdict} |"


def _estimate(result: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """Return the cells of an estimate, after checking that it lies within its interval."""
    ends: list[Any] = [result.get(key) for key in ("ci_low", "value", "ci_high")]
    if None not in ends and ends != sorted(ends):
        low, value, high = ends
        raise StudyError(
            found=f"an estimate {value} outside of its interval {low} to {high}",
            why="one of the three is wrong, and a card would print it",
            remedy="Run the study again",
            path="report.json",
        )
    return words.estimate(result)
