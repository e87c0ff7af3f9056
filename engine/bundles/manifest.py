"""What a model bundle says about itself: the typed ``manifest.toml`` (``laennec.bundle/1``).

The manifest is the only part of a bundle that is signed; it carries the sha256 of every other file.
Clinical numbers (ranges, steps, cut-offs) stand in the manifest, never in this code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..fixedpoint import FloatArray

SCHEMA = "laennec.bundle/1"
MANIFEST = "manifest.toml"
SIGNATURE = "signature"
REQUIRED_FILES = ("card.md", "golden.json", "model.onnx", "rules.toml")
BAND_NAMES = ("low", "intermediate", "high")
BINARY_UNIVERSE = (0.0, 1.0)

Monotone = Literal["increasing", "decreasing", "none"]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One column of ``x``, in the order of the graph.

    Parameters
    ----------
    name : feature name of ``engine/features.py``, the unit is part of it (``waist_cm``)
    unit : UCUM unit, ``1`` for a yes/no or a ratio
    code : ``loinc:8280-0`` or ``local:family_history_diabetes``
    required : a required input that is missing stops the finding
    kind : continuous, binary (0 or 1) or ordinal (whole numbers)
    universe : values that the model may be asked about; outside, the record is not run
    training_range : values seen in training; outside, the answer says that it extrapolates
    plausible_low_risk, plausible_high_risk : the two ends tried while the item is missing
    modifiable : whether a ``[[change]]`` may move it (never age, sex or family history)
    monotone : direction of the risk in this input, for every value of the others
    reference : the reference person's value, the baseline of the Shapley values
    """

    name: str
    unit: str
    code: str
    required: bool
    kind: Literal["continuous", "binary", "ordinal"]
    universe: tuple[float, float]
    training_range: tuple[float, float]
    plausible_low_risk: float
    plausible_high_risk: float
    modifiable: bool
    monotone: Monotone
    reference: float
    source: str = ""

    def accepts(self, value: FloatArray) -> NDArray[np.bool_]:
        """Say where values lie in the universe and on its grid (False for NaN)."""
        inside: NDArray[np.bool_] = (value >= self.universe[0]) & (value <= self.universe[1])
        if self.kind != "continuous":
            inside &= value == np.round(value)
        return inside


@dataclass(frozen=True, slots=True)
class Move:
    """How one input follows a change.

    Parameters
    ----------
    input : the input that moves
    how : ``set`` takes the new value, ``proportional`` is multiplied by new / old,
        ``linear`` adds ``factor`` x (new - old)
    factor : used by ``linear`` only
    """

    input: str
    how: Literal["set", "proportional", "linear"]
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a person can change, for counterfactuals.

    Parameters
    ----------
    name : feature name (``waist_cm``); need not be an input: ``moves`` says what follows
    unit : UCUM unit
    direction : the direction that may be proposed
    step : size of one step, in ``unit``; steps are the effort by which changes are compared
    decimals : printed precision of the new value, fine enough for ``step``
    reach : lowest and highest value that may be proposed
    max_change : largest distance from the present value
    moves : inputs that follow; empty means the input of the same name takes the new value
    source : where step and reach come from
    """

    name: str
    unit: str
    direction: Literal["decrease", "increase", "either"]
    step: float
    decimals: int
    reach: tuple[float, float]
    max_change: float
    source: str
    moves: tuple[Move, ...] = ()

    @property
    def effective_moves(self) -> tuple[Move, ...]:
        """The moves, with the input of the same name as the default."""
        return self.moves or (Move(input=self.name, how="set"),)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the graph answers: a calibrated risk (tsk) or an uncalibrated score (mamdani).

    Parameters
    ----------
    value : name of the first output of the graph
    range : lowest and highest possible value
    decimals : the value is rounded to this before it is banded, printed or hashed
    """

    value: Literal["risk", "score"]
    range: tuple[float, float]
    decimals: int


@dataclass(frozen=True, slots=True)
class Bands:
    """Cut-offs on the rounded output: low is ``< low_below``, high is ``>= high_from``."""

    low_below: float
    high_from: float

    def of(self, value: FloatArray) -> NDArray[np.int8]:
        """Return 0 low, 1 intermediate, 2 high, and -1 where the value is NaN.

        Parameters
        ----------
        value : any shape, the output rounded to ``outputs.decimals``
        """
        band = (value >= self.low_below).astype(np.int8) + (value >= self.high_from)
        return np.where(np.isnan(value), np.int8(-1), band).astype(np.int8)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A frozen cut-off and what it was chosen for."""

    name: str
    value_from: float
    purpose: str
    sensitivity: float | None = None
    specificity: float | None = None
    referred_share: float | None = None


@dataclass(frozen=True, slots=True)
class Conformal:
    """Class-conditional conformal thresholds on the output.

    The label "case" stays possible from ``case_from`` up, "not a case" stays possible up to
    ``non_case_to``; both or neither possible means that the model abstains.
    """

    method: str
    coverage: float
    case_from: float
    non_case_to: float
    decided_share: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the risk was calibrated; an affine map on the logit is inside the graph already."""

    method: Literal["none", "affine_on_logit"]
    population: str
    survey_weighted: bool
    slope: float | None = None
    intercept: float | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """Where the numbers come from; a model written by hand has no data, run id ``none`` and seed 0.

    Parameters
    ----------
    data : file name -> sha256 of every file that training read
    split : how development and test people were kept apart
    mlflow_run_id : id of the tracked run, or ``none``
    seed : seed of the run
    date : ISO date of the run
    """

    data: Mapping[str, str]
    split: str
    mlflow_run_id: str
    seed: int
    date: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One estimate of the run, with its interval."""

    name: str
    value: float
    ci_low: float
    ci_high: float
    n: int
    method: str
    population: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole manifest; see ``docs/how-to/bundles.md``.

    Parameters
    ----------
    id : ``<model>/<form>``, the names of the two folders that hold the bundle
    version : ``major.minor.patch``
    outcome : what the finding is about
    reference_standard : sentence id of what counted as a case in training
    guideline_topic : topic whose guideline set the finding prints beside the risk
    training_prevalence : share of cases in training (a Mamdani model written by hand has none)
    key : name of the key that signed, filled in by ``sign_bundle``
    files : sha256 of every file but manifest and signature, filled in by ``sign_bundle``
    """

    schema: Literal["laennec.bundle/1"]
    id: str
    version: str
    outcome: str
    form: str
    kind: Literal["tsk", "mamdani"]
    intended_use: str
    not_for: str
    population: str
    reference_standard: str
    guideline_topic: str
    outputs: Outputs
    bands: Bands
    calibration: Calibration
    training: Training
    training_prevalence: float | None = None
    key: str = ""
    limits: tuple[str, ...] = ()
    conformal: Conformal | None = None
    inputs: tuple[InputSpec, ...] = field(default=(), metadata={"key": "input"})
    changes: tuple[Change, ...] = field(default=(), metadata={"key": "change"})
    operating_points: tuple[OperatingPoint, ...] = field(
        default=(), metadata={"key": "operating_point"}
    )
    metrics: tuple[Metric, ...] = field(default=(), metadata={"key": "metric"})
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the columns of ``x``, in order."""
        return tuple(i.name for i in self.inputs)

    def index(self, name: str) -> int:
        """Return the column of an input."""
        return self.input_names.index(name)
