"""How a risk moved since the last visit, and which inputs moved it, by the same models."""

import json
import math
import re
from dataclasses import replace

import pytest
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.prediagnosis import RiskShift
from laennec.engine.risks import changes
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
    assert total == pytest.approx(logit(change.now) - logit(change.before), abs=0.02)


def test_the_last_earlier_day_is_compared_whatever_the_order():
    one, other = visit(2018, waist="80.0"), visit(2024, waist="95.0")
    assert draft(one, other).risk_changes == draft(other, one).risk_changes
    assert of(draft(one, other)).since == "2024-11-03"


def test_a_visit_of_the_same_day_and_a_later_one_are_no_past():
    assert draft({**visit(2026), "visit_id": "v-0"}).risk_changes == ()
    assert draft(visit(2030)).risk_changes == ()
    assert "risk_changes" not in canonical_content(draft())


def test_of_a_visit_that_gives_no_risk_that_is_said_and_not_compared():
    missing = of(draft(visit(2021, waist=None, weight=None)))
    assert (missing.before, missing.why_not) == (None, "not_assessable")


def test_a_thin_last_visit_does_not_give_up_the_comparison_with_the_one_before():
    """Pinned: a weight alone of last year, and nothing was compared with the full visit before."""
    thin = {**visit(2025, waist=None, weight=None), "questionnaire": {}}
    change = of(draft(visit(2021, waist="90.0"), thin))
    assert (change.since, change.why_not) == ("2021-11-03", "")
    assert change.before == of(draft(visit(2021, waist="90.0"))).before
    full = of(draft(visit(2021, waist="90.0"), visit(2025, waist="95.0")))
    assert full.since == "2025-11-03"


def test_of_two_visits_of_one_day_the_one_that_is_compared_is_named():
    """Pinned: waists of 90 and 104 cm of one day; the later one was taken and nobody was told."""
    early = {**visit(2024, waist="104.0"), "visit_id": "v-early"}
    late = visit(2024, waist="90.0") | {"performed_at": "2024-11-03T15:05:00+01:00"}
    two = draft(early, late)
    change = of(two)
    assert change.visit_at == "2024-11-03T15:05:00+01:00"
    assert change.before == of(draft(late)).before != of(draft(early)).before
    for lang, said in (
        ("en", "the one of 2024-11-03 15:05."),
        ("fr", "celle du 03/11/2024 15:05."),
    ):
        assert said in risk_change_line(change, Sentences(lang))
    told = next(c for c in as_json(two, "en")["risk_changes"] if c["outcome"] == change.outcome)
    assert told["visit_at"] == change.visit_at
    assert "the one of" in told["text"]
    thin = visit(2024, waist=None, weight=None) | {"performed_at": late["performed_at"]}
    assert (
        of(draft({**early, "questionnaire": {}}, {**thin, "visit_id": "v-t"})).visit_at
        == (early["performed_at"])
    )


def test_of_one_visit_a_day_no_time_is_said():
    change = of(draft(visit(2021, waist="90.0"), visit(2024, waist="92.0")))
    assert change.visit_at == ""
    assert "the one of" not in risk_change_line(change, Sentences("en"))


def adds_up(change):
    total = sum(shift.contribution for shift in change.shifts)
    return total == pytest.approx(logit(change.now) - logit(change.before), abs=0.02)


def apart(change):
    return [shift.name for shift in change.apart]


@pytest.mark.parametrize("is_known_now", [True, False])
def test_a_glucose_of_one_day_asks_today_s_form_on_both(is_known_now):
    """Pinned: a glucose of one of the two days withheld the whole comparison."""
    fasting = {"code": "glucose", "value": "1.02", "unit": "g/L", "specimen": "venous_plasma",
               "fasting_hours": 10}  # fmt: skip
    earlier, now = visit(2021, waist="98.0"), visit()
    (now if is_known_now else earlier)["measurements"].append(fasting)
    one = screen(parse({**now, "previous_visits": [earlier]}), MODELS, GUIDELINES)
    change = of(one)
    finding = next(f for f in one.findings if f.id == "t2d_undiagnosed")
    assert (change.why_not, change.now) == ("", finding.risk)
    assert apart(change) == (["fasting_glucose_mmol_per_l"] if is_known_now else [])
    assert adds_up(change)


def test_a_capillary_glucose_of_today_leaves_the_comparison_with_a_venous_one():
    earlier, now = visit(2021, waist="98.0"), visit()
    for record, specimen in ((earlier, "venous_plasma"), (now, "capillary")):
        record["measurements"].append({"code": "glucose", "value": "1.02", "unit": "g/L",
                                       "specimen": specimen, "fasting_hours": 10})  # fmt: skip
    change = of(screen(parse({**now, "previous_visits": [earlier]}), MODELS, GUIDELINES))
    assert change.why_not == ""
    assert adds_up(change)
    assert "waist_to_height_ratio" in [shift.name for shift in change.shifts]


@pytest.mark.parametrize(("then", "now"), [("160", None), (None, "160")])
def test_a_value_known_on_one_day_only_moves_no_risk(then, now):
    """Pinned: after a high pressure a risk "fell", by a pressure that was not measured."""
    change = of(draft(visit(2021, systolic_bp=then, waist="98.0"), systolic_bp=now))
    assert apart(change) == ["systolic_bp_mmhg"]
    assert (change.why_not, change.shifts[0].name) == ("", "waist_to_height_ratio")
    assert adds_up(change)
    # without it the two days compare as two days of which neither knows it, or both the same
    same = of(draft(visit(2021, systolic_bp=now, waist="98.0"), systolic_bp=now))
    assert (change.before, change.now) == (same.before, same.now)


