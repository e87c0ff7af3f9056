"""A visit with its past: what the draft says of the years, in words, JSON and one page."""

import json
from dataclasses import replace

import pytest
from laennec.engine import load_guidelines, parse, screen
from laennec.engine.bundles.load import Models
from laennec.engine.prediagnosis import Trajectory
from laennec.engine.words import Sentences
from laennec.engine.words.as_json import as_json, canonical_content
from laennec.engine.words.text import render_text
from laennec.engine.words.trajectory_lines import trajectory_line
from laennec.serving.drafts.content import Content, read_content
from laennec.serving.report import render_html

NO_MODELS = Models((), ())
VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v-2026",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p-1", "birth_date": "1976-03-02", "sex": "male"},
    "measurements": [{"code": "weight", "value": "86.0", "unit": "kg"}],
}


def visit(year, *measurements, **other):
    return {
        **VISIT,
        "visit_id": f"v-{year}",
        "performed_at": f"{year}-11-03T09:20:00+01:00",
        "measurements": [
            dict(zip(("code", "value", "unit"), m[:3], strict=True), **(m[3] if m[3:] else {}))
            for m in measurements
        ],
        **other,
    }


def draft(previous, **other):
    record = parse({**VISIT, **other, "previous_visits": previous})
    return screen(record, NO_MODELS, load_guidelines())


def of(one, item):
    return next(t for t in one.trajectories if t.item == item)


PAST = [visit(year, ("weight", f"{86 - 0.5 * (2026 - year)}", "kg")) for year in range(2016, 2026)]


def test_the_past_of_a_visit_is_a_trend_with_its_interval():
    weight = of(draft(PAST), "weight")
    assert (weight.tests, weight.last_on, weight.days_since_last) == (11, "2026-11-03", 0)
    assert weight.slope_per_year == pytest.approx(0.5, abs=0.01)
    assert weight.direction == "rises"


def test_the_order_of_the_earlier_visits_says_nothing():
    assert draft(PAST).content_hash == draft(PAST[::-1]).content_hash


def test_a_visit_without_a_past_says_nothing_of_it_and_keeps_its_hash():
    one = draft([])
    assert one.trajectories == ()
    assert "trajectories" not in canonical_content(one)
    assert Sentences("fr").text("trajectory.title").upper() not in render_text(one, "fr")


def test_units_that_changed_are_compared_and_printed_as_the_last_was():
    past = [visit(2020 + i, ("total_cholesterol", "200", "mg/dL")) for i in range(4)]
    now = [{"code": "total_cholesterol", "value": "2.00", "unit": "g/L"}]
    one = of(draft(past, measurements=now), "total_cholesterol")
    assert (one.unit, round(one.last_value, 2)) == ("g/L", 2.0)
    assert one.slope_per_year == pytest.approx(0.0, abs=1e-9)
    assert "trajectory.units" in [n.id for n in one.notes]


def test_an_offset_unit_is_turned_back_with_its_offset():
    past = [visit(2020 + i, ("hba1c", "6.5", "%")) for i in range(3)]
    now = [{"code": "hba1c", "value": "48", "unit": "mmol/mol"}]
    assert of(draft(past, measurements=now), "hba1c").last_value == pytest.approx(48)


def test_a_refused_and_a_bounded_value_make_no_trend_and_are_counted():
    past = [
        visit(2020, ("weight", "8600", "kg")),
        visit(2021, ("weight", "85", "kg")),
        visit(2022, ("weight", "<90", "kg")),
    ]
    one = of(draft(past), "weight")
    assert (one.tests, one.slope_per_year) == (3, None)
    assert {n.id: n.parameters for n in one.notes}["trajectory.not_used"] == {"count": 2}


def test_a_refused_visit_and_one_of_another_person_have_no_past():
    other = visit(2020, ("weight", "60", "kg"), person={**VISIT["person"], "id": "p-2"})
    assert draft([other]).trajectories == ()
    broken = visit(2020, ("weight", "60", "kg"), nonsense=1)
    assert of(draft([broken, PAST[0]]), "weight").tests == 2


def test_text_json_and_page_say_the_same_in_both_languages():
    one = draft(PAST)
    for lang in ("fr", "en"):
        line = as_json(one, lang)["trajectories"][0]["text"]
        assert line in " ".join(render_text(one, lang).split())
        assert line in render_html(one, lang).replace("&#39;", "'")


def test_a_kept_draft_reads_its_trajectories_again():
    one = draft(PAST)
    stored = json.loads(json.dumps(Content(one, {}, {}).as_dict()))
    kept = read_content(stored, one.content_hash).prediagnosis
    assert kept.trajectories[0].direction == "rises"
    assert as_json(kept, "fr")["trajectories"] == json.loads(
        json.dumps(as_json(kept, "fr")["trajectories"])
    )


def test_no_trend_changes_a_finding_or_an_urgency():
    steep = [
        visit(year, ("weight", str(60 + 2 * (year - 2014)), "kg")) for year in range(2014, 2026)
    ]
    with_past, without = draft(steep), draft([])
    assert with_past.findings == without.findings
    assert with_past.urgency == without.urgency


@pytest.mark.parametrize(("lang", "words"), [("fr", "de 0,00 à 0,00"), ("en", "from 0.00 to 0.00")])
def test_values_that_are_alike_have_no_interval_of_nothing(lang, words):
    """Pinned: "0.000 g/L a year (from 0.000 to 0.000)" looked like perfect precision."""
    alike = Trajectory(
        item="hba1c", unit="%", tests=6, first_on="2021-01-01", last_on="2026-01-01",
        days_since_last=10, last_value=6.1, slope_per_year=0.0, slope_interval=(0.0, 0.0),
        direction="no_trend_shown",
    )  # fmt: skip
    said = trajectory_line(alike, Sentences(lang))
    assert words not in said
    assert Sentences(lang).text("trajectory.alike") in said
    near = trajectory_line(replace(alike, slope_interval=(-0.01, 0.0)), Sentences(lang))
    assert Sentences(lang).text("trajectory.alike") not in near
