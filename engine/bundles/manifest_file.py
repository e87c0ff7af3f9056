"""Reading, checking and writing ``manifest.toml``; every problem of a manifest at once."""

import hashlib
import re

import numpy as np

from .decode import encode, to_toml
from .manifest import (
    BINARY_UNIVERSE,
    MANIFEST,
    REQUIRED_FILES,
    SCHEMA,
    Change,
    InputSpec,
    Manifest,
)
from .manifest_common import ManifestKind, empty_texts, form_problems, read_manifest

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[a-z]+:[A-Za-z0-9._-]+")


def write_manifest(manifest: Manifest) -> str:
    """Return the manifest as TOML; the same manifest always gives the same bytes."""
    return to_toml(encode(manifest))


def parse_manifest(raw: bytes, *, path: str = MANIFEST, sealed: bool = True) -> Manifest:
    """Read and check a manifest.

    Parameters
    ----------
    raw : the bytes of the file
    path : named in the error
    sealed : False while a bundle is being made, before ``sign_bundle`` has filled key and files

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    return read_manifest(_KIND, raw, path=path, sealed=sealed)


def sha256_of(raw: bytes) -> str:
    """Return the sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def _check(m: Manifest) -> list[str]:
    problems = form_problems(
        [
            ("guideline_topic", m.guideline_topic, _NAME),
            *((f"input[{i}].name", s.name, _NAME) for i, s in enumerate(m.inputs)),
            *((f"input[{i}].code", s.code, _CODE) for i, s in enumerate(m.inputs)),
        ]
    )
    problems += empty_texts(m, ("intended_use", "not_for", "population"))
    problems += _check_answer(m)
    problems += [p for i, s in enumerate(m.inputs) for p in _check_input(s, f"input[{i}]")]
    problems += [p for i, c in enumerate(m.changes) for p in _check_change(c, m, f"change[{i}]")]
    return problems + _check_unique(m)


def _check_unique(m: Manifest) -> list[str]:
    problems = [] if m.inputs else ["input: at least one is needed"]
    for what, names in (
        ("input", m.input_names),
        ("change", tuple(c.name for c in m.changes)),
        ("operating_point", tuple(o.name for o in m.operating_points)),
    ):
        problems += [
            f"{what}: {n!r} stands twice" for n in sorted(set(names)) if names.count(n) > 1
        ]
    return problems


def _check_answer(m: Manifest) -> list[str]:
    wanted = "risk" if m.kind == "tsk" else "score"
    low, high = m.outputs.range
    cuts = [m.bands.low_below, m.bands.high_from, *(o.value_from for o in m.operating_points)]
    checks = (
        (m.outputs.value == wanted, f"outputs.value: a {m.kind} model answers {wanted!r}"),
        (low < high, "outputs.range: the low end is not below the high end"),
        (m.kind != "tsk" or (low, high) == BINARY_UNIVERSE, "outputs.range: a risk is 0 to 1"),
        (m.outputs.decimals >= 0, "outputs.decimals: negative"),
        (m.bands.low_below < m.bands.high_from, "bands: low_below is not below high_from"),
        (
            all(low < c < high for c in cuts),
            "bands, operating_point: a cut-off is outside the range",
        ),
        (
            all(round(c, m.outputs.decimals) == c for c in cuts[:2]),
            "bands: a cut-off has more decimals than the printed output",
        ),
        (
            m.kind != "tsk" or m.training_prevalence is not None,
            "training_prevalence: missing for a tsk model",
        ),
        (
            m.training_prevalence is None or 0 < m.training_prevalence < 1,
            "training_prevalence: not between 0 and 1",
        ),
    )
    return [text for ok, text in checks if not ok]


def _check_input(s: InputSpec, path: str) -> list[str]:
    values = np.array([s.plausible_low_risk, s.plausible_high_risk, s.reference, *s.training_range])
    checks = (
        (s.universe[0] < s.universe[1], "universe: the low end is not below the high end"),
        (s.training_range[0] <= s.training_range[1], "training_range: ends in the wrong order"),
        (
            s.kind != "binary" or s.universe == BINARY_UNIVERSE,
            "universe: a binary input has the universe [0, 1]",
        ),
        (
            bool(s.accepts(values).all()),
            "reference, plausible_*_risk or training_range: outside the universe",
        ),
        (
            s.monotone != "increasing" or s.plausible_low_risk <= s.plausible_high_risk,
            "plausible_low_risk: above plausible_high_risk though risk increases",
        ),
        (
            s.monotone != "decreasing" or s.plausible_low_risk >= s.plausible_high_risk,
            "plausible_low_risk: below plausible_high_risk though risk decreases",
        ),
    )
    return [f"{path}.{text}" for ok, text in checks if not ok]


def _check_change(c: Change, m: Manifest, path: str) -> list[str]:
    specs = {s.name: s for s in m.inputs}
    problems = [
        f"{path}.{text}"
        for ok, text in (
            (c.step > 0, "step: not above 0"),
            (c.decimals >= 0 and round(c.step, c.decimals) == c.step, "decimals: too few for step"),
            (c.reach[0] < c.reach[1], "reach: the low end is not below the high end"),
            (c.max_change >= c.step, "max_change: smaller than one step"),
            (bool(c.source), "source: empty"),
        )
        if not ok
    ]
    for move in c.effective_moves:
        if move.input not in specs:
            problems.append(f"{path}: moves {move.input!r}, which is not an input")
        elif not specs[move.input].modifiable:
            problems.append(f"{path}: moves {move.input!r}, which is not modifiable")
    return problems


_KIND = ManifestKind(
    Manifest,
    _check,
    REQUIRED_FILES,
    remedy=f"Correct it as in docs/how-to/bundles.md ({SCHEMA}) and sign the bundle again",
)
