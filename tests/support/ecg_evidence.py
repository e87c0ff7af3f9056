"""Evidence for urgent ECG rules, made by hand: a calm ECG with single quantities changed."""

from collections.abc import Iterable
from types import SimpleNamespace

from laennec.engine.bundles.load import Models
from laennec.engine.ecg.delineation.delineate import Delineator
from laennec.engine.ecg.urgent.evidence import Evidence
from laennec.engine.ecg.urgent.front import FrontView
from laennec.engine.ecg.urgent.pair import Pair
from laennec.engine.ecg.urgent.shape import BeatShape
from laennec.engine.ecg.urgent.st import RaisedLeads, StView
from laennec.engine.ecg.visit import DELINEATOR_ID
from laennec.engine.prediagnosis import UrgentItem
from waves_maker import RULES

CALM = {
    "rate": 70.0,
    "fastest_run": 75.0,
    "pause": 0.9,
    "irregularity": 0.02,
    "qrs": 92.0,
    "pr": 160.0,
    "slow_onset": 24.0,
    "qtc_fridericia": 410.0,
    "qt": 390.0,
    "fast_qt": 0.0,
    "no_steady_p": 0.0,
    "no_p_by_both": 0.0,
    "wide_run": 0.0,
    "wide_run_rate": 0.0,
    "wide_run_length": 0.0,
    "left_bundle_shape": 0.0,
    "st_leads": 0.0,
    "st_leads_excluded": 0.0,
    "st_leads_very_large": 0.0,
    "st_leads_close": 0.0,
    "front_depressed": 0.0,
    "front_close": 0.0,
    "coved": 0.0,
    "deep_t": 0.0,
    "turned_t": 0.0,
    "low_st": 0.0,
    "low_st_close": 0.0,
    "right_raised": 0.0,
    "st_excused": 0.0,
    "steep_qrs": 80.0,
    "blocked_p": 0.0,
    "blocked_p_suspected": 0.0,
    "dissociated": 0.0,
    "no_clear_beats": 0.0,
    "not_judged": 0.0,
    "amplitude_implausible": 0.0,
    "gain_implausible": 0.0,
    "scale_unknown": 0.0,
}
RAISED = RaisedLeads(("II", "III"), ("inferior",), 2)
VIEW = StView(
    {"II": 0.2, "III": 0.3, "V2": -0.1, "V3": -0.1},
    RAISED,
    RAISED,
    RAISED,
    is_known=True,
    exclusions=("hypertrophy",),
)
FRONT = FrontView(
    {
        "front_depressed": {"V2": 0.3, "V3": 0.4},
        "front_close": {"V2": 0.3, "V3": 0.4},
        "coved": {"V2": -0.2},
        "deep_t": {"V2": -0.3, "V3": -0.4},
        "turned_t": {"V2": -0.2, "V3": -0.2},
        "low_st": {"II": float("nan"), "V2": float("nan")},
        "low_st_close": {"II": float("nan"), "V2": float("nan")},
    }
)


def evidence(*, unmeasured: tuple[str, ...] = (), **changes: float | Pair) -> Evidence:
    """Return a calm ECG with some quantities changed."""
    values = CALM | changes
    pairs = {n: v if isinstance(v, Pair) else Pair(v) for n, v in values.items()}
    return Evidence(pairs, VIEW, BeatShape(), FRONT, unmeasured)


def levels_of(items: Iterable[UrgentItem]) -> dict[str, str]:
    """Return rule id -> level."""
    return {item.rule_id: item.level for item in items}


class BrokenSession:
    """A network that stops."""

    def run(self, names, feed):
        raise RuntimeError("the graph broke")


def models_with(session) -> Models:
    """Return models whose delineator asks this session."""
    manifest = SimpleNamespace(id=DELINEATOR_ID, version="0", key="test")
    bundle = SimpleNamespace(
        manifest=manifest, sha256="0" * 64, delineator=lambda: Delineator(session, RULES)
    )
    return Models(signals=(bundle,))
