"""A new version of a bundle: the same rules, every point times one slope, another bias."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scipy.special import expit, logit

from ...engine.bundles import Manifest, sign_bundle, write_manifest
from ...engine.bundles.golden import read_golden
from ...engine.bundles.manifest import MANIFEST, Conformal
from ...engine.bundles.verify import Bundle
from ...engine.errors import ContractBroken
from ...engine.fuzzy.system import TskSystem
from ...engine.fuzzy.tsk import recalibrated
from ...training import bundle as bundles
from ...training.export.read_back import completion_of
from ..errors import StudyError
from .fit import SiteCalibration

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Site:
    """Where a recalibration comes from.

    Parameters
    ----------
    name : of the site, as the manifest prints it
    data : file name -> sha256
    date : ISO date
    share : of people with the event
    """

    name: str
    data: Mapping[str, str]
    date: str
    share: float


def new_version(version: str) -> str:
    """Return the next patch version.

    >>> new_version("0.1.9")
    '0.1.10'
    """
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


def recalibrated_files(
    bundle: Bundle, calibration: SiteCalibration, about: str
) -> dict[str, bytes]:
    """Return every file of the new version but manifest and signature.

    Raises
    ------
    StudyError  if the model is no Takagi-Sugeno-Kang system
    ContractBroken  if its graph can't be built again, or the new one does not answer as it must
    """
    old = bundle.rules
    if not isinstance(old, TskSystem):
        raise StudyError(
            found=f"{bundle.manifest.id} is a Mamdani model",
            why="it gives a score, not a risk, so there is nothing to calibrate",
            remedy="Recalibrate a model that gives a risk",
            path="model",
        )
    completion = completion_of(bundle.files["model.onnx"], old)
    system = recalibrated(old, slope=calibration.slope, intercept=calibration.intercept)
    k, r = len(bundle.manifest.inputs), len(old.rules)
    golden = read_golden(bundle.files["golden.json"], k, r)
    x, observed = np.nan_to_num(golden.x), ~np.isnan(golden.x)
    same = bundles.reference_answers(old, x, observed, completion)["risk"]
    graph = bundles.export(system, x, observed, completion).graph
    told = bundles.reference_answers(system, x, observed, completion)["risk"]
    wanted = expit(calibration.intercept + calibration.slope * logit(golden.value))
    worst = max(float(np.abs(same - golden.value).max()), float(np.abs(told - wanted).max()))
    if not worst <= _SAME:
        raise ContractBroken(
            found=f"the rebuilt model differs from the old one by {worst:.3g}",
            why="a recalibration changes slope and intercept and nothing else",
            remedy="Recalibrate the bundle as it was released",
            path="model.onnx",
        )
    made_by = f"{golden.made_by}; then recalibrated, command: laennec recalibrate"
    return {
        **{name: raw for name, raw in bundle.files.items() if name != "card.md"},
        "model.onnx": graph,
        "rules.toml": bundles.rules_bytes(system),
        "golden.json": bundles.known_answers(system, x, observed, completion, made_by=made_by),
        "card.md": about.encode("utf-8") + bundle.files["card.md"],
    }


def recalibrated_manifest(bundle: Bundle, calibration: SiteCalibration, site: Site) -> Manifest:
    """Return the manifest of the new version, unsealed.

    What the old one measured at fixed risks no longer holds, so operating points keep their
    cut-off and lose their figures; conformal thresholds move with the risk, so the same people are
    undecided. Figures of discrimination stay: the order of people does not change.
    """
    m = bundle.manifest
    ranking = tuple(x for x in m.metrics if "auroc" in x.name or "c_index" in x.name)
    points = tuple(
        replace(p, sensitivity=None, specificity=None, referred_share=None)
        for p in m.operating_points
    )
    return replace(
        m,
        version=new_version(m.version),
        calibration=replace(
            m.calibration,
            population=f"recalibrated for {site.name}: {calibration.events} people with the event, "
            f"{calibration.others} without; intercept {calibration.intercept:+.4f}, slope "
            f"{calibration.slope:.4f} on the logit of version {m.version}, manifest sha256 "
            f"{bundle.sha256}",
            survey_weighted=False,
            slope=1.0,
            intercept=0.0,
        ),
        training=replace(m.training, data={**m.training.data, **site.data}, date=site.date),
        training_prevalence=site.share,
        operating_points=points,
        conformal=None if m.conformal is None else _moved(m.conformal, calibration),
        metrics=ranking,
        key="",
        files={},
    )


def _moved(conformal: Conformal, calibration: SiteCalibration) -> Conformal:
    moved = calibration.risk(logit(np.array([conformal.case_from, conformal.non_case_to])))
    return replace(conformal, case_from=float(moved[0]), non_case_to=float(moved[1]))


def write_site_bundle(
    folder: Path,
    made: tuple[Manifest, Mapping[str, bytes]],
    key: Ed25519PrivateKey,
    key_name: str,
) -> None:
    """Write a bundle into an empty folder and sign it with the site's key.

    Raises
    ------
    StudyError  if something stands there already
    """
    if folder.exists() and any(folder.iterdir()):
        raise StudyError(
            found=f"{folder.name} is not empty",
            why="a bundle in use would be written over",
            remedy="Choose another folder for --out",
            path=folder.name,
        )
    manifest, files = made
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    (folder / MANIFEST).write_text(write_manifest(manifest), encoding="utf-8")
    sign_bundle(folder, key, key_name)
