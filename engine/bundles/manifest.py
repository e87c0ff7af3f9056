"""What a model bundle says about itself: the typed ``manifest.toml`` (``laennec.bundle/1``).

The manifest is the only part of a bundle that is signed; it carries the sha256 of every other file.
Clinical numbers (ranges, steps, cut-offs) stand in the manifest, never in this code.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ContractBroken
from .decode import decode, encode, to_toml

SCHEMA = "laennec.bundle/1"
MANIFEST = "manifest.toml"
SIGNATURE = "signature"
REQUIRED_FILES = ("card.md", "golden.json", "model.onnx", "rules.toml")
BAND_NAMES = ("low", "intermediate", "high")
BINARY_UNIVERSE = (0.0, 1.0)

_EXTRA_FILE = re.compile(r"[a-z0-9_]+\.(json|toml|md|txt)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_CODE = re.compile(r"[a-z]+:[A-Za-z0-9._-]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Monotone = Literal["increasing", "decreasing", "none"]
FloatArray = NDArray[np.float64]


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
        inside = (value >= self.universe[0]) & (value <= self.universe[1])
        if self.kind == "continuous":
            return inside
        return inside & (value == np.round(value))


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
    name : feature name (``waist_cm``); it need not be an input, then ``moves`` says which inputs follow
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


def write_manifest(manifest: Manifest) -> str:
    """Return the manifest as TOML; the same manifest always gives the same bytes."""
    return to_toml(encode(manifest))


def parse_manifest(raw: bytes, *, path: str = MANIFEST, sealed: bool = True) -> Manifest:
    """Read and check a manifest.

    Parameters
    ----------
    raw : the bytes of the file
    path : named in the error
    sealed : False while a bundle is being made, before ``sign_bundle`` has filled ``key`` and ``files``

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    problems: list[str] = []
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken([f"not readable as TOML ({error})"], path) from error
    manifest = decode(Manifest, table, problems)
    if manifest is not None:
        problems = [*_check(manifest), *(_check_seal(manifest) if sealed else ())]
    if manifest is None or problems:
        raise _broken(problems, path)
    return manifest


def _broken(problems: list[str], path: str) -> ContractBroken:
    return ContractBroken(
        found="; ".join(problems),
        why="a manifest that is not exactly of its schema says nothing that can be relied on",
        remedy=f"Correct it as in docs/how-to/bundles.md ({SCHEMA}) and sign the bundle again",
        path=path,
    )


def sha256_of(raw: bytes) -> str:
    """Return the sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def _check(m: Manifest) -> list[str]:
    problems = [
        f"{where}: {value!r} is not of the form {pattern.pattern}"
        for where, value, pattern in (
            ("id", m.id, _ID),
            ("version", m.version, _VERSION),
            ("training.date", m.training.date, _DATE),
            ("guideline_topic", m.guideline_topic, _NAME),
            *((f"input[{i}].name", s.name, _NAME) for i, s in enumerate(m.inputs)),
            *((f"input[{i}].code", s.code, _CODE) for i, s in enumerate(m.inputs)),
            *((f"training.data.{k}", v, _SHA256) for k, v in m.training.data.items()),
        )
        if not pattern.fullmatch(value)
    ]
    problems += [
        f"{k}: empty" for k in ("intended_use", "not_for", "population") if not getattr(m, k)
    ]
    if m.id.rpartition("/")[2] != m.form:
        problems.append(f"form: {m.form!r} is not the second part of id {m.id!r}")
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
            "reference, plausible_low_risk, plausible_high_risk, training_range: outside the universe",
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


def _check_seal(m: Manifest) -> list[str]:
    problems = [f"files: {n} is missing" for n in REQUIRED_FILES if n not in m.files]
    problems += [
        f"files: {n!r} is not a name that a bundle may hold"
        for n in m.files
        if n not in REQUIRED_FILES and not (_EXTRA_FILE.fullmatch(n) and n != MANIFEST)
    ]
    problems += [f"files.{n}: not a sha256" for n, h in m.files.items() if not _SHA256.fullmatch(h)]
    return problems if m.key else [*problems, "key: missing"]
