"""What windows say is added to what the whole says, with from when to when."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.engine.ecg.findings.find import Statement
from laennec.engine.ecg.urgent import EcgUrgency, load_ecg_urgent
from laennec.engine.ecg.urgent.evaluate import DIFFER, REMEASURE
from laennec.engine.ecg.windows import Seen, with_items_of_windows, with_statements_of_windows
from laennec.engine.ecg.windows.cut import windows_of
from laennec.engine.ecg.windows.settings import window_settings
from laennec.engine.prediagnosis import Finding, InputValue, Message, UrgentItem

SETTINGS = window_settings()
WINDOWS = windows_of(60.0, SETTINGS)
RULES = {r.id: r for r in (*load_ecg_urgent().rules, *load_ecg_urgent().reviews.values())}


def item(rule="ecg_st_elevation", level="U0", value="1", message=None, name="ecg.st.II"):
    inputs = (InputValue(name, value, "mV", "derived"),)
    said = Message(message or f"urgent.{rule}")
    return UrgentItem(rule, level, said, inputs, "act", "physician", "source")


def seen(items=None, present=None):
    """Return what is seen in windows, by number of the window."""
    items, present = items or {}, present or {}
    urgency = tuple(EcgUrgency(tuple(items.get(i, ()))) for i in range(len(WINDOWS)))
    statements = tuple(present.get(i, {}) for i in range(len(WINDOWS)))
    return Seen(WINDOWS, urgency, statements, SETTINGS, SETTINGS.layout(60.0))


def values(one):
    return {v.name: v.value for v in one.inputs}


def test_an_item_of_one_window_is_told_with_its_time():
    """Ten seconds of ST elevation at the end of forty were in no median beat: nobody was told."""
    found = with_items_of_windows(EcgUrgency(), seen({10: [item()]})).items
    assert [(i.rule_id, i.level) for i in found] == [("ecg_st_elevation", "U0")]
    assert values(found[0]) == {"ecg.st.II": "1", "ecg.seen_from": "50", "ecg.seen_to": "60"}


def test_separate_parts_are_counted():
    found = with_items_of_windows(EcgUrgency(), seen({0: [item()], 1: [item()], 8: [item()]}))
    told = values(found.items[0])
    assert (told["ecg.seen_from"], told["ecg.seen_to"], told["ecg.seen_times"]) == ("0", "15", "2")


@pytest.mark.parametrize(("numbers", "is_told"), [([3], False), ([3, 4], True), ([3, 5], False)])
def test_what_can_wait_until_today_asks_for_two_windows_in_a_row(numbers, is_told):
    one = item("ecg_st_close", "U1")
    found = with_items_of_windows(EcgUrgency(), seen({i: [one] for i in numbers})).items
    assert bool(found) == is_told


def test_every_rule_that_is_told_of_one_window_is_now_by_itself():
    for rule, least in SETTINGS.rules_in_a_row.items():
        assert RULES[rule].level == "U0", rule
        assert least == 1
    assert set(SETTINGS.only_whole) <= RULES.keys()


def test_what_is_of_the_whole_is_not_asked_of_windows():
    bad = {i: [item(rule, "U0") for rule in sorted(SETTINGS.only_whole)] for i in range(5)}
    assert with_items_of_windows(EcgUrgency(), seen(bad)).items == ()


@pytest.mark.parametrize(("name", "is_told"), [("ecg.qt", False), ("ecg.rate", True)])
def test_a_doubt_on_qt_is_of_the_whole_and_one_on_the_rate_is_not(name, is_told):
    doubt = item(DIFFER, "U0", name=name)
    found = with_items_of_windows(EcgUrgency(), seen({2: [doubt], 3: [doubt]})).items
    assert bool(found) == is_told


def test_the_whole_keeps_its_values_unless_a_window_is_more_urgent():
    whole = EcgUrgency((item("ecg_rate_below_40", "U1", "38"),))
    same = {i: [item("ecg_rate_below_40", "U1", "36")] for i in (0, 1)}
    assert values(with_items_of_windows(whole, seen(same)).items[0])["ecg.st.II"] == "38"
    worse = {i: [item("ecg_rate_below_40", "U0", "36")] for i in (0, 1)}
    told = with_items_of_windows(whole, seen(worse)).items
    assert [(i.level, values(i)["ecg.st.II"]) for i in told] == [("U0", "36")]


def test_what_is_measured_comes_before_what_is_feared_of_a_value_not_used():
    """A pause of 5 s was told twice, once as "a value that is not used"."""
    whole = EcgUrgency((item("ecg_pause_3s", "U0", "5.8"),))
    feared = item("ecg_pause_3s", "U0", "10.0", message=REMEASURE)
    told = with_items_of_windows(whole, seen({4: [feared]})).items
    assert [(i.message.id, values(i)["ecg.st.II"]) for i in told] == [
        ("urgent.ecg_pause_3s", "5.8")
    ]


levels = st.sampled_from(["U0", "U1"])
said = st.lists(st.tuples(st.sampled_from(sorted(RULES)), levels), max_size=4)


@given(said, st.dictionaries(st.integers(0, len(WINDOWS) - 1), said, max_size=6))
def test_windows_only_add(whole, parts):
    before = EcgUrgency(tuple({r: item(r, level) for r, level in whole}.values()))
    after = with_items_of_windows(
        before, seen({i: [item(r, level) for r, level in p] for i, p in parts.items()})
    )
    now = {i.rule_id: i.level for i in after.items}
    for one in before.items:
        assert now[one.rule_id] <= one.level
    assert [i.level for i in after.items] == sorted(i.level for i in after.items)
    assert len(now) == len(after.items)


def statement(name, state, score=0.5):
    return Statement(name, score, state, (), {}, {f"{name}.r": 1.0}, -1.0)


def finding(name, state):
    return Finding(f"ecg_{name}", "fact", Message("finding.x"), state)


def word(said, features):
    return replace(finding(said.name, said.state), details={"of": features.of})


def together(state, scores, name="atrial_fibrillation"):
    present = {
        i: {name: (statement(name, "present", score), SimpleNamespace(of=i))}
        for i, score in scores.items()
    }
    whole = [(statement(name, state), finding(name, state))]
    return with_statements_of_windows(whole, seen(present=present), word)[0]


def test_a_rhythm_of_a_part_is_present_with_its_time_and_the_reasons_of_its_best_window():
    """Two minutes of fibrillation in twelve were "premature atrial complex" and nothing else."""
    said, found = together("absent", {2: 0.7, 3: 0.9, 4: 0.8})
    assert (said.state, found.state, said.score) == ("present", "present", 0.9)
    assert found.details["of"] == 3
    assert [(m.id, m.parameters["spans"]) for m in found.limits] == [("ecg.windows.seen", "10-30")]


def test_a_rhythm_of_fewer_windows_is_not():
    said, found = together("absent", {2: 0.7, 3: 0.9, 5: 0.9})
    assert (said.state, found.state, found.limits) == ("absent", "absent", ())


def test_what_the_whole_says_stays_and_where_it_holds_is_told():
    said, found = together("present", {0: 0.7, 1: 0.9, 2: 0.8})
    assert (said.score, found.state) == (0.5, "present")
    assert found.limits[0].parameters["spans"] == "0-20"
    every = dict.fromkeys(range(len(WINDOWS)), 0.9)
    assert together("present", every)[1].limits == ()
    assert together("present", {})[1].state == "present"


def test_only_statements_on_the_rhythm_are_looked_for():
    assert together("absent", {2: 0.7, 3: 0.9, 4: 0.8}, name="st_elevation")[1].state == "absent"


def test_a_short_recording_says_nothing_of_windows():
    assert Seen((), (), (), SETTINGS).said(EcgUrgency(applied=("ecg_st",))) == ()


def test_parts_in_which_a_rule_was_not_applied_are_named():
    urgency = tuple(
        EcgUrgency(not_applied=("ecg_st",) if i in (0, 6) else ()) for i in range(len(WINDOWS))
    )
    told = Seen(WINDOWS, urgency, ({},) * len(WINDOWS), SETTINGS, SETTINGS.layout(60.0))
    messages = told.said(EcgUrgency(applied=("ecg_st",)))
    assert [m.id for m in messages] == ["ecg.windows.judged", "ecg.windows.partly"]
    assert messages[0].parameters["count"] == len(WINDOWS)
    assert messages[1].parameters["spans"] == "0-10, 30-40"
    assert len(told.said(EcgUrgency())) == 1, "a rule that the whole lacks is named there"
