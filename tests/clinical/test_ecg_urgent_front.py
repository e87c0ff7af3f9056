"""H1: ST and T of V1 to V4, where an infarction shows in the mirror or before it happens."""

import re
from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.front import front_view
from laennec.engine.ecg.urgent.settings import parse_ecg_urgent
from laennec.engine.errors import DataError
from laennec.engine.vocabulary.load import read_toml

SETTINGS = load_ecg_urgent()
FRONT = ("V1", "V2", "V3", "V4")
NAMES = {"front_depressed", "front_close", "coved", "deep_t"}
NOISE = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))
BY_RULE = {
    "st_elevation_posterior": "ecg_front_depression",
    "brugada_type_1": "ecg_coved",
    "t_wave_inversion_anterior": "ecg_deep_t",
}
ELSEWHERE = (
    "sinus_rhythm",
    "sinus_tachycardia",
    "rbbb",
    "incomplete_rbbb",
    "lbbb",
    "rvh",
    "lvh_with_strain",
    "st_depression",
    "st_elevation_anterior",
    "st_elevation_inferior",
    "early_repolarisation",
    "hyperacute_t",
    "preexcitation",
    "atrial_flutter",
    "paced_rhythm_ventricular",
)


def said(signal, symptoms=()):
    found = urgent_ecg(analyse_ecg(signal, None), declared=symptoms)
    return {item.rule_id: item for item in found.items}, found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", BY_RULE)
def test_what_shows_in_front_is_told_with_its_leads_and_values(name, seed):
    items, _ = said(simulate(scenario(name, noise=NOISE), seed=seed).signal)
    item = items[BY_RULE[name]]
    leads = item.message.parameters["leads"].split(", ")
    values = {v.name: float(v.value) for v in item.inputs}
    for lead in leads:
        assert lead in FRONT
        assert {f"ecg.st.{lead}", f"ecg.t.{lead}"} <= set(values)
    assert item.level == ("U0" if name == "st_elevation_posterior" else "U1")
    assert "brugada" not in item.rule_id + item.message.id


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_other_heart_is_taken_for_one_of_them(name, seed):
    items, _ = said(simulate(scenario(name), seed=seed).signal)
    assert not {"ecg_front_depression", "ecg_coved", "ecg_deep_t"} & set(items)


def test_symptoms_raise_what_could_wait():
    items, _ = said(simulate(scenario("t_wave_inversion_anterior"), seed=1).signal, CHEST_PAIN)
    assert items["ecg_deep_t"].level == "U0"


CHEST_PAIN = ("symptom.chest_pain",)


@pytest.fixture(scope="module")
def calm():
    return measure_classical(simulate(scenario("sinus_rhythm"), seed=5).signal)


def changed(calm, **by_lead):
    """Return the measurement with ``st``, ``late``, ``highest`` and ``lowest`` of some leads."""
    arrays = {
        name: np.array(getattr(calm, name))
        for name in ("st_j_mv", "st_j60_mv", "t_highest_mv", "t_lowest_mv")
    }
    for lead, values in by_lead.items():
        for array, value in zip(arrays.values(), values, strict=True):
            array[calm.leads.index(lead)] = value
    return replace(calm, **arrays, st_uncertainty_mv=np.full(len(calm.leads), 0.02))


def shown(classical, lost=()):
    st = dict(zip(classical.leads, np.round(classical.st_j_mv, 3).tolist(), strict=True))
    view = front_view(classical, {k: v for k, v in st.items() if k not in lost}, SETTINGS)
    found = {name: tuple(leads) for name, leads in view.leads.items() if leads and name in NAMES}
    return found, view.unknown & NAMES


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ((-0.050, -0.050, 0.30, -0.05), {"front_close"}),
        ((-0.049, -0.050, 0.30, -0.05), set()),
        ((-0.090, -0.090, 0.30, -0.09), {"front_depressed", "front_close"}),
        ((-0.089, -0.090, 0.30, -0.09), {"front_close"}),
        # It rises to the limit and beyond: a fast heart.
        ((-0.150, -0.049, 0.30, -0.05), set()),
        # T is negative too, or hardly upright.
        ((-0.150, -0.150, 0.05, -0.19), set()),
        ((-0.090, -0.090, 0.099, -0.09), set()),
        ((0.200, 0.199, 0.10, -0.100), {"coved"}),
        ((0.199, 0.150, 0.10, -0.100), set()),
        ((0.200, 0.200, 0.10, -0.150), set()),
        ((0.200, 0.150, 0.10, -0.099), set()),
        ((0.199, 0.199, 0.10, -0.200), {"deep_t"}),
        ((0.200, 0.200, 0.10, -0.200), set()),
        ((0.000, 0.000, 0.02, -0.199), set()),
    ],
)
def test_each_shape_at_and_beside_its_limits(calm, lead, expected):
    found, unknown = shown(changed(calm, V2=lead, V3=lead))
    assert set(found) == expected
    assert not unknown
    assert all(leads == ("V2", "V3") for leads in found.values())


def test_leads_count_beside_each_other_and_a_coved_one_alone(calm):
    low, coved, deep = (-0.2, -0.2, 0.3, -0.2), (0.3, 0.2, 0.2, -0.3), (0.0, 0.0, 0.0, -0.5)
    assert shown(changed(calm, V1=low, V3=low))[0] == {}
    assert shown(changed(calm, V1=coved))[0] == {"coved": ("V1",)}
    assert shown(changed(calm, V2=deep, V4=deep))[0] == {}


def test_a_lost_lead_leaves_open_what_was_not_found(calm):
    found, unknown = shown(changed(calm, V1=(0.3, 0.2, 0.2, -0.3)), lost=("V3",))
    assert found == {"coved": ("V1",)}
    assert unknown == {"front_depressed", "front_close", "deep_t"}


def test_without_chest_leads_the_rules_are_named_as_not_applied():
    made = simulate(scenario("sinus_rhythm"), seed=5).signal
    limb = replace(made, leads=made.leads[:6], signal_mv=made.signal_mv[:6])
    _, found = said(limb)
    assert "ecg_front" in found.not_applied
    assert "ecg_front" in said(made)[1].applied


def test_a_pattern_of_an_unknown_shape_or_quantity_is_refused():
    raw = read_toml("laennec.engine.guidelines", "ecg_urgent.toml")
    for name, shape in (("coved", "round"), ("domed", "coved")):
        row = {**raw["front"]["coved"], "shape": shape}
        with pytest.raises(DataError, match=re.escape("ecg_urgent.toml")):
            parse_ecg_urgent({**raw, "front": {name: row}}, "ecg_urgent.toml")


@pytest.mark.parametrize(
    ("pattern", "lost", "added"),
    [
        ("coved", "t_mv", {}),
        ("turned_t", "deep_t_mv", {}),
        ("right_raised", "", {"t_mv": 0.1}),
    ],
)
def test_a_pattern_without_a_limit_on_t_that_its_shape_asks_for_is_refused(pattern, lost, added):
    """Its limit was taken for NaN, and the rule never spoke; a limit too many was never read."""
    raw = read_toml("laennec.engine.guidelines", "ecg_urgent.toml")
    row = {k: v for k, v in raw["front"][pattern].items() if k != lost} | added
    with pytest.raises(DataError, match=f"the pattern {pattern} with"):
        parse_ecg_urgent({**raw, "front": {pattern: row}}, "ecg_urgent.toml")
