"""Intervals, limits and sources of an ECG in words: each source once, no blank unexplained."""

import json
from dataclasses import replace

import pytest
from house import ROOT
from jsonschema import Draft202012Validator
from laennec.engine.ecg.measure.reference import Person, criteria_for, interval_for, why_none
from laennec.engine.prediagnosis import EcgValue
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.ecg_lines import value_line
from laennec.engine.words.ecg_reference_lines import (
    reference_json,
    reference_lines,
    source_lines,
    source_marks,
)

SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
FR = Sentences("fr")


def value(name, number, unit, person):
    interval, criteria = interval_for(name, person), criteria_for(name, person)
    why = "" if interval or criteria else why_none(name, person)
    return EcgValue(name, number, unit, 2.0, 9, (), (), interval, criteria, why)


def values(person):
    return [
        value("rate", 70.0, "/min", person),
        value("qrs", 92.0, "ms", person),
        value("qtc_fridericia", 421.0, "ms", person),
        value("t_axis", 40.0, "deg", person),
        value("cornell", 1.3, "mV", person),
    ]


def test_a_value_has_its_interval_and_its_limits_with_the_marks_of_their_sources():
    man = values(Person("male", 45.0))
    marks = source_marks(man)
    assert value_line(man[2], FR, marks) == (
        "421 ms (± 2 sur 9 battements) ; intervalle de référence : 359 à 445 ms [1] ; "
        "limite haute : à partir de 450 ms [3] ; limite basse : jusqu'à 340 ms [4]"
    )
    assert [line[:3] for line in source_lines(man, FR)] == ["[1]", "[2]", "[3]", "[4]", "[5]"]
    assert len(marks) == 5


def test_sources_are_those_of_what_is_printed_each_once():
    man = values(Person("male", 45.0))
    only = [replace(man[0], value=None), man[1]]
    assert [line.partition(" (")[0] for line in source_lines(only, FR)] == ["[1] Surawicz 2009"]
    assert source_marks([]) == {}


def test_what_has_none_is_named_with_the_reason():
    lines = reference_lines(values(Person("male", 45.0)), FR)
    assert lines[0] == "Aucun intervalle de référence sourcé pour cet âge et ce sexe : axe de T."
    unknown = reference_lines(values(Person()), FR)
    assert unknown[0].endswith("non connu ici : axe de T, indice de Cornell.")
    child = reference_lines(values(Person("female", 9.0)), FR)
    assert "fréquence" in child[0]
    assert len(child) == 1


def test_voltage_limits_say_for_whom_they_are_not_meant():
    assert "sportifs" in reference_lines(values(Person("male", 45.0)), FR)[-1]
    assert "pas faites pour cette personne" in reference_lines(values(Person("male", 25.0)), FR)[-1]


def test_what_is_withheld_is_not_said_to_lack_an_interval():
    axis = replace(values(Person("male", 45.0))[3], value=None)
    assert reference_lines([axis], FR) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("person", [Person(), Person("male", 30.0), Person("female", 60.0)])
def test_json_carries_the_source_in_full_and_obeys_the_schema(lang, person):
    words = Sentences(lang)
    shape = {**SCHEMA["$defs"]["ecg_value"], "$defs": SCHEMA["$defs"]}
    for one in values(person):
        plain = {
            "name": one.name, "label": "", "value": one.value, "unit": one.unit, "spread": 2.0,
            "n_beats": 9, "withheld": [], "limits": [], **reference_json(one, words),
        }  # fmt: skip
        Draft202012Validator(shape).validate(plain)
        has_row = plain["reference"] is not None or bool(plain["criteria"])
        assert has_row == (plain["no_reference"] is None)
        if plain["reference"]:
            assert plain["reference"]["source"]["cites"]
            assert plain["reference_interval"][1] == plain["reference"]["high"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_calls_a_person_or_a_value_sound(lang):
    man = values(Person("male", 45.0))
    said = " ".join([*reference_lines(man, Sentences(lang)), *source_lines(man, Sentences(lang))])
    assert "normal" not in said.lower()
