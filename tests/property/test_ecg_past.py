"""An earlier ECG only adds: it lowers no urgency, and its absence lowers none that remains."""

import pytest
from ecg_visits import drafted, earlier, given
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st
from laennec.engine.prediagnosis import URGENCIES

HEARTS = (
    "sinus_rhythm",
    "lbbb",
    "rbbb",
    "av_block_1",
    "atrial_fibrillation",
    "prolonged_qt",
    "st_elevation_anterior",
    "st_depression",
    "old_mi_q_waves_inferior",
    "t_wave_inversion_anterior",
    "ventricular_tachycardia",
    "paced_rhythm_ventricular",
)
SYMPTOMS = ((), ("chest_pain",), ("palpitations",))


def rank(level):
    return len(URGENCIES) if level is None else URGENCIES.index(level)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@over(st.sampled_from(HEARTS), st.sampled_from(HEARTS), st.sampled_from(SYMPTOMS))
def test_an_earlier_ecg_lowers_no_urgency(now, then, symptoms):
    """H27: what is old is taken for harmless, and what is not compared for old."""
    ecg = given(now, start_s=20.0)
    alone = drafted(ecg, symptoms=symptoms)
    beside = drafted(ecg, earlier(given(then)), symptoms=symptoms)
    assert rank(beside.urgency) <= rank(alone.urgency)
    levels = {item.rule_id: item.level for item in beside.urgent}
    for item in alone.urgent:
        assert rank(levels.get(item.rule_id)) <= rank(item.level)
    stated = {finding.id: finding for finding in beside.findings}
    for finding in alone.findings:
        assert stated[finding.id].state == finding.state
        assert rank(stated[finding.id].urgency) <= rank(finding.urgency)


@pytest.mark.parametrize("now", HEARTS)
def test_beside_the_same_heart_nothing_is_silenced(now):
    ecg = given(now, start_s=20.0)
    alone, beside = drafted(ecg), drafted(ecg, earlier(given(now)))
    ids = {item.rule_id for item in beside.urgent}
    assert {item.rule_id for item in alone.urgent} <= ids
    assert rank(beside.urgency) <= rank(alone.urgency)
