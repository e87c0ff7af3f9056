"""A target of HbA1c that is recorded and not taken is told, never called missing."""

import pytest
from follow_up_visits import draft, visit
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import head_lines

LIMIT = "follow_up.limit."


def earlier(day="2026-03-10", target="6.0", conditions=("diabetes",), answers=None):
    document = visit(day, conditions=conditions, answers=answers, hba1c="6.8", born=1990)
    document["measurements"].append({"code": "hba1c_target", "value": target, "unit": "%"})
    return document


def told(*previous, conditions=("diabetes",)):
    """Return the limits on targets of a visit of 2026-11-03, and what is printed of it."""
    for one in previous:
        one["person"]["sex"] = "female"
    woman = {"id": "p-1", "birth_date": "1990-03-02", "sex": "female"}
    one = draft(previous, hba1c="7.4", conditions=conditions, answers={"person": woman})
    names = [m.id.removeprefix(LIMIT) for m in one.follow_up.limits]
    words = {lang: " ".join(head_lines(one.follow_up, Sentences(lang))) for lang in ("fr", "en")}
    return one.follow_up, names, words


def test_a_target_of_a_pregnancy_that_is_over_is_not_taken_and_told():
    """Pinned: "No individual target is recorded"."""
    found, names, words = told(earlier(conditions=("diabetes", "pregnancy")))
    assert not found.is_target_set
    assert [n for n in names if "target" in n or "usual" in n] == [
        "pregnancy_target",
        "usual_taken",
    ]
    assert "6 %" in words["en"]
    assert "in a pregnancy" in words["en"]
    assert "grossesse" in words["fr"]


def test_an_older_target_stands_again_after_the_pregnancy():
    before = earlier("2025-06-10", "7.5")
    found, names, _ = told(before, earlier(conditions=("diabetes", "pregnancy")))
    assert found.target_percent == 7.5
    assert {"pregnancy_target", "earlier_target"} <= set(names)


def test_in_the_pregnancy_it_stays_the_target():
    pregnant = ("diabetes", "pregnancy")
    found, names, _ = told(earlier(conditions=pregnant), conditions=pregnant)
    assert found.target_percent == 6.0
    assert "pregnancy_target" not in names


UNUSED = {
    "later": {"day": "2026-12-10"},
    "year": {"day": "2062-03-10"},
    "unread day": {"answers": {"performed_at": "10/03/2026"}},
    "unknown key": {"answers": {"zzz": 1}},
}


@pytest.mark.parametrize("given", UNUSED.values(), ids=UNUSED)
def test_a_target_of_a_visit_that_is_not_used_is_told(given):
    found, names, words = told(earlier(**given))
    assert not found.is_target_set
    assert {"target_not_used", "usual_taken"} <= set(names)
    for text in words.values():
        assert "6 %" in text
    assert "No individual target" not in words["en"]
