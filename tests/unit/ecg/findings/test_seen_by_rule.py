"""What an urgent rule sees is not called absent by the findings."""

from dataclasses import replace

import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.findings.said import ABSENT, BORDERLINE, NOT_ASSESSABLE, PRESENT, Statement
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.findings.urgent_rules import as_rules_see
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.visit import VOCABULARY, screened_ecg

TABLE = statement_settings()["not_absent_beside_rule"]


@pytest.mark.parametrize(("rule", "name"), TABLE.items())
def test_only_what_is_absent_becomes_borderline_and_says_why(rule, name):
    said = Statement(name, 0.1, ABSENT, (), {}, {}, -4.0)
    seen = as_rules_see(said, {rule})
    assert (seen.state, seen.score) == (BORDERLINE, 0.1)
    assert [m.id for m in seen.held] == ["ecg.statement.seen_by_rule"]
    assert as_rules_see(said, {"ecg_rate_above_120"}) is said
    for state in (PRESENT, BORDERLINE, NOT_ASSESSABLE):
        told = replace(said, state=state)
        assert as_rules_see(told, {rule}) is told


def test_the_table_names_rules_and_statements_that_exist():
    assert set(TABLE) <= {rule.id for rule in load_ecg_urgent().rules}
    assert set(TABLE.values()) <= set(VOCABULARY)


def test_an_infarction_of_a_part_of_the_recording_is_not_absent_in_the_whole():
    """Pinned: U0 "ST elevation in V1 to V4, seen from 25 s until 35 s", and at the end not met."""
    calm = simulate(scenario("sinus_rhythm", duration_s=40.0, noise=(Noise("emg", 26.0),)), seed=1)
    ill = simulate(scenario("st_elevation_anterior", duration_s=40.0), seed=1).signal
    x = calm.signal.signal_mv.copy()
    x[:, 12000:17000] = ill.signal_mv[:, 12000:17000]
    found = screened_ecg(replace(calm.signal, signal_mv=x), load_models(), Person("male", 50.0))
    assert "ecg_st_elevation" in {item.rule_id for item in found.urgency.items}
    (said,) = [s for s in found.statements if s.name == "st_elevation"]
    assert said.state != ABSENT
