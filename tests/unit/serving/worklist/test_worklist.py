"""serving/worklist/worklist.py: what waits, in which order, and what alerts again."""

import pytest
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.errors import DataError
from laennec.engine.words.as_json import as_json
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, acknowledge, decide, mark_seen, withdraw
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from laennec.serving.house_data import (
    override_reasons,
    parse_override_reasons,
    parse_worklist_rules,
    worklist_rules,
)
from laennec.serving.worklist.text import worklist_text
from laennec.serving.worklist.worklist import worklist
from store_support import MARTIN, HandClock, ask, confirm, confirm_all, make_draft, reject


def save(store, clock, visit_id, urgency="U2", urgent=()):
    draft = {**make_draft(visit_id, urgency=urgency), "urgent": [{"level": u} for u in urgent]}
    return save_draft(store, draft, rendered_language="fr", clock=clock)


def visits(store, clock):
    return [item.visit_id for item in worklist(store, clock=clock)]


def test_the_most_urgent_comes_first_then_the_first_come(store, clock):
    for visit_id, urgency in [("a", "U3"), ("b", "U1"), ("c", "U2"), ("d", "U1"), ("e", "U0")]:
        save(store, clock, visit_id, urgency)
        clock.move(1)
    assert visits(store, clock) == ["e", "b", "d", "c", "a"]


def test_an_urgent_item_counts_as_much_as_an_urgent_finding(store, clock):
    save(store, clock, "a", "U1")
    save(store, clock, "b", "U3", urgent=("U0", "U2"))
    first = worklist(store, clock=clock)[0]
    assert (first.visit_id, first.urgency) == ("b", "U0")


def test_a_draft_without_any_urgency_is_the_least_urgent_and_has_no_level(store, clock):
    """It stood on the list as "U3, at the next visit" where the draft said nothing."""
    draft = make_draft("a")
    for finding in draft["findings"]:
        finding["urgency"] = None
    save_draft(store, draft, rendered_language="fr", clock=clock)
    save(store, clock, "b", "U3")
    first, last = worklist(store, clock=clock)
    assert (first.visit_id, first.urgency) == ("b", "U3")
    assert (last.visit_id, last.urgency, last.is_not_assessed) == ("a", None, False)


def test_a_refused_record_with_an_unreadable_symptom_leads_the_list(store, clock):
    """The symptom may be chest pain: it waits before everything that can wait until today."""
    save(store, clock, "a", "U1")
    visit = {"schema": "laennec.visit/1", "visit_id": "b", "person": {"id": "p"}}
    visit |= {"performed_at": "2026-11-03T09:20:00+01:00", "symptoms": ["chest pain?"]}
    draft = screen(parse(visit), Models(), load_guidelines())
    save_draft(store, as_json(draft, "fr"), rendered_language="fr", clock=clock)
    first, second = worklist(store, clock=clock)
    assert (first.visit_id, first.urgency) == ("b", "U0")
    assert second.visit_id == "a"


def refused(visit_id):
    """Return a draft of which nothing could be said: its schema is not known."""
    visit = {"schema": "laennec.visit/9", "visit_id": visit_id, "symptoms": []}
    visit |= {"performed_at": "2026-11-03T09:20:00+01:00"}
    visit |= {"person": {"id": "p", "birth_date": "1974-03-02", "sex": "male"}}
    draft = as_json(screen(parse(visit), Models(), load_guidelines()), "fr")
    assert draft["urgency"] is None
    return draft


def test_a_refused_record_is_not_taken_for_one_that_can_wait(store, clock):
    """The bug it pins: urgency null stood last on the list, as "U3, at the next visit"."""
    for visit_id, urgency in [("a", "U3"), ("b", "U2"), ("d", "U1")]:
        save(store, clock, visit_id, urgency)
    save_draft(store, refused("c"), rendered_language="fr", clock=clock)
    assert visits(store, clock) == ["d", "c", "b", "a"]
    flags = [item.is_not_assessed for item in worklist(store, clock=clock)]
    assert flags == [False, True, False, False]


