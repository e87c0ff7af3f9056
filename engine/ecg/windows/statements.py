"""Statements on the rhythm that hold in a part of a long recording."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ...prediagnosis import Finding, Message
from ..features import EcgFeatures
from ..findings.find import PRESENT, Statement
from .cut import Window
from .look import Seen
from .spans import runs_of, spans_of, written

SEEN: Final = "ecg.windows.seen"
Said = tuple[Statement, Finding]


def with_statements_of_windows(
    whole: Sequence[Said], seen: Seen, word: Callable[[Statement, EcgFeatures], Finding]
) -> tuple[Said, ...]:
    """Let a statement that is present in windows in a row be present, with where it was seen.

    What the whole says is present stays; where it holds in a part only, that is said too. Score and
    reasons are then those of the window in which it is best supported.

    Parameters
    ----------
    whole : statements of the recording as a whole, each with its finding
    seen : in its windows
    word : makes the finding of a statement and the features behind it
    """
    return tuple(_beside(said, finding, seen, word) for said, finding in whole)


def _beside(
    said: Statement,
    finding: Finding,
    seen: Seen,
    word: Callable[[Statement, EcgFeatures], Finding],
) -> Said:
    least = seen.settings.statements_in_a_row.get(said.name)
    if least is None:
        return said, finding
    runs = runs_of((i for i, p in enumerate(seen.present) if said.name in p), least)
    if not runs:
        return said, finding
    if said.state != PRESENT:
        held = (seen.present[i][said.name] for run in runs for i in run)
        said, features = max(held, key=lambda pair: pair[0].score)
        finding = word(said, features)
    spans = spans_of(runs, seen.windows)
    if spans == (Window(seen.windows[0].start_s, seen.windows[-1].stop_s),):
        return said, finding
    where = written(spans, seen.settings.most_spans)
    return said, replace(finding, limits=(*finding.limits, Message(SEEN, {"spans": where})))
