"""A result that was measured in another way is printed, with what it contradicts."""

import pytest
from follow_up_visits import draft, visit
from laennec.engine.words.text import render_text

CONTRADICTS, TOLD = "trajectory.other_way_contradicts", "trajectory.other_way"


def with_assay(day, value, assay, unit="%"):
    one = visit(day)
    one["measurements"] = [{"code": "hba1c", "value": value, "unit": unit, "assay": assay}]
    return one


def notes(*days):
    """Return the draft of days of HbA1c, the last one today, and its notes on another way."""
    *past, today = [with_assay(*one) for one in days]
    one = draft(past, answers={"measurements": today["measurements"]})
    hba1c = next(t for t in one.trajectories if t.item == "hba1c")
    return one, [n for n in hba1c.notes if n.id in (CONTRADICTS, TOLD)]


@pytest.mark.parametrize(
    ("day", "value", "unit", "said"),
    [
        ("2026-10-14", "13", "%", CONTRADICTS),
        ("2026-10-14", "119", "mmol/mol", CONTRADICTS),
        ("2026-10-14", ">14.0", "%", CONTRADICTS),
        ("2026-10-14", "<5.0", "%", CONTRADICTS),
        ("2026-10-14", ">6.0", "%", TOLD),
        ("2026-10-14", "6.9", "%", TOLD),
        ("2026-10-04", "13", "%", CONTRADICTS),
        ("2026-10-03", "13", "%", TOLD),
        ("2024-10-14", "13", "%", TOLD),
    ],
)
def test_the_last_result_of_another_way_is_printed(day, value, unit, said):
    """Pinned: 13 % at the point of care, 20 days before 6.8 %, was "kept apart: 1" and no more."""
    one, (note,) = notes((day, value, "point_of_care", unit), ("2026-11-03", "6.8", "laboratory"))
    assert note.id == said
    number, date = value.lstrip("<>").removesuffix(".0"), note.parameters["date"]
    assert number in note.parameters["value"]
    assert date == day
    for lang in ("en", "fr"):
        text = " ".join(render_text(one, lang).split())
        assert (
            f"{note.parameters['value'].replace('.', ',' if lang == 'fr' else '.')} {unit}" in text
        )


def test_of_several_the_last_is_and_of_one_way_none():
    other = ("2026-09-14", "9", "point_of_care")
    last = ("2026-10-14", "13", "point_of_care")
    _, (note,) = notes(other, last, ("2026-11-03", "6.8", "laboratory"))
    assert note.parameters["date"] == "2026-10-14"
    assert notes(other, last)[1] == []
