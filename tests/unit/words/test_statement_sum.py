"""What a report prints of an ECG statement adds up: start, printed reasons and rest are the logit.

The bug it pins: a report printed four reasons a side of at least 0.2 and no rest, so that of 260
findings 70 differed from their own score (a hypertrophy printed +1.08 of a logit of +3.42).
"""

import json
import math
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from ecg_pairs import models
from ecg_visits import drafted, given, samples
from laennec.datasets import read_ecg
from laennec.engine.ecg.findings.told import clear_reasons
from laennec.engine.prediagnosis import Finding, Message, Reason
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.reason_phrases import printed_and_rest, rest_phrase, sum_phrase
from laennec.engine.words.text import render_text
from laennec.serving.drafts.set_aside import SetAside
from laennec.serving.report import render_html

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LAENNEC_DATA", ROOT.parent / "shared" / "data")) / "ecg"
SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text(encoding="utf-8"))
MADE = [
    (name, seed)
    for name in ("sinus_rhythm", "lvh_with_strain", "old_mi_q_waves", "atrial_flutter", "rbbb")
    for seed in (1, 2)
]
ROUNDED = 0.005
PART = r"([+\u2212]\d+\.\d\d)"
PRINTED = re.compile(rf"^ +{PART}  |(?:, together|and one more,) {PART}$", re.MULTILINE)


@cache
def made(name, seed):
    return drafted(given(name, seed))


