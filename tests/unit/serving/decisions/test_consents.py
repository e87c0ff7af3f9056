"""Consents on both databases: the last answer holds, and the chain vouches for every one."""

import pytest
from laennec.engine.errors import AuditError, RecordError
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.consents import (
    Answer,
    ConsentMissing,
    Purpose,
    Said,
    read_consents,
    record_consents,
    require_consent,
)
from laennec.serving.people import Person, Role
from laennec.serving.store.guards import drop_guard, set_guard
from sqlalchemy.exc import DBAPIError

NURSE = Person("SITE:nurse-1", "Infirmière Petit", Role.NURSE)
AI = Purpose.AI_SCREENING


def answer(store, clock, *, agreed, notice="1", person="p"):
    return record_consents(store, Said(person, {AI: agreed}, notice), actor=NURSE, clock=clock)


def test_the_last_answer_holds_and_a_refusal_after_an_agreement_takes_it_back(store, clock):
    said = [answer(store, clock, agreed=agreed)[AI].answer for agreed in (False, True, False)]
    assert said == [Answer.REFUSED, Answer.GIVEN, Answer.WITHDRAWN]
    assert read_consents(store, "p")[AI].number == 3
    assert read_consents(store, "another") == {}
    assert verify(store).is_intact


def test_an_agreement_to_other_words_is_another_agreement(store, clock):
    answer(store, clock, agreed=True, notice="1")
    assert answer(store, clock, agreed=True, notice="1")[AI].number == 1
    assert answer(store, clock, agreed=True, notice="2")[AI].number == 2


def test_who_was_never_asked_did_not_agree(store, clock):
    with pytest.raises(ConsentMissing, match="needs the person's agreement"):
        require_consent({}, AI)
    with pytest.raises(ConsentMissing, match="refused"):
        require_consent(answer(store, clock, agreed=False), AI)
    require_consent(answer(store, clock, agreed=True), AI)


def test_a_refusal_holds_whatever_blanks_stand_around_the_person(store, clock):
    answer(store, clock, agreed=False, person="p 1")
    assert read_consents(store, "\u00a0p\u00a01 ")[AI].answer is Answer.REFUSED
    assert answer(store, clock, agreed=True, person=" p 1")[AI].number == 2


def test_an_answer_of_nobody_is_refused(store, clock):
    for person in ("", " ", "p" * 201):
        with pytest.raises(RecordError, match="an answer of nobody"):
            answer(store, clock, agreed=True, person=person)


def test_an_answer_that_was_changed_is_noticed_and_not_acted_on(store, clock):
    answer(store, clock, agreed=False)
    with pytest.raises(DBAPIError), store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE consents SET answer = 'given'")
    with store.write() as connection:
        drop_guard(connection, "consents_no_update")
        connection.exec_driver_sql("UPDATE consents SET answer = 'given'")
        set_guard(connection, "consents_no_update")
    with pytest.raises(AuditError, match="a row of consents"):
        read_consents(store, "p")
    assert [p.kind for p in verify(store).problems] == ["rows"]
