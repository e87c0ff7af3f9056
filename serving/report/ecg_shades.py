"""The fields on the millimetre paper behind the reasons for a statement."""

from collections.abc import Iterator
from typing import Final

from ...engine.ecg.findings.shown import shown_settings
from ...engine.prediagnosis import EcgEvidence, EcgSection
from ...engine.words import Sentences
from .ecg_fields import Shade

_MS: Final = 1000.0
_QRS: Final = "qrs"


def shades_of(section: EcgSection, words: Sentences) -> list[Shade]:
    """Turn the evidence of a draft into fields in seconds, named by its finding.

    Parameters
    ----------
    section : with evidence and the waves that were found
    words : of the reader's language
    """
    return [
        Shade(one.leads, onset_s, offset_s, words.text(f"finding_name.{one.finding}"))
        for one in section.evidence
        for onset_s, offset_s in _spans(one, section)
    ]


def _spans(one: EcgEvidence, section: EcgSection) -> Iterator[tuple[float, float]]:
    widths = {name: ms / _MS for name, ms in shown_settings()["spans"].items()}
    if one.at_s is not None:
        yield one.at_s - widths["beat_ms"], one.at_s + widths["beat_ms"]
        return
    for mark in section.marks:
        if mark.wave == one.part:
            yield mark.onset_s, mark.offset_s
        elif mark.wave == _QRS and one.part == "st":
            yield mark.offset_s, mark.offset_s + widths["st_ms"]
        elif mark.wave == _QRS and one.part == "before":
            yield mark.onset_s - widths["before_ms"], mark.onset_s
