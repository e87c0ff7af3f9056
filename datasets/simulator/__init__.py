"""A 12-lead ECG simulator with known truth: ``simulate(scenario("lbbb"), seed=1)``."""

from .figures import ScenarioUnfit, pathology_names
from .noise import Noise, sample_noise
from .scenario import EcgScenario, sample_scenario, scenario
from .simulate import SYNTHETIC_NOTE, SimulatedEcg, simulate
from .truth import Truth, TruthBeat, TruthWave
from .waves import Group

__all__ = [
    "SYNTHETIC_NOTE",
    "EcgScenario",
    "Group",
    "Noise",
    "ScenarioUnfit",
    "SimulatedEcg",
    "Truth",
    "TruthBeat",
    "TruthWave",
    "pathology_names",
    "sample_noise",
    "sample_scenario",
    "scenario",
    "simulate",
]