def answered(one, **answers):
    """Return a visit with other answers; one that is None was not asked."""
    said = {**one["questionnaire"], **answers}
    return {**one, "questionnaire": {n: a for n, a in said.items() if a is not None}}


ASKED = {"family_history_diabetes": "none", "physically_active": True, "smoker": "never"}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("is_known_now", [True, False])
def test_an_answer_that_raises_nothing_is_no_fall_where_it_was_known_on_one_day_only(
    name, is_known_now
):
    """Pinned: a "no" of today let the risk fall "by" an age that raises it."""
    known, unknown = visit(2024), answered(visit(2024), **{name: None})
    now = visit() if is_known_now else answered(visit(), **{name: None})
    record = {**now, "previous_visits": [unknown if is_known_now else known]}
    change = of(screen(parse(record), MODELS, GUIDELINES))
    assert (change.why_not, len(change.apart)) == ("", 1)
    assert change.before <= change.now  # two years older, and else the same
    one = change.apart[0]
    assert (one.before.origin == "estimated") is is_known_now
    assert (one.now.origin == "estimated") is not is_known_now
    said = risk_change_line(change, Sentences("en"))
    assert f"so left out (counted on both days as today): {Sentences('en').name(one.name)}" in said
    assert adds_up(change)


def test_an_answer_that_moves_nothing_is_compared_without():
    """A cholesterol that was measured once leaves this risk where it is, and it is compared."""
    record = visit()
    record["measurements"].append({"code": "hdl_cholesterol", "value": "0.52", "unit": "g/L"})
    one = screen(parse({**record, "previous_visits": [visit(2024)]}), MODELS, GUIDELINES)
    change = of(one, "cvd_death_10y")
    assert change.why_not == ""
    total = sum(shift.contribution for shift in change.shifts)
    assert total == pytest.approx(logit(change.now) - logit(change.before), abs=0.02)


def test_what_is_printed_adds_up_to_what_the_risk_moved():
    """A value that did not change has a part by interaction: it is in the sum, without a name."""
    change = of(draft(visit(2021, waist="90.0")))
    same = replace(change.shifts[0].now, name="height", value="170", unit="cm")
    still = replace(change, shifts=(*change.shifts, RiskShift("height", same, same, -0.2)))
    line = risk_change_line(still, Sentences("en"))
    assert "height 170" not in line
    assert "values that did not change, together (\u2212" in line
    printed = [
        float(found.replace("\u2212", "-"))
        for found in re.findall(r"\(([+\u2212][\d.]+)[;)]", line)
    ]
    moved = sum(shift.contribution for shift in still.shifts)
    assert sum(printed) == pytest.approx(moved, abs=0.005 * len(printed))


@pytest.mark.parametrize(
    ("then", "now", "is_compared"),
    [
        ("midpoint", "midpoint", True),
        ("midpoint", "umbilicus", False),
        (None, "midpoint", False),
        (None, None, True),
    ],
)
def test_a_waist_that_was_measured_in_another_way_is_no_change_of_the_person(
    then, now, is_compared
):
    """Pinned: from midpoint to umbilicus a waist moved the risk by .24, and nothing was said."""

    def measured(one, site):
        for value in one["measurements"]:
            if value["code"] == "waist" and site:
                value["waist_site"] = site
        return one

    record = {
        **measured(visit(), now),
        "previous_visits": [measured(visit(2021, waist="98"), then)],
    }
    change = of(screen(parse(record), MODELS, GUIDELINES))
    assert change.why_not == ""
    assert adds_up(change)
    assert apart(change) == ([] if is_compared else ["waist_to_height_ratio"])
    assert (change.shifts[0].name == "waist_to_height_ratio") is is_compared
    line = risk_change_line(change, Sentences("en"))
    assert ("Measured in another way, so left out" in line) is not is_compared


def test_the_measurement_behind_a_ratio_is_named_with_what_it_moved():
    line = risk_change_line(of(draft(visit(2021, waist="98.0"))), Sentences("en"))
    assert re.search(
        r"waist-to-height ratio 0.576 → 0.612 \(\+[\d.]+; waist circumference 98", line
    )


def test_a_change_that_can_not_be_explained_takes_nothing_else_with_it(monkeypatch):
    """H1: an urgent item must not be lost by an explanation that fails."""
    monkeypatch.setattr(changes, "_compared", lambda *_: 1 / 0)
    one = draft(visit(2021), systolic_bp="196", diastolic_bp="122")
    assert of(one).why_not == "failed"
    assert one.urgent
    assert "could not be calculated" in render_text(one, "en").replace("\n  ", " ")


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


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "l'arrêter ne diminue aucun risque"), ("en", "lowers no risk")]
)
@pytest.mark.parametrize("way", [1, -1])
def test_a_treatment_that_began_or_ended_is_no_cause(lang, words, way):
    """Pinned: "blood pressure medication yes → no (−0.46)" read as advice to stop it."""
    treated, bare = ({"medications": m} for m in (["antihypertensive"], []))
    then, now = (treated, bare)[::way]
    document = {**visit(), **now, "previous_visits": [{**visit(2021), **then}]}
    change = of(screen(parse(document), MODELS, GUIDELINES), "cvd_death_10y")
    moved = {shift.name: shift.contribution for shift in change.shifts}
    assert moved["bp_treated"] * way < 0
    assert words in risk_change_line(change, Sentences(lang))
