"""A value that waits to be confirmed makes no better control, and was not "not recorded"."""

import pytest
from follow_up_visits import draft, state, visit
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import due_line
from laennec.engine.words.text import render_text

CALM = {"hba1c": "7.6", "hba1c_target": "7.0"}
TYPE_2 = {"questionnaire": {"diabetes_type": "type_2"}}


def index(**given):
    return draft(**CALM, **given).follow_up.index


def limits(one):
    return {m.id: m.parameters for m in one.follow_up.limits}


@pytest.mark.parametrize(
    ("item", "steps"),
    [
        ("systolic_bp", ["120", "150", "200", "210", "240", "290", "1400"]),
        ("ldl_cholesterol", ["0.9", "1.6", "3.0", "6.0", "12.0"]),
        ("egfr", ["95", "50", "16", "14", "8", "2", "0.1"]),
        ("weight", ["80", "110", "160", "290", "600"]),
    ],
)
def test_what_gets_worse_never_makes_better_control_though_it_becomes_suspect(item, steps):
    """Pinned: 200 -> 210 mmHg moved the index from 45 to 39, a filtration rate 16 -> 8 to 43."""
    beside = {"systolic_bp": {"diastolic_bp": "82"}, "weight": {"height": "176"}}.get(item, {})
    found = [index(**{item: value}, **beside) for value in steps]
    given = [one for one in found if one is not None]
    assert given == sorted(given)
    assert found[len(given) :] == [None] * (len(found) - len(given))
    assert 2 <= len(given) < len(found)


@pytest.mark.parametrize(
    ("value", "is_given"), [("<15", False), ("<30", False), (">60", True), (">90", True)]
)
def test_a_filtration_rate_known_only_to_be_low_gives_no_index(value, is_given):
    """A bound is no value of the rules: "<15" stood as "nothing known" and the index fell."""
    one = draft(**CALM, egfr=value)
    assert (one.follow_up.index is not None) is is_given
    assert ("follow_up.limit.input_bound" in limits(one)) is not is_given


@pytest.mark.parametrize("hba1c", ["6.4", "7.0", "7.6", "8.1"])
@pytest.mark.parametrize(
    ("item", "waits", "turns_out"),
    [
        ("systolic_bp", "210", ["100", "128", "136", "150", "190"]),
        ("ldl_cholesterol", "6.0", ["0.6", "1.1", "1.4", "3.0"]),
        ("egfr", "8", ["16", "40", "52", "58", "90"]),
        ("egfr", "<30", ["16", "28"]),
    ],
)
def test_what_the_other_values_allow_holds_whatever_the_value_turns_out_to_be(
    hba1c, item, waits, turns_out
):
    """Pinned: one mistyped value withheld the whole index, and nothing said what the rest shows."""
    given = {"hba1c": hba1c, "hba1c_target": "7.0"}
    beside = {"systolic_bp": {"diastolic_bp": "82"}}.get(item, {})
    one = draft(**given, **beside, **{item: waits})
    others = limits(one).get("follow_up.limit.by_the_others") or limits(one).get(
        "follow_up.limit.one_band"
    )
    low, high = others["low"], others["high"]
    assert low < high
    assert one.follow_up.index is None
    for value in turns_out:
        assert low <= draft(**given, **beside, **{item: value}).follow_up.index <= high
    text = " ".join(render_text(one, "en").split())
    assert f"at least {low:g} of 100, and at most {high:g}" in text


def test_a_value_that_could_not_move_the_index_withholds_nothing():
    one = draft(hba1c="9.9", hba1c_target="7.0", systolic_bp="210", diastolic_bp="82")
    assert one.follow_up.index == draft(hba1c="9.9", hba1c_target="7.0").follow_up.index
    assert limits(one)["follow_up.limit.waits_moot"] == {"item": "item:systolic_bp"}
    assert "follow_up.limit.waits" not in limits(one)


def test_without_its_hba1c_nothing_is_said_of_the_index():
    told = limits(draft(hba1c="18.5", systolic_bp="210", diastolic_bp="82"))
    assert not {"follow_up.limit.by_the_others", "follow_up.limit.one_band"} & set(told)


@pytest.mark.parametrize(
    ("lang", "words", "sent"),
    [
        ("fr", "il attend une valeur envoyée ce jour", "valeur envoyée le 03/11/2026"),
        ("en", "it waits for a value that was sent today", "a value was sent on 2026-11-03"),
    ],
)
def test_what_was_sent_and_waits_is_named_and_not_called_not_recorded(lang, words, sent):
    one = draft(**CALM, egfr="8")
    assert limits(one)["follow_up.limit.waits"] == {"item": "item:egfr"}
    text = " ".join(render_text(one, lang).split())
    assert words in text
    assert sent in due_line(state(one, "kidney"), Sentences(lang))


def test_an_hba1c_that_waits_is_neither_missing_nor_not_recorded():
    one = draft(hba1c="18.5")
    assert limits(one)["follow_up.limit.waits"] == {"item": "item:hba1c"}
    assert "follow_up.limit.hba1c_missing" not in limits(one)
    item = state(one, "hba1c")
    assert (item.state, item.said_on, item.months) == ("due", "2026-11-03", 3)


def test_an_older_value_is_named_beside_the_one_that_waits_and_a_newer_one_settles_it():
    before = visit(day="2026-05-03", egfr="70")
    item = state(draft(previous=[before], **CALM, egfr="8"), "kidney")
    assert (item.state, item.last_on, item.said_on) == ("waiting", "2026-05-03", "2026-11-03")
    settled = draft(previous=[visit(day="2026-05-03", egfr="8")], **CALM, egfr="70")
    assert state(settled, "kidney").state == "up_to_date"
    assert settled.follow_up.index is not None


def test_a_confirmed_value_gives_the_index_again():
    given = visit(**CALM, egfr="8")
    given["measurements"][-1]["confirmed_by"] = "Dr A"
    one = draft(answers={"measurements": given["measurements"]})
    assert one.follow_up.index >= index(egfr="16")


def test_a_value_that_is_only_too_old_waits_for_nobody():
    given = visit(**CALM, ldl_cholesterol="1.0")
    given["measurements"][-1]["at"] = "2019-11-03T09:00:00+01:00"
    one = draft(answers={"measurements": given["measurements"]})
    assert one.follow_up.index == index()


@pytest.mark.parametrize(("consent", "code"), [(True, False), (False, True)])
def test_who_declined_is_told_why_there_is_no_index(consent, code):
    """Pinned: "measure HbA1c first where it is missing" stood where it was there."""
    one = draft(**CALM, answers={"consent": {"ai_screening": consent}, **TYPE_2})
    assert ("follow_up.limit.declined" in limits(one)) is code
    assert (one.follow_up.index is None) is code


def test_of_a_known_diabetes_nobody_asks_whether_it_was_diagnosed():
    """Pinned: the next step of a glucose finding was to ask for what the visit states."""
    text = " ".join(render_text(draft(**CALM), "en").split())
    assert "ask whether a physician has diagnosed diabetes" not in text
    assert "diabetes is known: nothing to confirm, see the follow-up" in text
