"""Every pathology has the statements that hold of it, and no other one."""

import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.datasets.simulator.figures import figures

CONTRACT = {
    "sinus_rhythm",
    "sinus_bradycardia",
    "sinus_tachycardia",
    "atrial_fibrillation",
    "atrial_flutter",
    "premature_atrial_complex",
    "premature_ventricular_complex",
    "av_block_1",
    "rbbb",
    "incomplete_rbbb",
    "lbbb",
    "left_anterior_fascicular_block",
    "nonspecific_intraventricular_delay",
    "left_axis_deviation",
    "right_axis_deviation",
    "lvh",
    "left_atrial_enlargement",
    "old_mi_q_waves",
    "st_depression",
    "st_elevation",
    "t_wave_abnormal",
    "prolonged_qt",
    "low_qrs_voltage",
    "paced_rhythm",
    "av_block_high_grade",
    "ventricular_tachycardia",
    "preexcitation",
    "brugada_type_1",
}
SINUS = {"sinus_rhythm"}
WANTED = {
    "sinus_rhythm": SINUS,
    "sinus_bradycardia": {"sinus_bradycardia"},
    "sinus_tachycardia": {"sinus_tachycardia"},
    "paediatric_tachycardia": {"sinus_tachycardia"},
    "extreme_bradycardia": {"sinus_bradycardia"},
    "sinus_arrhythmia": SINUS,
    "atrial_fibrillation": {"atrial_fibrillation"},
    "atrial_flutter": {"atrial_flutter"},
    "atrial_flutter_changing_block": {"atrial_flutter"},
    "premature_atrial_complex": {"premature_atrial_complex", *SINUS},
    "premature_ventricular_complex": {"premature_ventricular_complex", *SINUS},
    "bigeminy": {"premature_ventricular_complex", *SINUS},
    "ventricular_tachycardia": {"ventricular_tachycardia"},
    "nonsustained_ventricular_tachycardia": {
        "ventricular_tachycardia",
        "premature_ventricular_complex",
        *SINUS,
    },
    "junctional_rhythm": set(),
    "av_block_1": {"av_block_1", *SINUS},
    "av_block_2_wenckebach": SINUS,
    "av_block_2_mobitz_2": {"av_block_high_grade", *SINUS},
    "av_block_complete": {"av_block_high_grade"},
    "rbbb": {"rbbb", *SINUS},
    "incomplete_rbbb": {"incomplete_rbbb", *SINUS},
    "lbbb": {"lbbb", *SINUS},
    "left_anterior_fascicular_block": {
        "left_anterior_fascicular_block",
        "left_axis_deviation",
        *SINUS,
    },
    "left_posterior_fascicular_block": {"right_axis_deviation", *SINUS},
    "nonspecific_intraventricular_delay": {"nonspecific_intraventricular_delay", *SINUS},
    "left_axis_deviation": {"left_axis_deviation", *SINUS},
    "right_axis_deviation": {"right_axis_deviation", *SINUS},
    "lvh": {"lvh", *SINUS},
    "lvh_with_strain": {"lvh", *SINUS},
    "rvh": {"right_axis_deviation", *SINUS},
    "left_atrial_enlargement": {"left_atrial_enlargement", *SINUS},
    "st_elevation_anterior": {"st_elevation", *SINUS},
    "st_elevation_inferior": {"st_elevation", "st_depression", *SINUS},
    "st_elevation_lateral": {"st_elevation", "st_depression", *SINUS},
    "st_elevation_posterior": {"st_depression", *SINUS},
    "st_depression": {"st_depression", *SINUS},
    "pericarditis": {"st_elevation", *SINUS},
    "early_repolarisation": {"st_elevation", *SINUS},
    "old_mi_q_waves_inferior": {"old_mi_q_waves", *SINUS},
    "old_mi_q_waves_anterior": {"old_mi_q_waves", *SINUS},
    "old_mi_q_waves_lateral": {"old_mi_q_waves", "right_axis_deviation", *SINUS},
    "t_wave_inversion_anterior": {"t_wave_abnormal", *SINUS},
    "t_wave_inversion_inferior": {"t_wave_abnormal", *SINUS},
    "t_wave_inversion_lateral": {"t_wave_abnormal", *SINUS},
    "hyperacute_t": SINUS,
    "prolonged_qt": {"prolonged_qt", *SINUS},
    "short_qt": SINUS,
    "preexcitation": {"preexcitation", *SINUS},
    "low_qrs_voltage": {"low_qrs_voltage", *SINUS},
    "paced_rhythm_atrial": {"paced_rhythm"},
    "paced_rhythm_ventricular": {"paced_rhythm"},
    "paced_rhythm_dual": {"paced_rhythm"},
    "brugada_type_1": {"brugada_type_1", "st_elevation", *SINUS},
}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_typical_record_has_its_statements(name):
    found = set(simulate(scenario(name), seed=1).truth.statements)
    assert found - {"st_depression"} == WANTED[name] - {"st_depression"}
    assert WANTED[name] <= found
    assert found <= CONTRACT


def test_no_pathology_is_left_out_here():
    assert set(WANTED) == set(figures("pathologies")["pathology"])


def test_every_statement_of_the_contract_can_be_simulated():
    assert set().union(*WANTED.values()) == CONTRACT


def test_names_of_families_stand_for_one_of_their_members():
    for name, members in figures("pathologies")["family"].items():
        assert scenario(name).overlays == scenario(members[0]).overlays


@pytest.mark.parametrize(
    ("changes", "statement"),
    [
        ({"pr_ms": 230.0}, "av_block_1"),
        ({"rate_bpm": 45.0}, "sinus_bradycardia"),
        ({"axis_deg": -50.0}, "left_axis_deviation"),
        ({"qt_ms": 520.0, "rate_bpm": 60.0}, "prolonged_qt"),
        ({"qrs_scale": 0.25}, "low_qrs_voltage"),
        ({"qrs_scale": 1.8}, "lvh"),
    ],
)
def test_a_number_beyond_its_limit_makes_its_statement(changes, statement):
    assert statement not in simulate(scenario(), seed=1).truth.statements
    assert statement in simulate(scenario(**changes), seed=1).truth.statements


def test_qtc_is_withheld_in_wide_beats():
    truth = simulate(scenario("lbbb", qtc_ms=540.0), seed=1).truth
    assert truth.measured.qtc_fridericia_ms > 500
    assert "prolonged_qt" not in truth.statements


def test_other_names_stand_among_the_details():
    assert simulate(scenario("rvh"), seed=1).truth.details == ("rvh",)