def test_every_refused_record_is_marked_and_none_waits_behind_what_can_wait(store, clock):
    """The bug it pins: refused with a glucose of 0.62 g/L it stood as any U2, unmarked."""
    for visit_id, urgency in [("a", "U2"), ("b", "U1")]:
        save(store, clock, visit_id, urgency)
    visit = {"schema": "laennec.visit/1", "visit_id": "c", "symptoms": [], "exposures": ["x"]}
    visit |= {"performed_at": "2026-11-03T09:20:00+01:00", "conditions": [], "medications": []}
    visit |= {"person": {"id": "p", "birth_date": "1974-03-02", "sex": "male"}}
    low = {"code": "glucose", "value": "0.62", "unit": "g/L", "specimen": "capillary"}
    draft = as_json(
        screen(parse(visit | {"measurements": [low]}), Models(), load_guidelines()), "fr"
    )
    save_draft(store, draft, rendered_language="fr", clock=clock)
    items = worklist(store, clock=clock)
    assert [(i.visit_id, i.urgency, i.is_refused) for i in items] == [
        ("b", "U1", False),
        ("c", "U2", True),
        ("a", "U2", False),
    ]
    assert not any(item.is_not_assessed for item in items)
    assert "Dossier refusé" in worklist_text(items, "fr")


def test_it_says_what_is_still_undecided(store, clock):
    draft_id = save(store, clock, "a")
    draft = make_draft("a")
    decide(store, ask(draft_id, draft, confirm("diabetes")), physician=MARTIN, clock=clock)
    item = worklist(store, clock=clock)[0]
    assert item.undecided == ("raised_pressure", "cvd")
    assert (item.state, item.content_hash) == ("seen", draft["content_hash"])


def test_what_is_closed_leaves_the_list(store, clock):
    ids = {visit_id: save(store, clock, visit_id) for visit_id in "abcde"}
    confirm_all(store, ids["a"], make_draft("a"), clock)
    decide(store, ask(ids["b"], make_draft("b"), reject()), physician=MARTIN, clock=clock)
    withdraw(store, Withdrawal(ids["c"], "duplicate"), physician=MARTIN, clock=clock)
    corrected = make_draft("d", content="corrected")
    new_id = save_draft(store, corrected, rendered_language="fr", clock=clock)
    assert [item.draft_id for item in worklist(store, clock=clock)] == [ids["e"], new_id]


def correct(store, clock, visit_id, urgency, content):
    draft = make_draft(visit_id, urgency=urgency, content=content)
    return save_draft(store, draft, rendered_language="fr", clock=clock)


def test_a_correction_keeps_an_alarm_that_nobody_acknowledged(store, clock):
    save(store, clock, "a", "U0")
    save(store, clock, "b", "U1")
    clock.move(60)
    correct(store, clock, "a", "U3", "glucose mended")
    clock.move(61)
    new_id = correct(store, clock, "a", "U2", "mended again")
    first, second = worklist(store, clock=clock)
    assert (first.draft_id, first.urgency, first.superseded_urgency) == (new_id, "U0", "U0")
    assert first.waiting_s == pytest.approx(121)
    assert first.realert
    assert (second.visit_id, second.superseded_urgency) == ("b", "")
    acknowledge(store, new_id, physician=MARTIN, clock=clock)
    assert [i.visit_id for i in worklist(store, clock=clock)] == ["b", "a"]
    (mended,) = (i for i in worklist(store, clock=clock) if i.visit_id == "a")
    assert (mended.urgency, mended.superseded_urgency, mended.realert) == ("U2", "", False)


def test_an_alarm_that_was_acknowledged_does_not_come_back_with_a_correction(store, clock):
    first_id = save(store, clock, "a", "U0")
    acknowledge(store, first_id, physician=MARTIN, clock=clock)
    correct(store, clock, "a", "U3", "glucose mended")
    (item,) = worklist(store, clock=clock)
    assert (item.urgency, item.superseded_urgency) == ("U3", "")


@pytest.mark.parametrize(("waited_s", "alerts"), [(0, False), (119.9, False), (120, True)])
def test_an_unacknowledged_u0_alerts_again_after_two_minutes(store, clock, waited_s, alerts):
    save(store, clock, "a", "U0")
    clock.move(waited_s)
    item = worklist(store, clock=clock)[0]
    assert item.realert is alerts
    assert item.waiting_s == pytest.approx(waited_s)


def test_a_physician_stops_the_alarm_without_deciding(store, clock):
    draft_id = save(store, clock, "a", "U0")
    acknowledge(store, draft_id, physician=MARTIN, clock=clock)
    clock.move(3600)
    item = worklist(store, clock=clock)[0]
    assert item.is_acknowledged
    assert not item.realert
    assert len(item.undecided) == 3


