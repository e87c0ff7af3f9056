"""The recipe: forms, eras, and how a form's system is put together."""

import numpy as np
import pytest
from laennec.engine.errors import DataError
from laennec.training.completion import monotone_variables
from laennec.training.diabetes_type_2.forms import (
    FOLDER,
    _additive,
    load_recipe,
    merge_system,
)
from laennec.training.manifest_parts import load_hand_written

RECIPE = load_recipe()


def test_the_six_forms():
    assert [f.id for f in RECIPE.forms] == [
        "undiagnosed_no_lab",
        "undiagnosed_lipids",
        "dysglycaemia_no_lab",
        "dysglycaemia_lipids",
        "undiagnosed_hba1c_known",
        "undiagnosed_glucose_known",
    ]


@pytest.mark.parametrize("form", RECIPE.forms, ids=lambda f: f.id)
def test_a_form_is_short_readable_and_monotone_where_the_manifest_will_say_so(form):
    system = form.system
    assert max(len(rule.literals) for rule in system.rules) <= 3
    assert len(system.inputs) <= 12
    if "no_lab" in form.id:
        assert len(system.rules) <= 15
    derived = monotone_variables(system)
    said = {1: "increasing", -1: "decreasing"}
    for name in system.inputs:
        row = RECIPE.raw["input"][name]
        if row["monotone"] != "none":
            assert row["monotone"] == said[derived[name]], name
    for rule in system.rules:
        assert rule.source
    for variable in system.variables:
        assert variable.label_fr
        assert all(term.label_en and term.source for term in variable.terms)


@pytest.mark.parametrize("form", RECIPE.forms, ids=lambda f: f.id)
def test_only_age_sex_and_what_defines_the_form_are_required(form):
    required = [n for n in form.system.inputs if n not in form.system.optional]
    assert required[:2] == ["age_years", "male"]
    assert set(required[2:]) <= {
        "total_cholesterol_mmol_per_l",
        "hdl_cholesterol_mmol_per_l",
        "hba1c_percent",
        "fasting_glucose_mmol_per_l",
    }
    assert set(RECIPE.body_size) <= set(form.system.optional)


def test_where_a_marker_is_an_input_it_is_not_the_label():
    for form in RECIPE.forms:
        assert form.label not in form.system.inputs
        if form.headline_below:
            assert form.label_from is not None


def test_an_unknown_form_is_named():
    with pytest.raises(DataError, match="it is not described in forms.toml"):
        RECIPE.form("undiagnosed_everything")


def test_a_cycle_without_era_is_named():
    eras = RECIPE.era_of(np.array(["1999-2000", "2013-2014"]))
    assert eras.tolist() == [0, 1]
    with pytest.raises(DataError, match="the survey cycles 2031-2032"):
        RECIPE.era_of(np.array(["2031-2032"]))


def test_a_rule_to_leave_out_must_exist():
    with pytest.raises(DataError, match="without_rules names 'no_such_rule'"):
        merge_system(FOLDER, [], ["no_such_rule"])


def test_a_form_must_be_additive():
    textbook = load_hand_written(FOLDER.parent / "diabetes_textbook" / "rules.toml")
    with pytest.raises(DataError, match="keeps every rule monotone by positive points"):
        _additive(textbook)


def test_the_textbook_must_be_mamdani(tmp_path):
    with pytest.raises(DataError, match="its rules conclude words, not points"):
        load_hand_written(FOLDER / "no_lab.toml")
