"""What a measurement is printed beside: rows with a source, for whom they are and are not."""

import tomllib

import pytest
from house import ROOT
from laennec.engine.ecg.measure.reference import (
    NOBODY,
    NOT_FOR_PERSON,
    PERSON_UNKNOWN,
    Person,
    criteria_for,
    interval_for,
    load_references,
    why_none,
)
from laennec.engine.ecg.measure.settings import load_settings
from laennec.engine.words import LANGUAGES, Sentences

RAW = tomllib.loads((ROOT / "engine/guidelines/ecg_reference.toml").read_text("utf-8"))
URGENT = tomllib.loads((ROOT / "engine/guidelines/ecg_urgent.toml").read_text("utf-8"))
ALL = load_references()
NAMES = tuple(load_settings().names)
MAN, WOMAN, CHILD = Person("male", 45.0), Person("female", 60.0), Person("male", 12.0)


def ends(name, person):
    found = interval_for(name, person)
    return found and (found.low, found.high)


def test_every_row_is_of_a_known_measurement_in_its_unit_with_a_source_and_no_signature():
    units = {name: raw["unit"] for name, raw in load_settings().names.items()}
    for row in [*RAW["interval"], *RAW["criterion"]]:
        assert row["unit"] == units[row["name"]], row
        assert row["signed_by"] == ""
        assert row["source"] in ALL.sources
    assert {row["source"] for row in [*RAW["interval"], *RAW["criterion"]]} == set(ALL.sources)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_source_says_of_whom_it_speaks_and_how_it_was_read(lang):
    words = Sentences(lang)
    for source in ALL.sources.values():
        assert source.cites
        assert source.read_in
        assert words.text(f"ecg.reference.of.{source.id}")
        assert words.text(f"ecg.reference.read.{source.read}")


def test_every_limit_can_be_worded():
    for row in ALL.criteria:
        found = row.criterion
        assert Sentences("fr").has(f"ecg.reference.limit.{found.limit}.{found.operator}")
        assert (found.limit == "upper") == found.operator.startswith(">")


def test_an_interval_of_women_of_some_ages_is_for_them_alone():
    """QRS of women had one interval at every age, from a guideline that does not hold it."""
    assert ends("qrs", WOMAN) == (70.0, 104.0)
    assert interval_for("qrs", WOMAN).source.id == "whi_2013"
    for age in (None, 30.0, 49.9, 80.0):
        assert interval_for("qrs", Person("female", age)).source.id == "mason_2007"
    assert ends("qrs", Person("female", 79.9)) == (70.0, 104.0)
    assert ends("rate", WOMAN) == (49.0, 88.0)
    assert ends("rate", MAN) == (48.0, 98.0)
    assert ends("qrs", MAN) == (74.0, 114.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_child_gets_no_number_of_adults(name):
    """A child's axis was printed beside the interval of adults."""
    assert interval_for(name, CHILD) is None
    assert criteria_for(name, CHILD) == ()
    assert why_none(name, CHILD) == NOT_FOR_PERSON
    assert interval_for(name, Person("male", 17.9)) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("person", [MAN, WOMAN])
def test_an_adult_has_a_row_or_a_reason(name, person):
    has_row = interval_for(name, person) is not None or bool(criteria_for(name, person))
    without = {"male": {"t_axis"}, "female": {"cornell_product"}}[person.sex]
    assert has_row == (name not in without)
    assert has_row or why_none(name, person) == NOT_FOR_PERSON


def test_where_sex_or_age_decides_and_is_not_known_that_is_the_reason():
    for name in ("cornell", "peguero", "p_axis", "t_axis"):
        assert interval_for(name, NOBODY) is None
        assert criteria_for(name, NOBODY) == ()
        assert why_none(name, NOBODY) == PERSON_UNKNOWN
    assert why_none("p_axis", Person("male", 30.0)) == NOT_FOR_PERSON
    assert ends("p_axis", Person("male", 40.0)) == (0.0, 75.0)
    assert interval_for("t_axis", Person("male", 54.9)) is None
    assert ends("t_axis", Person("male", 55.0)) == (15.0, 75.0)


def test_the_limit_of_the_cornell_product_is_for_men():
    """In women the published sum has an addition that the printed product leaves out."""
    assert [c.value for c in criteria_for("cornell_product", MAN)] == [2440.0]
    assert criteria_for("cornell_product", WOMAN) == ()


@pytest.mark.parametrize("name", ["sokolow_lyon", "cornell", "cornell_product", "peguero"])
def test_every_voltage_limit_says_for_whom_it_is_not_meant(name):
    for age, caution in ((39.9, "voltage_young"), (40.0, "voltage"), (None, "voltage")):
        (found,) = criteria_for(name, Person("male", age))
        assert found.caution == f"ecg.reference.caution.{caution}"


def test_limits_are_those_of_the_rules_and_findings():
    """One number in two files must not drift apart."""
    limits = URGENT["exclusions"]
    assert [c.value for c in criteria_for("sokolow_lyon", MAN)] == [limits["sokolow_lyon_mv"]]
    assert [c.value for c in criteria_for("cornell", MAN)] == [limits["cornell_male_mv"]]
    assert [c.value for c in criteria_for("cornell", WOMAN)] == [limits["cornell_female_mv"]]
    upper = {
        sex: [
            c.value for c in criteria_for("qtc_fridericia", Person(sex, 45.0)) if c.limit == "upper"
        ]
        for sex in ("male", "female")
    }
    assert upper == {"male": [450.0], "female": [460.0]}