def test_an_alarm_goes_on_after_somebody_looked(store, clock):
    """The bug it pins: opening the page of a chest pain silenced its alarm for everybody."""
    draft_id = save(store, clock, "a", "U0")
    mark_seen(store, draft_id, physician=MARTIN, clock=clock)
    clock.move(121)
    (item,) = worklist(store, clock=clock)
    assert (item.state, item.is_acknowledged, item.realert) == ("seen", False, True)
    one = ask(draft_id, make_draft("a", urgency="U0"), confirm("diabetes"))
    decide(store, one, physician=MARTIN, clock=clock)
    assert worklist(store, clock=clock)[0].realert, "a finding is not the alarm"


def test_an_alarm_that_was_only_looked_at_stays_with_its_correction(store, clock):
    mark_seen(store, save(store, clock, "a", "U0"), physician=MARTIN, clock=clock)
    mended = correct(store, clock, "a", "U3", "glucose mended")
    mark_seen(store, mended, physician=MARTIN, clock=clock)
    clock.move(121)
    (item,) = worklist(store, clock=clock)
    assert (item.urgency, item.superseded_urgency, item.realert) == ("U0", "U0", True)


def test_an_alarm_that_was_decided_does_not_come_back_with_a_correction(store, clock):
    confirm_all(store, save(store, clock, "a", "U0"), make_draft("a", urgency="U0"), clock)
    correct(store, clock, "a", "U3", "glucose mended")
    (item,) = worklist(store, clock=clock)
    assert (item.urgency, item.superseded_urgency) == ("U3", "")


def test_a_corrected_u0_alerts_anew(store, clock):
    """Nobody has acknowledged what the correction says."""
    acknowledge(store, save(store, clock, "a", "U0"), physician=MARTIN, clock=clock)
    corrected = make_draft("a", content="corrected", urgency="U0")
    save_draft(store, corrected, rendered_language="fr", clock=clock)
    clock.move(120)
    assert worklist(store, clock=clock)[0].realert


def test_other_levels_do_not_alert(store, clock):
    save(store, clock, "a", "U1")
    clock.move(86_400)
    assert not worklist(store, clock=clock)[0].realert


def test_with_a_clock_that_went_back_the_alarm_is_due(store, clock):
    save(store, clock, "a", "U0")
    clock.move(-3600)
    item = worklist(store, clock=clock)[0]
    assert item.waiting_s == -3600
    assert item.realert


def test_silence_changes_nothing(store, clock):
    """Hazard H8: ten years of looking at the list confirm nothing."""
    draft_id = save(store, clock, "a", "U0")
    for _ in range(120):
        clock.move(30 * 86_400)
        assert visits(store, clock) == ["a"]
    assert load_draft(store, draft_id).state is State.DRAFT
    assert verify(store).events == 1


def test_the_shipped_rules_are_those_of_the_clinical_reference():
    rules = worklist_rules()
    assert rules.levels == ("U0", "U1", "U2", "U3")
    assert (rules.realert_level, rules.realert_after_s) == ("U0", 120.0)


def test_the_shipped_reasons_have_words_in_both_languages():
    reasons = override_reasons()
    assert list(reasons) == [
        "already-known",
        "artefact-or-lead-error",
        "wrong-patient",
        "wrong-value",
        "physiological-athlete",
        "treated-and-controlled",
        "specialist-disagrees",
        "duplicate",
        "out-of-scope",
        "patient-declines",
        "other",
    ]
    assert [code for code, reason in reasons.items() if reason.needs_text] == ["other"]
    for language in ("fr", "en"):
        labels = [reason.labels[language] for reason in reasons.values()]
        assert len(set(labels)) == len(labels)


def test_broken_house_data_is_refused():
    row = '[[reason]]\ncode = "a"\nfr = "a"\nen = "a"\n'
    with pytest.raises(DataError, match="two reasons with the same code"):
        parse_override_reasons(row * 2)
    with pytest.raises(DataError, match="a file that is not TOML"):
        parse_override_reasons("reason =")
    with pytest.raises(DataError, match="an alarm for a level that does not exist"):
        parse_worklist_rules('[urgency]\nlevels = ["U1"]\n[realert]\nlevel = "U0"\nafter_s = 1')


def test_the_list_needs_a_clock_with_a_zone(store):
    with pytest.raises(Exception, match="a time without a zone"):
        worklist(store, clock=HandClock(HandClock().now.replace(tzinfo=None)))
