"""Puts the follow-up rules into a bundle; they learn nothing and are measured on nobody."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from ..engine.bundles import Manifest
from ..engine.bundles.verify import Bundle
from ..engine.fuzzy.system import MamdaniSystem
from . import bundle as bundles
from .card import exact, render_card
from .manifest_parts import (
    BoolArray,
    Provenance,
    check_only_form,
    hand_written_manifest,
    input_specs,
    load_hand_written,
)
from .options import Options, silent
from .report import Line, to_json
from .survey import FloatArray

MODEL = "diabetes_follow_up"
FOLDER = Path(__file__).parents[1] / "models" / MODEL
MADE_BY = (
    "laennec.engine.fuzzy.evaluate_mamdani (numpy, not the ONNX file) on rules.toml; invented "
    "people; command: laennec train diabetes_follow_up"
)
NO_RUN = "none"
_PARITY_PEOPLE = 2000
_SHARE_KNOWN = 0.7


def train_follow_up(
    data: Path,  # noqa: ARG001 - every pipeline takes it; nothing is learned or measured here
    out: Path,
    tracking_uri: str | None = None,  # noqa: ARG001 - there is no run to track
    **options: Unpack[Options],
) -> list[Bundle]:
    """Export and sign the follow-up rules.

    Parameters
    ----------
    data, tracking_uri : not used
    out : folder of models; the bundle is written to ``diabetes_follow_up/bundles/control`` below it
    options : see `Options`; nothing is learned, so ``workers`` has no effect

    Raises
    ------
    DataError  if another form is asked for
    """
    described = tomllib.loads((FOLDER / "forms.toml").read_text(encoding="utf-8"))
    check_only_form(options.get("forms", ()), described["form"])
    system = load_hand_written(FOLDER / "rules.toml")
    x, observed = _people(system, described, _PARITY_PEOPLE)
    export = bundles.export(system, x, observed)
    how = "greatest absolute difference"
    lines = [
        Line("exact", f"graph against rules, {n}", "difference", exact(v, export.n_compared, how))
        for n, v in export.largest_difference.items()
    ]
    known = _people(system, described, int(described["golden_cases"]))[0]
    about, model_id = _about(system, described), f"{MODEL}/{described['form']}"
    everything = np.ones(known.shape, dtype=np.bool_)
    files = {
        "model.onnx": export.graph,
        "rules.toml": bundles.rules_bytes(system),
        "golden.json": bundles.known_answers(system, known, everything, None, made_by=MADE_BY),
        "metrics.json": to_json(model_id, about, lines).encode("utf-8"),
        "card.md": render_card(model_id, about, lines).encode("utf-8"),
    }
    folder = out / MODEL / "bundles" / str(described["form"])
    written = bundles.write_bundle(folder, _manifest(system, described), files)
    options.get("say", silent)(f"{MODEL}: signed and verified, measured on nobody")
    return [written]


def _ranges(system: MamdaniSystem, described: Mapping[str, Any]) -> FloatArray:
    return np.array([described["input"][name]["typical"] for name in system.inputs])


def _people(
    system: MamdaniSystem, described: Mapping[str, Any], n: int
) -> tuple[FloatArray, BoolArray]:
    """Invent people; of the optional inputs some are missing."""
    x = bundles.invented_people(
        system.universes,
        _ranges(system, described),
        [False] * len(system.inputs),
        n=n,
        seed=described["seed"],
    )
    drawn = np.random.default_rng(described["seed"]).random(x.shape)
    return x, system.required_mask | (drawn < _SHARE_KNOWN)


def _manifest(system: MamdaniSystem, described: Mapping[str, Any]) -> Manifest:
    return hand_written_manifest(
        MODEL,
        described,
        system,
        input_specs(system, described["input"], _ranges(system, described)),
        Provenance({}, NO_RUN, described["date"]),
    )


def _about(system: MamdaniSystem, described: Mapping[str, Any]) -> dict[str, Any]:
    text = described["text"]
    return {
        "sections": {
            "Intended use": [text["intended_use"], "", text["not_for"]],
            "How it decides": [
                f"- {len(system.rules)} Mamdani rules written by hand; every variable, word and "
                "rule names its source in rules.toml. The score is the exact centre of area.",
                "- Trained on nothing; the score is not a probability.",
                "- No input that gets worse lowers the score: held by a test over the whole "
                "universe, with and without missing inputs.",
                "- A missing input is no evidence: its rules count with what is true in any case.",
            ],
        },
        "rules": [f"{rule.id}: {rule.text}" for rule in system.rules],
        "tables": {"exact": ["Is the shipped graph the printed rules?", ""]},
        "after": {
            "Limits": [
                "- Measured on nobody: no discrimination, no calibration, no validation.",
                "- Sources marked not re-read are quoted from memory of the publication.",
                "- One pressure and one LDL goal for everybody: individual goals of these are not "
                "read.",
            ],
        },
    }
