"""All features of one ECG by name, and which beats and leads stand behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..analysis import EcgAnalysis
from ..measure.reference import NOBODY, Person
from .atrial import flutter_features, p_features, p_shape_features, rhythm_features
from .ectopy import beat_table, ectopic_features
from .pacing import pacing_features
from .pattern import pattern_features
from .qrs import q_wave_features, qrs_features, voltage_features
from .repolarisation import qt_features, st_features, t_features
from .scale import OWN_SCALE, on_one_scale
from .view import NAN, View, view_of

INDETERMINATE: Final = "ecg.withheld.axis_indeterminate"


@dataclass(frozen=True, slots=True, eq=False)
class EcgFeatures:
    """What rules read.

    Parameters
    ----------
    values : name -> value, NaN where it can't be said
    leads : group of features -> the leads behind them
    beats : group of features -> the beat behind them
    """

    values: Mapping[str, float]
    leads: Mapping[str, tuple[str, ...]]
    beats: Mapping[str, int]


def ecg_features(analysis: EcgAnalysis, person: Person = NOBODY) -> EcgFeatures:
    """Return every feature of one recording.

    Parameters
    ----------
    analysis : what ``analyse_ecg`` returned, with a network
    person : sex and age; they move the limits of ST
    """
    view = view_of(analysis, person)
    if is_own_scale(analysis):
        view = on_one_scale(view)
    found = features_of(view)
    age = NAN if person.age_years is None else person.age_years
    values = {**found.values, **signal_features(analysis), "age_years": age}
    if _is_axis_indeterminate(analysis):
        values["qrs_axis_deg"] = NAN
    return EcgFeatures(values, found.leads, found.beats)


def _is_axis_indeterminate(analysis: EcgAnalysis) -> bool:
    """Say whether the measurement withholds the axis: no statement is made on it then either.

    On a scale of each lead's own it was measured on other leads than those of the features.
    """
    axis = analysis.measurements.measured.get("qrs_axis")
    return axis is not None and INDETERMINATE in axis.withheld and not is_own_scale(analysis)


def is_own_scale(analysis: EcgAnalysis) -> bool:
    """Say whether each lead was stored on a scale of its own, so that no voltage can be read."""
    return any(reason.message.id == OWN_SCALE for reason in analysis.quality.reasons)


def signal_features(analysis: EcgAnalysis) -> dict[str, float]:
    """How clear the signal is: how much can be read, signal-to-noise, how sure the QRS are."""
    ratios = [lead.snr_db for lead in analysis.quality.leads if np.isfinite(lead.snr_db)]
    sure = analysis.fiducials.qrs.confidence
    classical = analysis.classical.value("qrs")
    return {
        "qrs_classical_ms": classical,
        "readable_share": analysis.readable_share,
        "snr_db": max(ratios, default=NAN),
        "qrs_confidence": float(sure.mean()) if len(sure) else NAN,
        "qrs_least_confidence": float(np.quantile(sure, 0.1)) if len(sure) else NAN,
    }


def features_of(view: View) -> EcgFeatures:
    """Return every feature of a view."""
    beside = beat_table(view)
    ectopic, beats = ectopic_features(view, beside)
    q, q_leads = q_wave_features(view)
    st, st_leads = st_features(view)
    t, t_leads = t_features(view)
    values = {
        **rhythm_features(view),
        **p_features(view),
        **p_shape_features(view),
        **flutter_features(view),
        **ectopic,
        **pattern_features(view, beside),
        **qrs_features(view),
        **voltage_features(view),
        **q,
        **st,
        **t,
        **qt_features(view),
        **pacing_features(view),
    }
    return EcgFeatures(values, {**q_leads, **st_leads, **t_leads}, beats)
