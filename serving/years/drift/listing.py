"""The report on drift as text for a terminal, and as a table for a spreadsheet."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, Final

from .page import to_do
from .wording import alarm_lines, head_lines, no_alarm_lines, signal_lines, words

COLUMNS: Final = (
    "measure", "name", "by", "group", "release", "month", "n", "value", "low", "high", "median",
    "state", "direction",
)  # fmt: skip
_WIDTH: Final = 100


def drift_rows(document: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield every month of every series, a row each, under ``COLUMNS``.

    Parameters
    ----------
    document : from ``published``
    """
    yield COLUMNS
    for one in document["series"]:
        for point in one["points"]:
            said = {**one, **point}
            yield tuple(said.get(name, "") for name in COLUMNS)


def drift_text(document: Mapping[str, Any], lang: str) -> str:
    """Return what moved, and what to do, as lines.

    Parameters
    ----------
    document : from ``published``
    lang : fr or en
    """
    sentences = words(lang)
    said = [sentences.text("drift.title").upper(), sentences.text("disclaimer")]
    said += [sentences.text("drift.status"), *head_lines(document, sentences), ""]
    alarms, signals = alarm_lines(document, sentences), signal_lines(document, sentences)
    said.append(sentences.text("drift.alarms").upper())
    for one in alarms:
        said.append(
            f"[{one['level_text']}] {one['month']} · {one['measure_text']} · {one['name']} · "
            f"{one['where']} · {one['value']}"
        )
        said += [f"    {one['carried']}"] if one["carried"] else []
    for one in signals:
        said.append(f"[CUSUM] {one['month']} · {one['name']} · {one['where']} · {one['way']}")
    said += no_alarm_lines(document, sentences)
    actions = to_do(document, sentences)
    if actions:
        said += ["", sentences.text("drift.what_to_do").upper()]
        said += [
            f"{name} : {text}" if lang == "fr" else f"{name}: {text}" for name, text in actions
        ]
    return "\n".join(line for text in said for line in _wrapped(text)) + "\n"


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ") or [""]
