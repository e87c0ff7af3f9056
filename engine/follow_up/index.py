"""The index of loss of control: the signed rules asked of one person, with what each rule said."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np

from ..bundles.manifest import BAND_NAMES
from ..bundles.verify import Bundle
from ..features import Feature
from ..fixedpoint import FloatArray
from ..fuzzy.system import MamdaniSystem
from ..prediagnosis import Band, InputValue, Message, ModelReference, Reason
from ..record import BoolArray, VisitBatch
from ..risks.values import input_value, pressure_arm
from .target import PLACES
from .waiting import INCREASING

_SHOWN: Final = 1e-6


class IndexRange(NamedTuple):
    """The least and the most that an index can be; ``band`` where both lie in one."""

    low: float
    high: float
    band: Band | None

    @property
    def is_decided(self) -> bool:
        """Whether what is not known leaves the index as it is."""
        return self.low == self.high


def index_of(
    bundle: Bundle, batch: VisitBatch, made: Mapping[str, Feature], numbers: Mapping[str, float]
) -> tuple[float, Band, tuple[Reason, ...]] | None:
    """Return the index with its band and rules; None where the rules can't be asked.

    Parameters
    ----------
    bundle : the rules
    batch : this visit
    made : its features
    numbers : what the rules read that is no feature; NaN where it is not known
    """
    x, observed = _inputs(bundle, made, numbers)
    output = bundle.model.run(x, observed)
    if not output.ok[0]:
        return None
    value, band = _said(bundle, output.value)
    shares, firing = output.rule_contribution[0], output.rule_firing[0]
    order = np.argsort(-shares, kind="stable")
    reasons = tuple(
        _reason(bundle, int(r), (float(firing[r]), float(shares[r])), (batch, made, numbers))
        for r in order
        if shares[r] > _SHOWN
    )
    return value, band, reasons


def index_range(
    bundle: Bundle,
    made: Mapping[str, Feature],
    numbers: Mapping[str, float],
    waiting: Collection[str],
) -> IndexRange | None:
    """Return the least and the most that the index can be, whatever some inputs turn out to be.

    Parameters
    ----------
    bundle : the rules; no input that gets worse lowers their index
    made, numbers : as of `index_of`
    waiting : names of the inputs

    Returns
    -------
    None where the rules can't be asked, or one of them is required
    """
    x, observed = _inputs(bundle, made, numbers)
    found: list[tuple[float, Band]] = []
    for end in (0, 1):
        for j, spec in enumerate(bundle.manifest.inputs):
            if spec.name in waiting:
                if spec.required:
                    return None
                low, high = spec.universe
                x[0, j] = (low, high)[end] if spec.monotone == INCREASING else (high, low)[end]
                observed[0, j] = True
        output = bundle.model.run(x, observed)
        if not output.ok[0]:
            return None
        found.append(_said(bundle, output.value))
    (low, band), (high, worst) = found
    return IndexRange(low, high, band if band == worst else None)


def _said(bundle: Bundle, value: FloatArray) -> tuple[float, Band]:
    """Return an index as it is printed, with its band."""
    band: Band = BAND_NAMES[int(bundle.model.bands(value)[0])]  # type: ignore[assignment]  # the names are those of Band
    return float(bundle.model.rounded(value)[0]), band


def _inputs(
    bundle: Bundle, made: Mapping[str, Feature], numbers: Mapping[str, float]
) -> tuple[FloatArray, BoolArray]:
    values = [
        numbers[s.name] if s.name in numbers else float(made[s.name].with_nan()[0])
        for s in bundle.manifest.inputs
    ]
    x = np.array([values])
    observed = np.isfinite(x)
    return np.where(observed, x, 0.0), observed


def _reason(
    bundle: Bundle,
    index: int,
    strength: tuple[float, float],
    person: tuple[VisitBatch, Mapping[str, Feature], Mapping[str, float]],
) -> Reason:
    system = bundle.rules
    rule = system.rules[index]
    firing, share = strength
    names = dict.fromkeys(literal.variable for literal in rule.literals)
    parameters = {"premise": f"premise:{rule.antecedent}"}
    if isinstance(system, MamdaniSystem):
        parameters["conclusion"] = f"premise:{rule.consequent}"
    return Reason(
        rule_id=rule.id,
        message=Message(f"reason.{bundle.manifest.kind}_rule", parameters),
        contribution=round(share, 6),
        inputs=tuple(_input(name, bundle, person) for name in names),
        source=rule.source,
        membership=round(firing, 6),
        share_percent=round(share * 100, 1),
    )


def _input(
    name: str,
    bundle: Bundle,
    person: tuple[VisitBatch, Mapping[str, Feature], Mapping[str, float]],
) -> InputValue:
    batch, made, numbers = person
    if name not in numbers:
        return input_value(name, made, batch, 0, pressure_arm(batch, 0))
    if not np.isfinite(numbers[name]):
        return InputValue(name, "", "", "estimated")
    unit = next(s.unit for s in bundle.manifest.inputs if s.name == name)
    text = f"{numbers[name]:.{PLACES}f}".rstrip("0").rstrip(".")
    return InputValue(name, text, unit, "derived")


def reference_of(bundle: Bundle) -> ModelReference:
    """Return which model an index is of."""
    m = bundle.manifest
    return ModelReference(id=m.id, version=m.version, sha256=bundle.sha256, key=m.key)
