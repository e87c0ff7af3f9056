"""The shipped statements: what is printed is what is evaluated, and what can't be said is not."""

import numpy as np
import pytest
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings import parse_statements
from laennec.engine.ecg.findings.find import find_statements, state_of
from laennec.engine.ecg.findings.model import evaluate_statements
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import ContractBroken

MODELS = load_models()
TWELVE = MODELS.statement_rules("ecg_findings/twelve_lead")
CONTRACT = [
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
]


def records(bundle, n=200, seed=3):
    rng = np.random.default_rng(seed)
    low, high = bundle.rules.universes.T
    return rng.uniform(low, high, (n, len(low))), rng.random((n, len(low))) > 0.2


def test_every_statement_of_the_contract_is_there_and_no_other():
    assert TWELVE.table.names == tuple(CONTRACT)


@pytest.mark.parametrize("bundle", MODELS.statements, ids=lambda b: b.manifest.id)
def test_the_graph_is_the_printed_rules(bundle):
    x, observed = records(bundle)
    graph = bundle.model().run(x, observed)
    plain = evaluate_statements(bundle.rules, bundle.table, x, observed)
    for name in ("score", "rule_firing", "rule_contribution", "bias"):
        assert np.abs(getattr(graph, name) - getattr(plain, name)).max() < 1e-9


@pytest.mark.parametrize("bundle", MODELS.statements, ids=lambda b: b.manifest.id)
def test_bias_and_contributions_are_the_logit_and_rules_are_short(bundle):
    x, observed = records(bundle)
    found = bundle.model().run(x, observed)
    owners = bundle.table.owners(bundle.rules)
    for j in range(len(bundle.table.names)):
        logit = found.bias[:, j] + found.rule_contribution[:, owners == j].sum(axis=1)
        assert np.abs(1 / (1 + np.exp(-logit)) - found.score[:, j]).max() < 1e-9
    assert all(len(rule.literals) <= 4 and rule.source for rule in bundle.rules.rules)


def test_what_is_not_observed_is_no_evidence():
    x, observed = records(TWELVE, n=1)
    nothing = TWELVE.model().run(np.full_like(x, np.nan), np.zeros_like(observed))
    rules = TWELVE.rules.rules
    positive = [
        i for i, rule in enumerate(rules) if not any(part.negated for part in rule.literals)
    ]
    assert nothing.rule_firing[0, positive].max() < 0.2


def test_a_flat_recording_says_nothing():
    network = MODELS.signal("ecg_delineation/waves").delineator()
    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    signal = EcgSignal.of({name: np.zeros(5000) for name in leads}, 500.0)
    analysis = analyse_ecg(signal, network)
    found = find_statements(analysis, ecg_features(analysis), TWELVE.model())
    assert {s.state for s in found} == {"not_assessable"}
    assert all(s.why and np.isnan(s.score) for s in found)


def test_a_state_follows_its_cut_offs():
    spec = TWELVE.table.statements[0]
    assert state_of(spec, spec.present_from) == "present"
    assert state_of(spec, spec.borderline_from) == "borderline"
    assert state_of(spec, spec.borderline_from - 1e-9) == "absent"


def test_an_altered_byte_refuses_the_bundle(tmp_path):
    folder = tmp_path / "ecg_findings" / "bundles" / "twelve_lead"
    folder.mkdir(parents=True)
    for name in (*TWELVE.files, "manifest.toml", "signature"):
        (folder / name).write_bytes((TWELVE.folder / name).read_bytes())
    raw = bytearray((folder / "rules.toml").read_bytes())
    raw[100] ^= 1
    (folder / "rules.toml").write_bytes(raw)
    models = load_models([folder])
    assert models.statements == ()
    assert "rules.toml" in str(models.refused[0].error)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('use = "rhythm"', 'use = "taste"', "taste"),
        ('needs = ["rate_bpm"]', 'needs = ["mood"]', "mood"),
        ('name = "lbbb"', 'name = "other"', "other: no rule"),
    ],
)
def test_a_table_that_does_not_fit_its_rules_is_refused(old, new, said):
    raw = TWELVE.files["statements.toml"].decode()
    assert old in raw
    with pytest.raises(ContractBroken, match=said):
        parse_statements(raw.replace(old, new, 1).encode(), TWELVE.rules, path="x")
