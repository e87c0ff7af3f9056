"""Where on the tracing the reasons for a finding lie: leads, and a wave or one beat."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from ...prediagnosis import EcgEvidence, Finding
from ...vocabulary.load import read_toml
from ..features import EcgFeatures
from ..fiducials import Fiducials
from .find import PRESENT
from .told import clear_for

DECIMALS: Final = 3


@cache
def shown_settings() -> dict[str, Any]:
    """Return the tables of ``guidelines/ecg_features_shown.toml``."""
    return dict(read_toml("laennec.engine.guidelines", "ecg_features_shown.toml"))


def evidence_of(
    findings: Iterable[Finding], features: EcgFeatures, fiducials: Fiducials
) -> tuple[EcgEvidence, ...]:
    """Say where the reasons for present statements were read, each place once.

    Parameters
    ----------
    findings : of ``statement_findings``
    features : of the same recording, with the leads and beats behind their groups
    fiducials : waves of the same recording
    """
    hidden = shown_settings()["not_shown"]
    places: dict[EcgEvidence, None] = {}
    for finding in findings:
        if finding.state != PRESENT or finding.id in hidden:
            continue
        for reason in clear_for(finding):
            for value in reason.inputs:
                place = _place(finding.id, value.name, features, fiducials)
                if place is not None:
                    places[place] = None
    return tuple(places)


def pair_of(feature: str, features: EcgFeatures) -> tuple[str, ...]:
    """Return the neighbouring leads that gave a feature; none where it is not of such a pair."""
    row = shown_settings()["feature"].get(feature, {})
    return features.leads.get(row["group"], ()) if "group" in row else ()


def leads_of(feature: str, features: EcgFeatures) -> tuple[str, ...]:
    """Return the leads in which a feature was read, none where it is not shown.

    Parameters
    ----------
    feature : name
    features : of the recording, with the leads behind their groups
    """
    row = shown_settings()["feature"].get(feature, {})
    return pair_of(feature, features) or tuple(row.get("leads", ()))


def _place(
    finding: str, feature: str, features: EcgFeatures, fiducials: Fiducials
) -> EcgEvidence | None:
    leads = leads_of(feature, features)
    if not leads:
        return None
    row = shown_settings()["feature"][feature]
    if "beat" not in row:
        return EcgEvidence(finding, leads, row["part"])
    beat = features.beats.get(row["beat"])
    if beat is None:
        return None
    at_s = float(fiducials.r_peaks[beat]) / fiducials.sampling_rate_hz
    return EcgEvidence(finding, leads, row["part"], round(at_s, DECIMALS))
