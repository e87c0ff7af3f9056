"""What is overdue by the last value that can be used stays overdue, whatever waits since."""

import pytest
from follow_up_visits import draft, state, visit
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import brief, due_line
from laennec.engine.words.text import render_text

ITEMS = {
    "hba1c": ("hba1c", "9.5", ["14.9", "18.5", "22", "0.1", "abc", "HIGH"]),
    "kidney": ("egfr", "55", ["2", "900", "abc"]),
    "lipids": ("ldl_cholesterol", "1.2", ["9.0", "90", "abc"]),
}
CASES = [(code, value) for code, (_, _, values) in ITEMS.items() for value in values]


def past(day, code, value=None):
    item, usable, _ = ITEMS[code]
    return visit(day, **{item: value or usable})


@pytest.mark.parametrize(("code", "value"), CASES)
def test_a_newer_value_that_waits_takes_no_overdue_mark_away(code, value):
    """Pinned: 18.5 % after an overdue 9.5 % made "every 6 months" without a mark of it."""
    before = past("2023-06-03", code)
    alone = state(draft([before], weight="84"), code)
    one = draft([before, past("2023-09-03", code, value)], weight="84")
    item = state(one, code)
    assert alone.state == item.state == "due"
    assert (item.last_on, item.said_on) == ("2023-06-03", "2023-09-03")
    assert item.months == alone.months
    for lang, sent in (("en", "2023-09-03"), ("fr", "03/09/2023")):
        assert sent in due_line(item, Sentences(lang))
        assert brief(one.follow_up, Sentences(lang))[1]


@pytest.mark.parametrize("day", ["2025-05-03", "2026-10-20", None])
@pytest.mark.parametrize(("code", "value"), CASES)
def test_what_no_value_did_that_can_be_used_is_overdue(code, value, day):
    """Pinned: 13 % of 18 months ago was due again, and 18.5 % of that day was not."""
    given = {ITEMS[code][0]: value}
    one = draft(**given) if day is None else draft([visit(day, **given)], weight="84")
    item = state(one, code)
    assert (item.state, item.last_on, item.said_on) == ("due", "", day or "2026-11-03")
    assert item.months == (3 if code == "hba1c" else 12)


@pytest.mark.parametrize("usable", ["5.9", "9.5"])
@pytest.mark.parametrize("value", ITEMS["hba1c"][2])
def test_an_hba1c_that_waits_gives_no_six_months(value, usable):
    both = [past("2026-09-20", "hba1c", usable), past("2026-10-20", "hba1c", value)]
    item = state(draft(both, weight="84"), "hba1c")
    assert (item.state, item.months) == ("waiting", 3)
    settled = state(draft([past("2026-09-20", "hba1c", value)], hba1c="5.9"), "hba1c")
    assert (settled.state, settled.months) == ("up_to_date", 6)


@pytest.mark.parametrize("is_one_visit", [False, True])
@pytest.mark.parametrize("day", ["2026-10-20", "2026-11-03"])
@pytest.mark.parametrize(("code", "value"), CASES)
def test_a_usable_value_of_a_day_on_which_another_waits_does_nothing(
    code, value, day, is_one_visit
):
    """Pinned: "HbA1c: done" of 6.8 % and 18.5 % of one day."""
    one, other = past(day, code), {**past(day, code, value), "visit_id": "v-other"}
    if is_one_visit:
        one["measurements"] += other["measurements"]
    earlier = [] if is_one_visit else [other]
    if day == "2026-11-03":
        made = draft(earlier, answers=one)
    else:
        made = draft([one, *earlier], weight="84")
    assert state(made, code).state == "due"


def test_what_was_not_measured_was_not_sent():
    given = visit(hba1c="6.8")
    given["measurements"].append({"code": "hba1c", "value": None, "unit": "%"})
    one = draft(answers={"measurements": given["measurements"]})
    assert state(one, "hba1c").state == "up_to_date"


def test_both_values_of_such_a_day_are_printed():
    one = draft(
        [visit("2026-08-20", hba1c="6.8"), {**visit("2026-08-20", hba1c="18.5"), "visit_id": "w"}]
    )
    for lang, said in (("en", ("6.8 % on", "18.5 % on")), ("fr", ("6,8 % le", "18,5 % le"))):
        text = " ".join(render_text(one, lang).split())
        assert all(words in text for words in said)
