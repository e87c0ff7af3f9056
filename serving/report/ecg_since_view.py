"""An ECG beside an earlier one, as the page prints it."""

from ...engine.prediagnosis import EcgComparison
from ...engine.words import Sentences
from ...engine.words import ecg_since_lines as lines
from .page import EcgSinceView


def ecg_since_view(comparison: EcgComparison | None, sentences: Sentences) -> EcgSinceView | None:
    """Word the comparison of a draft; None where it has none.

    Parameters
    ----------
    comparison : of the draft
    sentences : of the reader's language
    """
    if comparison is None:
        return None
    shown = [
        change
        for verdict in ("beyond", "within")
        for change in comparison.changes
        if change.verdict == verdict and (verdict == "beyond" or not change.lead)
    ]
    return EcgSinceView(
        head=tuple(lines.head_lines(comparison, sentences)),
        standings=tuple(lines.standing_lines(comparison, sentences)),
        rows=tuple(lines.change_cells(change, sentences) for change in shown),
        not_compared=tuple(lines.not_compared_lines(comparison, sentences)),
        summary=lines.summary_line(comparison, sentences),
    )
