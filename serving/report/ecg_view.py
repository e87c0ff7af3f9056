"""The ECG of a draft as the page prints it."""

from ...engine.prediagnosis import EcgSection
from ...engine.words import Sentences, ecg_lines
from ...engine.words.ecg_reference_lines import reference_lines, source_lines, source_marks
from .page import EcgView


def ecg_view(section: EcgSection, sentences: Sentences) -> EcgView:
    """Word the ECG of a draft.

    Parameters
    ----------
    section : of the draft
    sentences : of the reader's language
    """
    model, marks = section.model, source_marks(section.measured)
    return EcgView(
        lines=tuple(ecg_lines.recording_lines(section, sentences)),
        values=tuple(
            (ecg_lines.name_of(one, sentences), ecg_lines.value_line(one, sentences, marks))
            for one in section.measured
            if one.value is not None
        ),
        withheld=tuple(ecg_lines.withheld_groups(section, sentences)),
        notes=tuple(reference_lines(section.measured, sentences)),
        sources=tuple(source_lines(section.measured, sentences)),
        second=ecg_lines.second_line(section, sentences),
        model=""
        if model is None
        else sentences.text("ecg.report.model", id=model.id, version=model.version),
    )