def read_files():
    """Yield drafts of real recordings of two sources, a few of each."""
    for folder in ("ludb", "challenge12"):
        found = sorted((DATA / folder).rglob("*.hea"))
        for path in found[:: max(1, len(found) // 8)]:
            yield drafted(samples(read_ecg(path).signal))


def statements(draft, states=("present", "borderline")):
    return [f for f in draft.findings if f.id.startswith("ecg_") and f.state in states]


def value(words):
    return float(words.replace("\u2212", "-"))


def blocks(draft):
    """Return what the text prints of each finding, by its place among the main ones."""
    text = render_text(draft, Sentences("en", model_labels(models(), "en")))
    main = text.partition("FINDINGS TO LOOK AT")[2].partition("\nECG\n---")[0]
    return re.split(r"\n(?=\d+\. )", main)


def check_text(draft):
    checked = 0
    for block in blocks(draft):
        told = " ".join(block.split())
        found = re.search(
            r"Sum: start (\S+) \(no rule true\), rules (\S+), total (\S+) \(logit scale\), "
            r"that is a score of (\d\.\d+)",
            told,
        )
        if found is None:
            continue
        start, rules, total, score = map(value, found.groups())
        parts = [value(a or b) for a, b in PRINTED.findall(block)]
        slack = ROUNDED * (len(parts) + 3)
        assert abs(start + sum(parts) - total) <= slack, told
        assert abs(start + rules - total) <= 3 * ROUNDED
        assert abs(1 / (1 + math.exp(-total)) - score) <= ROUNDED
        checked += 1
    assert checked == len(statements(draft))
    return checked


def check_draft(draft):
    for finding in statements(draft):
        parts = [r.contribution or 0.0 for r in (*finding.reasons_for, *finding.reasons_against)]
        details = finding.details
        assert abs(details["bias"] + sum(parts) - details["logit"]) < 1e-3, finding.id
    for finding in statements(draft, ("present", "borderline", "absent")):
        details = finding.details
        assert abs(details["bias"] + details["rules"] - details["logit"]) < 3e-4
        assert abs(1 / (1 + math.exp(-details["logit"])) - details["score"]) < 1e-4
    for finding in statements(draft, ("not_assessable",)):
        assert not finding.details


@pytest.mark.parametrize(("name", "seed"), MADE)
def test_what_is_printed_of_a_simulated_ecg_is_the_logit(name, seed):
    draft = made(name, seed)
    check_draft(draft)
    assert check_text(draft)


def test_what_is_printed_of_real_ecgs_is_the_logit():
    checked = 0
    for draft in read_files():
        check_draft(draft)
        checked += check_text(draft)
    if not checked:
        pytest.skip("the local ECG sample files are not here (set LAENNEC_DATA)")
    assert checked > 30


@pytest.mark.parametrize(("name", "seed"), MADE[:4])
def test_the_page_prints_the_same_parts_and_the_same_sum(name, seed):
    draft = made(name, seed)
    words = Sentences("en", model_labels(models(), "en"))
    page = render_html(draft, words)
    cards = {card.partition("</h3>")[0]: card for card in page.split('<article class="card')[1:]}
    for finding in statements(draft):
        card = next(c for head, c in cards.items() if words.render(finding.message) in head)
        assert sum_phrase(finding, words) in card.replace("&#39;", "'")
        figures = re.findall(r'<td class="num">([^<]*)</td>', card)
        rest = re.search(r'<td class="why rest"[^>]*>([^<]*)</td>', card)
        left = re.findall(PART, rest.group(1)) if rest else []
        parts = [value(f) for f in (*figures, *left)]
        total = finding.details["bias"] + sum(parts)
        assert abs(total - finding.details["logit"]) <= ROUNDED * (len(parts) + 2)


def test_json_holds_every_reason_score_and_logit():
    document = as_json(made("lvh_with_strain", 1), "fr", model_labels(models(), "fr"))
    jsonschema.validate(document, SCHEMA)
    for found in document["findings"]:
        if not found["id"].startswith("ecg_") or found["state"] == "not_assessable":
            continue
        assert {"bias", "rules", "logit", "score"} <= set(found["details"])
        if found["state"] != "absent":
            parts = [r["contribution"] or 0.0 for r in found["reasons_for"]]
            parts += [r["contribution"] or 0.0 for r in found["reasons_against"]]
            assert abs(sum(parts) - found["details"]["rules"]) < 1e-3


def reason(name, part):
    return Reason(name, Message("reason.tsk_rule", {"premise": "x"}), part, (), "x")


def finding(for_, against=()):
    sides = (tuple(reason(f"lvh.{i}", part) for i, part in enumerate(for_)),)
    sides += (tuple(reason(f"lvh.a{i}", part) for i, part in enumerate(against)),)
    rules = sum((*for_, *against))
    details = {"bias": -1.0, "rules": rules, "logit": rules - 1.0, "score": 0.5}
    message = Message("finding.ecg_statement.present", {"statement": "finding_name:ecg_lvh"})
    return Finding(
        "ecg_lvh", "fact", message, "present", reasons_for=sides[0], reasons_against=sides[1]
    ), details


@pytest.mark.parametrize(
    ("parts", "printed"),
    [
        ((1.0, 0.5, 0.4, 0.3, 0.25, 0.21), 4),
        ((1.0, 0.1, 0.05), 1),
        ((1.0, 0.1), 1),
        ((1.0, 0.001, 0.001), 1),
        ((0.1, 0.05, 0.04), 1),
    ],
)
def test_what_is_too_small_to_stand_alone_is_told_together(parts, printed):
    made_up, details = finding(parts)
    made_up = replace(made_up, details=details)
    told, rest = printed_and_rest(made_up, made_up.reasons_for)
    assert len(told) == printed
    assert abs(sum(r.contribution for r in (*told, *rest)) - sum(parts)) < ROUNDED


def test_a_side_on_which_nothing_is_clear_names_none_beside_one_that_is():
    """Pinned: "against -0.04 QRS duration: very long (102 ms; condition met to 2 %)"."""
    made_up, details = finding((1.0,), (-0.1, -0.06, -0.05))
    made_up = replace(made_up, details=details)
    told, rest = printed_and_rest(made_up, made_up.reasons_against)
    assert (list(told), tuple(rest)) == ([], made_up.reasons_against)
    assert [r.contribution for r in clear_reasons(made_up)] == [1.0]


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "et une autre, −0,04"), ("en", "and one more, −0.04")]
)
def test_a_small_reason_alone_is_the_rest_and_no_sentence(lang, words):
    made_up, details = finding((1.0,), (-0.04,))
    made_up = replace(made_up, details=details)
    told, rest = printed_and_rest(made_up, made_up.reasons_against)
    assert not told
    assert rest_phrase(rest, Sentences(lang, {})) == words


def test_a_condition_that_is_not_met_is_no_reason_where_nothing_is_clear():
    made_up, _ = finding((0.01,), ())
    unmet = replace(made_up.reasons_for[0], membership=0.004)
    assert clear_reasons(made_up) == made_up.reasons_for
    assert clear_reasons(replace(made_up, reasons_for=(unmet,))) == ()


def test_a_sum_of_which_a_part_was_set_aside_is_not_printed():
    found = statements(made("lvh_with_strain", 1))[0]
    name = found.reasons_for[0].inputs[0].name
    left = SetAside(frozenset({name})).cleared(found)
    words = Sentences("en")
    assert sum_phrase(found, words)
    assert not sum_phrase(left, words)
    assert set(left.details) & {"bias", "rules", "logit"} == set()
