"""How a risk moved since the last visit, and which inputs moved it, by the same models."""

import json
import math
from dataclasses import replace

import pytest
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.prediagnosis import RiskShift
from laennec.engine.words.as_json import as_json, canonical_content
from laennec.engine.words.risk_change_lines import risk_change_line
from laennec.engine.words.sentences import Sentences
from laennec.engine.words.text import render_text
from laennec.serving.drafts.content import Content, read_content
from laennec.serving.report import render_html

MODELS = load_models()
GUIDELINES = load_guidelines()
UNITS = {"waist": "cm", "height": "cm", "weight": "kg", "systolic_bp": "mm[Hg]",
         "diastolic_bp": "mm[Hg]", "glucose": "g/L"}  # fmt: skip


def visit(year=2026, consent=None, **values):
    values = {"waist": "104.0", "height": "170", "weight": "86", "systolic_bp": "132",
              "diastolic_bp": "84", **values}  # fmt: skip
    measurements = []
    for code, value in values.items():
        if value is not None:
            extra = {"site": "left_arm"} if code.endswith("_bp") else {}
            measurements.append({"code": code, "value": value, "unit": UNITS[code], **extra})
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"v-{year}",
        "performed_at": f"{year}-11-03T09:20:00+01:00",
        "person": {"id": "p-1", "birth_date": "1974-03-02", "sex": "female"},
        "measurements": measurements,
        "questionnaire": {"family_history_diabetes": "none", "physically_active": True,
                          "smoker": "never"},
        "consent": {} if consent is None else {"ai_screening": consent},
    }  # fmt: skip


def draft(*earlier, **now):
    record = parse({**visit(**now), "previous_visits": list(earlier)})
    return screen(record, MODELS, GUIDELINES)


def of(one, outcome="t2d_undiagnosed"):
    return next(c for c in one.risk_changes if c.outcome == outcome)


def logit(risk):
    return math.log(risk / (1 - risk))


def test_a_larger_waist_moved_the_risk_and_is_named_first():
    change = of(draft(visit(2021, waist="90.0")))
    assert change.before < change.now
    assert change.since == "2021-11-03"
    first = change.shifts[0]
    assert first.name == "waist_to_height_ratio"
    assert first.contribution > 0
    assert (first.before.value, first.now.value) == ("0.529", "0.612")


def test_the_shifts_add_up_to_the_difference_of_the_logits():
    change = of(draft(visit(2016, waist="88.0", weight="70", systolic_bp="118")))
    total = sum(shift.contribution for shift in change.shifts)
    assert total == pytest.approx(logit(change.now) - logit(change.before), abs=0.06)


def test_the_last_earlier_day_is_compared_whatever_the_order():
    one, other = visit(2018, waist="80.0"), visit(2024, waist="95.0")
    assert draft(one, other).risk_changes == draft(other, one).risk_changes
    assert of(draft(one, other)).since == "2024-11-03"


def test_a_visit_of_the_same_day_and_a_later_one_are_no_past():
    assert draft({**visit(2026), "visit_id": "v-0"}).risk_changes == ()
    assert draft(visit(2030)).risk_changes == ()
    assert "risk_changes" not in canonical_content(draft())


def test_other_items_known_then_is_said_and_not_compared():
    missing = of(draft(visit(2021, waist=None, weight=None)))
    assert (missing.before, missing.why_not) == (None, "not_assessable")
    fasting = {"code": "glucose", "value": "0.95", "unit": "g/L", "specimen": "venous_plasma",
               "fasting_hours": 10}  # fmt: skip
    earlier = visit(2021)
    earlier["measurements"].append(fasting)
    assert of(draft(earlier)).why_not == "other_form"


@pytest.mark.parametrize(("then", "now"), [("160", None), (None, "160")])
def test_a_value_known_on_one_day_only_moves_no_risk(then, now):
    """Pinned: after a high pressure a risk "fell", by a pressure that was not measured."""
    change = of(draft(visit(2021, systolic_bp=then), systolic_bp=now))
    assert (change.before, change.why_not, change.shifts) == (None, "other_items", ())


def test_a_value_that_did_not_change_is_not_said_to_have_moved_a_risk():
    """By interaction it has a part of its own, which the sum needs."""
    change = of(draft(visit(2021, waist="90.0")))
    same = replace(change.shifts[0].now, name="height", value="170", unit="cm")
    still = replace(change, shifts=(*change.shifts, RiskShift("height", same, same, 0.02)))
    french = Sentences("fr")
    assert risk_change_line(still, french) == risk_change_line(change, french)


def test_nobody_who_declines_models_is_compared():
    assert draft(visit(2021), consent=False).risk_changes == ()
    assert of(draft(visit(2021, consent=False))).why_not == "not_assessable"


def test_the_past_moves_no_finding_and_no_urgency():
    with_past, without = draft(visit(2021, waist="80.0")), draft()
    assert with_past.findings == without.findings
    assert with_past.urgency == without.urgency


def test_text_json_and_page_say_the_same_and_a_kept_draft_says_it_again():
    one = draft(visit(2021, waist="90.0"))
    for lang in ("fr", "en"):
        line = as_json(one, lang)["risk_changes"][0]["text"]
        assert "→" in line
        assert line in " ".join(render_text(one, lang).split())
        assert line in render_html(one, lang).replace("&#39;", "'")
    stored = json.loads(json.dumps(Content(one, {}, {}).as_dict()))
    kept = read_content(stored, one.content_hash).prediagnosis
    assert [c.shifts[0].name for c in kept.risk_changes if c.shifts] == [
        c.shifts[0].name for c in one.risk_changes if c.shifts
    ]
