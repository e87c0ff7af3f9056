"""Words that are never a conclusion: no all-clear, no disease by a model, no fitness for work.

Clinical reference 1.11 and T36; clinical decisions 4, 5 and 16.
"""

import json
import re
import tomllib
from html.parser import HTMLParser

import pytest
from house import ROOT
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.load import load_sentences
from laennec.engine.words.text import render_text
from laennec.serving.report import render_html
from prediagnosis_examples import EXAMPLES

NEVER = {
    "fr": (
        r"\bnormal(e|es|aux|ement)?\b",
        r"\b(pas|aucun|aucune|absence) (de |d'|du )?(maladie|diabète|hypertension|pathologie)s?\b",
        r"\b(in)?aptes?\b",
        r"\b(in)?aptitudes?\b",
        r"\bsain(e|s|es)?\b",
        r"\bnon malade\b",
        r"\bbonne santé\b",
        r"\brassur",
        r"\brien à signaler\b",
        r"\b(vous avez|souffre|atteint d'un|est diabétique|est hypertendu)",
        r"\bBrugada\b",
        r"\b(bi|tri)fasciculaire\b",
    ),
    "en": (
        r"\bnormal(ly)?\b",
        r"\bno (disease|diabetes|hypertension|abnormalit|evidence of)",
        r"\b(disease|diabetes)-free\b",
        r"\b(un)?fit for (work|duty)\b",
        r"\bfitness\b",
        r"\bhealthy\b",
        r"\breassur",
        r"\ball clear\b",
        r"\b(you have|suffers from|is diabetic|is hypertensive)\b",
        r"\bBrugada\b",
        r"\b(bi|tri)fascicular\b",
    ),
}
JARGON = (r"\bAUROC\b", r"\bONNX\b", r"\bTSK\b", r"\bNaN\b", r"\bnull\b", r"[{}]")
VISITS = sorted((ROOT / "examples/visits").glob("*.json"))


def offences(text: str, lang: str, words=NEVER) -> list[str]:
    return [m[0] for p in words[lang] for m in re.finditer(p, text, re.IGNORECASE)]


class _Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.in_style, self.words = False, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.in_style = tag == "style"
        self.words += [value for name, value in attrs if name == "aria-label"]

    def handle_data(self, data):
        if not self.in_style:
            self.words.append(data)


def words_of(html: str) -> str:
    return " ".join(_Words(html).words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_holds_a_word_that_is_never_a_conclusion(lang):
    found = {k: offences(s, lang) for k, s in load_sentences()[lang].items()}
    assert not {key: words for key, words in found.items() if words}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_of_the_vocabulary_holds_one_either(lang):
    for name in ("measurements.toml", "questions.toml", "exposures.toml"):
        raw = tomllib.loads((ROOT / "engine/vocabulary" / name).read_text(encoding="utf-8"))
        assert not offences(json.dumps(raw, ensure_ascii=False), lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Glycémie normale."),
        ("fr", "Apte au poste."),
        ("fr", "Pas de diabète."),
        ("fr", "Aucune maladie."),
        ("en", "Normal pressure."),
        ("en", "No disease found."),
        ("en", "Fit for work."),
    ],
)
def test_the_lint_itself_sees_what_it_looks_for(lang, text):
    assert offences(text, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [("fr", "valeur anormale"), ("fr", "adaptation du poste"), ("en", "abnormal value")],
)
def test_the_lint_leaves_other_words_alone(lang, text):
    assert not offences(text, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_speaks_the_language_of_the_workshop(lang):
    table = {k: s for k, s in load_sentences()[lang].items() if not k.startswith("unit.")}
    filled = {k: re.sub(r"\{[a-z_]+\}", "x", s) for k, s in table.items()}
    found = {k: offences(s, lang, {lang: JARGON}) for k, s in filled.items()}
    assert not {key: words for key, words in found.items() if words}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_rendered_draft_holds_one(example, lang):
    assert not offences(render_text(example(), lang), lang)
    assert not offences(words_of(render_html(example(), lang)), lang)


def rendered(path, lang):
    models, record = load_models(), parse(path.read_bytes())
    draft = screen(record, models, load_guidelines())
    return draft, model_labels(models, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", VISITS, ids=lambda p: p.stem)
def test_no_example_visit_is_answered_with_one(path, lang):
    draft, labels = rendered(path, lang)
    assert not offences(render_text(draft, lang, labels), lang)
    assert not offences(words_of(render_html(draft, lang, labels=labels)), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", VISITS, ids=lambda p: p.stem)
def test_every_output_of_an_example_visit_carries_the_disclaimer(path, lang):
    draft, labels = rendered(path, lang)
    disclaimer = Sentences(lang).text("disclaimer")
    assert disclaimer in " ".join(render_text(draft, lang, labels).split())
    assert disclaimer in render_html(draft, lang, labels=labels)
    assert as_json(draft, lang, labels)["disclaimer"] == disclaimer


@pytest.mark.parametrize("path", VISITS, ids=lambda p: p.stem)
def test_every_finding_of_an_example_visit_has_words_and_a_way_on(path):
    """T36: label and meaning; what is silent says why or what to do next."""
    draft, labels = rendered(path, "fr")
    for finding in as_json(draft, "fr", labels)["findings"]:
        assert finding["text"].strip()
        assert "_" not in finding["text"], finding["text"]
        level = finding["state"] or finding["band"]
        if level == "not_assessable" and finding["kind"] == "fact":
            assert finding["missing"] or finding["limits"] or finding["reasons_for"]
        if level in ("present", "high") and finding["urgency"]:
            assert finding["proposed_action"]
            assert finding["proposed_addressee"]


def test_the_disclaimer_says_the_four_things():
    assert Sentences("fr").text("disclaimer") == (
        "Évaluation uniquement. Pas de marquage CE. Ne sert pas au diagnostic. "
        "Pré-diagnostic à confirmer par un médecin."
    )
    english = Sentences("en").text("disclaimer")
    for part in ("Evaluation use", "Not CE marked", "Not for diagnosis", "physician must confirm"):
        assert part in english


def test_a_lower_risk_never_rules_a_disease_out():
    for lang, words in (("fr", "cela ne l'écarte pas"), ("en", "this does not rule it out")):
        for finding in ("t2d_undiagnosed", "dysglycaemia", "t2d_textbook"):
            assert words in load_sentences()[lang][f"finding.{finding}.low"]


def test_every_learned_reference_says_that_hba1c_or_the_cut_off_differs_in_france():
    """Decision 4: two languages of diabetes."""
    for key in ("ref.hba1c_or_fpg", "ref.dysglycaemia"):
        assert "En France" in load_sentences()["fr"][key]
        assert "In France" in load_sentences()["en"][key]
