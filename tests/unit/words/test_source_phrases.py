"""The source of an ECG rule stands beside it in text, page and JSON, in the reader's language."""

import re

import pytest
from ecg_pairs import models
from ecg_visits import drafted, given
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.reason_phrases import printed_and_rest
from laennec.engine.words.source_phrases import statement_source
from laennec.engine.words.text import render_text
from laennec.serving.report import render_html

SOURCES = sorted({r.source for b in models().statements for r in b.rules.rules})
ENGLISH = re.compile(r"\b(the|from|of|and|memory|house|choice|number|reference|limits)\b", re.I)


@pytest.mark.parametrize("source", [*SOURCES, "House choice (ENG)"])
def test_every_source_of_a_rule_is_worded_in_the_reader_s_language(source):
    french = statement_source(source, Sentences("fr"))
    assert french and not ENGLISH.search(french)
    assert len(french) <= 80
    for year in re.findall(r"\b(?:19|20)\d\d\b", source.partition("doi:")[0]):
        assert year in french, "a guideline that is cited is named"
    assert ("de mémoire" in french) == ("from memory" in source)
    own = "logiciel" in french
    assert own == bool(re.search(r"\bENG\b", source))
    assert statement_source(source, Sentences("en"))


def test_a_source_that_nobody_knows_is_printed_as_it_is():
    assert statement_source("Nobody 2031, table 2 [x.org]", Sentences("fr")) == (
        "Nobody 2031, table 2"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_that_is_printed_names_its_source(lang):
    draft = drafted(given("lvh_with_strain", 1))
    words = Sentences(lang, model_labels(models(), lang))
    text = " ".join(render_text(draft, words).split())
    page = render_html(draft, words).replace("&#39;", "'")
    told = [f for f in draft.findings if f.id.startswith("ecg_") and f.reasons_for]
    assert told
    for finding in told:
        for side in (finding.reasons_for, finding.reasons_against):
            for reason in printed_and_rest(finding, side)[0]:
                source = statement_source(reason.source, words)
                assert f"[{source}]" in text
                assert f'<span class="source">{source}' in page
    document = as_json(draft, words)
    of = {f["id"]: f for f in document["findings"]}
    for finding in told:
        for reason in of[finding.id]["reasons_for"]:
            assert reason["source_text"] == statement_source(reason["source"], words)
