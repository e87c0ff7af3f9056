"""A decided index is worded as an index, never as a probability."""

import pytest
from laennec.engine.prediagnosis import Finding, Message
from laennec.engine.words import Sentences
from laennec.serving.drafts.standing import _level


@pytest.mark.parametrize(
    ("details", "words"),
    [({"score": 0.4}, "indice intermédiaire"), ({}, "probabilité intermédiaire")],
)
def test_the_band_of_an_index_is_no_probability(details, words):
    finding = Finding(
        id="t2d_textbook",
        kind="risk",
        message=Message("finding.t2d_textbook.intermediate"),
        band="intermediate",
        details=details,
    )
    assert _level(finding, Sentences("fr")) == words
