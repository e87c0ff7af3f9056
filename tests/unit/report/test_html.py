"""One page that carries everything itself, keeps hostile text as text, and reads without colour."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from laennec.engine.errors import DataError
from laennec.engine.prediagnosis import Message
from laennec.engine.words import LANGUAGES, Sentences
from laennec.serving.report import Curve, MembershipPlot, render_html
from plot_examples import example_plots
from prediagnosis_examples import (
    EXAMPLES,
    high_risk_example,
    not_assessable_example,
    sealed,
    urgent_example,
)
from prediagnosis_strategies import HOSTILE, prediagnoses

VOID = {"meta", "br", "line", "rect", "path", "circle", "polyline"}
CSS = (Path(__file__).parents[3] / "serving/report/report.css").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Reads a page strictly: every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def classed(self, tag: str, name: str) -> list[dict[str, str | None]]:
        return [a for a in self.named(tag) if name in (a.get("class") or "").split()]


def page(draft, lang="fr", **kwargs) -> Page:
    return Page(render_html(draft, lang, **kwargs))


def assert_loads_nothing(html: str) -> None:
    read = Page(html)
    assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "iframe", "object", "base"}
    for _, attributes in read.tags:
        assert not {"src", "href", "style", "xlink:href"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


@given(prediagnoses())
@settings(max_examples=40, deadline=None)
def test_every_draft_is_a_well_formed_page_that_loads_nothing(draft):
    for lang in LANGUAGES:
        assert_loads_nothing(render_html(draft, lang))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text):
    plain = not_assessable_example()
    finding = next(f for f in high_risk_example().findings if f.band == "high")
    value = replace(finding.reasons_for[0].inputs[0], name=text, value=text, unit=text)
    reason = replace(finding.reasons_for[0], rule_id=text, source=text, inputs=(value,))
    hostile = replace(
        plain,
        visit_id=text,
        person_id=text,
        performed_at=text,
        findings=(
            replace(
                finding,
                id=text,
                reasons_for=(reason,),
                model=replace(finding.model, id=text, version=text, key=text),
                details=dict(finding.details) | {"region": text},
            ),
        ),
        refused_items=(replace(plain.refused_items[0], item=text, path=text),),
        models_refused=((text, text),),
        guideline_sets={text: text},
        quality={text: text},
    )
    plot = MembershipPlot(text, text, text, (0.0, 1.0), (Curve(text, text, (0.0, 1.0)),), 0.5)
    html = render_html(hostile, "en", membership_plots={text: (plot,)}, labels={text: text})
    assert_loads_nothing(html)
    assert "<script" not in html
    assert "\x00" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_page_names_its_language_its_visit_its_state_and_its_hash(example, lang):
    draft = example()
    read = page(draft, lang)
    assert read.named("html") == [{"lang": lang}]
    for part in (draft.visit_id, draft.person_id, draft.content_hash, "laennec.prediagnosis/1"):
        assert part in read.text
    assert {"fr": "Brouillon", "en": "Draft"}[lang] in read.text
    disclaimer = {"fr": "Pas de marquage CE", "en": "Not CE marked"}[lang]
    assert read.text.count(disclaimer) >= 2


def test_headings_go_down_one_level_at_a_time():
    for example in EXAMPLES:
        levels = [int(t[1]) for t, _ in page(example()).tags if re.fullmatch("h[1-6]", t)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))


def test_the_urgent_box_stands_before_every_finding():
    read = page(urgent_example())
    assert [a.get("role") for a in read.classed("section", "urgent")] == ["alert"]
    text = read.text
    assert text.index("Urgent : à faire maintenant") < text.index("Constats à examiner")
    assert text.index("U0 maintenant") < text.index("U1 aujourd'hui")
    assert not page(high_risk_example()).classed("section", "urgent")


def test_less_urgent_items_stand_outside_the_alarm_box():
    later = replace(urgent_example().urgent[0], level="U2")
    read = page(sealed(urgent=(later,), urgency="U2"), "en")
    assert read.classed("section", "later")
    assert not read.classed("section", "urgent")


def test_the_sum_of_the_bars_is_printed_and_is_the_score():
    draft = high_risk_example()
    finding = next(f for f in draft.findings if f.band == "high")
    text = page(draft, "en").text
    start, rules, total = (
        float(n.replace("\u2212", "-"))
        for n in re.search(
            r"start (\S+) \(reference person\), rules (\S+), total (\S+) \(logit", text
        ).groups()
    )
    assert start == pytest.approx(finding.details["bias"], abs=0.005)
    assert start + rules == pytest.approx(total, abs=0.011)
    contributions = [r.contribution for r in (*finding.reasons_for, *finding.reasons_against)]
    assert sum(contributions) == pytest.approx(rules, abs=0.005)


def test_bars_stand_on_the_side_of_their_sign_with_the_sign_in_figures():
    read = page(high_risk_example())
    assert len(read.classed("rect", "bar-for")) == 6
    against = read.classed("rect", "bar-against")
    assert len(against) == 2
    assert all(float(a["x"]) + float(a["width"]) <= 120.1 for a in against)
    assert "\u22120,52" in read.text


def test_the_ruler_says_in_words_what_it_draws():
    described = [a.get("aria-label") for a in page(high_risk_example()).named("svg")]
    assert "Échelle : 95 sur 1000 ; niveau élevée" in described
    assert any("indice 58,4" in (d or "") for d in described)


def test_nothing_crosses_the_name_of_a_band():
    """Pinned: the interval of a risk was drawn through the word "intermédiaire"."""
    read = page(high_risk_example())
    names, bands = read.classed("text", "band-name"), read.classed("rect", "band-intermediate")
    lines = [line for kind in ("interval", "interval-end", "marker", "cut")
             for line in read.classed("line", kind)]  # fmt: skip
    assert names
    assert lines
    lowest = max(float(line[end] or 0) for line in lines for end in ("y1", "y2"))
    ticks = [float(tick["y"] or 0) for tick in read.classed("text", "tick")]
    for name in names:
        assert lowest <= float(name["y"] or 0) - 10 <= float(name["y"] or 0) < min(ticks) - 10
    assert max(float(b["y"] or 0) + float(b["height"] or 0) for b in bands) < lowest


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_limit_begins_as_a_sentence(lang):
    draft = high_risk_example()
    said = "ecg.statement.cases.none"
    findings = tuple(replace(f, limits=(Message(said), *f.limits)) for f in draft.findings)
    text = page(replace(draft, findings=findings), lang).text
    words = Sentences(lang).text(said)
    assert words not in text
    assert words[:1].upper() + words[1:] in text


def test_membership_plots_mark_the_value_and_name_it():
    read = page(high_risk_example(), membership_plots=example_plots())
    assert len(read.classed("line", "here")) == 3
    assert "à renseigner" in read.text
    assert "niveau élevé 0,65" in read.text
    assert not page(high_risk_example()).classed("figure", "plot")


def test_unsigned_rows_are_marked_and_signed_ones_are_not():
    draft = high_risk_example()
    signed = tuple(
        replace(f, guideline=replace(f.guideline, signed=True)) if f.guideline else f
        for f in draft.findings
    )
    assert page(draft).classed("span", "unsigned")
    assert not page(replace(draft, findings=signed)).classed("span", "unsigned")


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(DataError, match="the language 'de'"):
        render_html(high_risk_example(), "de")


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_text_colour_has_the_contrast_of_wcag_aa():
    """4.5 to 1 against its own background, or against every pale ground that text stands on."""
    named = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", CSS))
    css = re.sub(r"var\(--([a-z-]+)\)", lambda m: named[m[1]], CSS)
    grounds = ("#fff", named["pale"], named["alarm-pale"])
    checked = 0
    for rule in re.findall(r"\{([^{}]*)\}", css):
        colour = re.search(r"(?:^|[ ;])color: (#[0-9a-f]{3,6})", rule)
        if colour is None:
            continue
        own = re.search(r"background: (#[0-9a-f]{3,6})", rule)
        for ground in (own[1],) if own else grounds:
            assert contrast(colour[1], ground) >= 4.5, rule
            checked += 1
    assert checked > 20
    assert all(contrast(named["ink"], named[b]) >= 4.5 for b in ("low", "intermediate", "high"))


def test_the_page_begins_with_the_findings_in_brief():
    """A physician sees all that is proposed before the first reason."""
    page = Page(render_html(high_risk_example(), "en"))
    brief, _, rest = page.text.partition("In brief, the most urgent first")[2].partition("Because")
    for words in ("1 ", "venous fasting glucose at a laboratory", "at the next visit"):
        assert words in brief
    assert rest


def test_where_a_number_was_read_is_not_printed_as_its_guideline():
    """The bug it pins: blogs and vendor pages stood under every reason (clinical decision 14)."""
    draft = high_risk_example()
    rows = [f for f in draft.findings if any(r.contribution is None for r in f.reasons_for)]
    read = "ESH 2023, table 3 [blog.example, read there]"
    reasons = tuple(replace(r, source=read) for r in rows[0].reasons_for)
    other = replace(rows[0], reasons_for=reasons)
    text = Page(render_html(replace(draft, findings=(other,)), "fr")).text
    assert "ESH 2023, table 3" in text
    assert "blog.example" not in text


def test_a_percent_stays_with_its_number():
    assert "condition met to 80\u00a0%" in render_html(high_risk_example(), "en")
