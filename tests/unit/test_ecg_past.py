"""An ECG of a visit beside those of earlier visits of the same person."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from ecg_pairs import recording
from ecg_visits import drafted, earlier, given, samples
from laennec.engine.ecg import visit
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/schema/prediagnosis.schema.json").read_text("utf-8")
)


def items(draft):
    return {item.rule_id: item for item in draft.urgent}


def limits(draft, finding):
    found = next(f for f in draft.findings if f.id == finding)
    return {limit.id for limit in found.limits}


def text(draft, lang="en"):
    return " ".join(render_text(draft, lang).split())


def test_a_visit_says_what_is_new_since_the_earlier_ecg():
    draft = drafted(given("lbbb", start_s=20.0), earlier(given()))
    assert draft.ecg_comparison.earlier_on == "2021-03-03"
    assert draft.ecg_comparison.earlier_visit == "v-2021-03-03"
    assert "New since then: Complete left bundle branch block" in text(draft)
    assert "Nouveau depuis : Bloc de branche gauche complet" in text(draft, "fr")
    assert "ecg.statement.new_since" in limits(draft, "ecg_lbbb")
    assert items(draft)["ecg_left_bundle"].message.id == "urgent.ecg_left_bundle.new"


def test_what_was_there_already_keeps_its_level_and_is_told_as_old():
    """H27: an old finding is taken for harmless."""
    alone = drafted(given("lbbb", start_s=20.0))
    known = drafted(given("lbbb", start_s=20.0), earlier(given("lbbb")))
    assert limits(known, "ecg_lbbb") >= {"ecg.statement.there_before"}
    assert items(known)["ecg_left_bundle"].level == items(alone)["ecg_left_bundle"].level == "U1"
    assert known.urgency == alone.urgency
    assert "its urgency stays" in text(known)


def test_an_earlier_ecg_that_cant_be_compared_leaves_it_new():
    broken = given()
    flat = {**broken, "leads": {name: [0.0] * len(row) for name, row in broken["leads"].items()}}
    draft = drafted(given("lbbb", start_s=20.0), earlier(flat))
    assert "ecg.statement.not_compared" in limits(draft, "ecg_lbbb")
    assert items(draft)["ecg_left_bundle"].message.id == "urgent.ecg_left_bundle.unknown"
    assert "it counts as new" in text(draft)


def test_qtc_that_grew_by_sixty_is_told_today():
    draft = drafted(given(start_s=20.0, qtc_ms=470.0), earlier(given(qtc_ms=395.0)))
    grown = items(draft)["ecg_qtc_growth"]
    assert grown.level == "U1"
    assert grown.message.parameters["growth"] >= 60
    assert grown.message.parameters["date"] == "2021-03-03"
    assert "ecg_qtc_growth" not in items(drafted(given(start_s=20.0, qtc_ms=470.0)))


def test_a_slow_growth_is_seen_beside_an_older_ecg():
    """The bug it pins: 30 ms at each visit would never be 60 beside the last one."""
    draft = drafted(
        given(start_s=20.0, qtc_ms=470.0),
        earlier(given(start_s=10.0, qtc_ms=435.0), "2024-03-03"),
        earlier(given(qtc_ms=395.0), "2019-03-03"),
    )
    assert draft.ecg_comparison.earlier_on == "2024-03-03"
    assert draft.ecg_comparison.earlier_ecgs == 2
    assert items(draft)["ecg_qtc_growth"].message.parameters["date"] == "2019-03-03"


@pytest.mark.parametrize(("symptoms", "level"), [((), "U2"), (("dyspnoea",), "U0")])
def test_st_that_moved_is_more_pressing_with_a_symptom(symptoms, level):
    draft = drafted(given("st_depression", start_s=20.0), earlier(given()), symptoms=symptoms)
    assert items(draft)["ecg_st_moved"].level == level


def test_a_new_block_asks_for_somebody_sooner_with_a_symptom():
    calm = drafted(given("rbbb", start_s=20.0), earlier(given()))
    ill = drafted(given("rbbb", start_s=20.0), earlier(given()), symptoms=("syncope",))
    assert items(calm)["ecg_new_block"].level == "U2"
    assert items(ill)["ecg_new_block"].level == "U1"
    again = drafted(given("rbbb", start_s=20.0), earlier(given("rbbb")))
    assert "ecg_new_block" not in items(again)


def test_the_last_earlier_ecg_that_can_be_read_is_compared():
    noise = {**given(), "leads": {"I": [0.0] * 5000}}
    draft = drafted(
        given(start_s=20.0), earlier(noise, "2025-01-01"), earlier(given(), "2020-01-01")
    )
    assert draft.ecg_comparison.earlier_on == "2020-01-01"
    assert "Earlier ECGs: 2" in text(draft)


def test_an_ecg_of_another_person_is_never_compared():
    """H26: the earlier ECG is of another person."""
    stranger = {"id": "p-2", "birth_date": "1977-01-20", "sex": "male"}
    draft = drafted(given("lbbb", start_s=20.0), earlier(given(), person=stranger))
    assert draft.ecg_comparison is None
    assert "wrong_patient" in {notice.code for notice in draft.refused_items}


def test_an_ecg_of_a_later_visit_or_a_refused_one_is_not_compared():
    later = earlier(given(), "2031-03-03")
    refused = {**earlier(given()), "colour": "blue"}
    assert drafted(given(start_s=20.0), later).ecg_comparison is None
    assert drafted(given(start_s=20.0), refused).ecg_comparison is None


def test_a_visit_without_an_ecg_asks_for_one_where_yesterdays_called_for_somebody():
    yesterday = earlier(given("lbbb"), "2026-11-02")
    draft = drafted(None, yesterday)
    (item,) = [i for i in draft.urgent if i.message.id == "urgent.earlier_ecg"]
    assert (item.level, item.message.parameters["days"]) == ("U1", 1)
    assert draft.urgency == "U1"
    old = drafted(None, earlier(given("lbbb"), "2021-11-02"))
    assert [(i.message.id, i.level) for i in old.urgent] == [("urgent.earlier_ecg_said", "U3")]


def test_intervals_of_all_ecgs_are_followed_over_the_years():
    past = [earlier(given(start_s=2.0 * k), f"{2018 + k}-03-03") for k in range(5)]
    draft = drafted(given(start_s=20.0), *past)
    found = {t.item: t for t in draft.trajectories}
    assert set(found) >= {"ecg.rate", "ecg.pr", "ecg.qrs", "ecg.qtc_fridericia"}
    assert found["ecg.qtc_fridericia"].tests == 6
    assert found["ecg.qtc_fridericia"].direction == "no_trend_shown"
    assert "QTc (Fridericia): " in text(draft)


def test_with_screening_by_models_declined_the_second_measurement_still_speaks():
    declined = {"ai_screening": False}
    draft = drafted(
        given(start_s=20.0, qtc_ms=470.0), earlier(given(qtc_ms=395.0)), consent=declined
    )
    assert draft.screening_declined
    assert not draft.ecg_comparison.standings
    assert "ecg_qtc_growth" in items(draft)


def test_the_json_has_the_form_of_the_schema_in_both_languages():
    draft = drafted(given("lbbb", start_s=20.0), earlier(given()))
    for lang in ("fr", "en"):
        told = as_json(draft, lang)
        jsonschema.validate(told, SCHEMA)
        assert told["ecg_comparison"]["earlier_on"] == "2021-03-03"


def test_a_visit_without_an_earlier_ecg_keeps_its_content():
    draft = drafted(given(start_s=20.0))
    assert draft.ecg_comparison is None
    assert as_json(draft, "fr")["ecg_comparison"] is None


def test_no_more_than_the_last_ecgs_are_measured_and_that_is_said():
    past = [earlier(given(start_s=1.0 * (k % 4)), f"{2005 + k}-03-03") for k in range(14)]
    draft = drafted(given(start_s=20.0), *past)
    assert draft.ecg_comparison.earlier_on == "2018-03-03"
    assert "Earlier ECGs: 14; only the last 12 are measured." in text(draft)


def test_a_persons_own_spread_widens_the_limit_of_the_visit():
    restless = [
        earlier(given(start_s=2.0 * k, pr_ms=150.0 + 25.0 * k), f"{2018 + k}-03-03")
        for k in range(4)
    ]
    steady = [earlier(given(start_s=2.0 * k), f"{2018 + k}-03-03") for k in range(4)]
    limits = []
    for past in (restless, steady):
        changes = drafted(given(start_s=20.0), *past).ecg_comparison.changes
        limits.append(next(c.limit for c in changes if c.name == "pr"))
    assert limits[0] > 2 * limits[1]


@pytest.mark.parametrize("day", ["2026-11-02", "2021-03-03"])
def test_an_earlier_ecg_whose_analysis_fails_counts_as_one_that_can_not_be_read(day, monkeypatch):
    """It takes nothing of today with it, and today's ECG is asked for where there is none."""
    whole, today = visit.screened_ecg, recording(start_s=20.0)
    past = earlier(given("lbbb"), day)
    calm = drafted(samples(today))

    def fails_on_another(signal, *args, **more):
        known = np.isfinite(signal.signal_mv).all()
        is_today = np.allclose(signal.signal_mv[0], today.signal_mv[0], atol=1e-3)
        return whole(signal, *args, **more) if is_today or not known else 1 // 0

    monkeypatch.setattr(visit, "screened_ecg", fails_on_another)
    draft = drafted(samples(today), past)
    assert items(draft) == items(calm)
    assert draft.ecg.measured == calm.ecg.measured
    assert {s.standing for s in draft.ecg_comparison.standings} <= {"unknown", "not_comparable"}
    assert "could be compared" in text(draft)
    asked = {"2026-11-02": ["U1"], "2021-03-03": []}[day]
    assert [item.level for item in drafted(None, past).urgent] == asked
