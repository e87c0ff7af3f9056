"""The fields of a protocol (``laennec.protocol/1``); the dataclasses are the schema.

Texts that a reader sees are given in English, and in French where a field ends in ``_fr``; where
the French one is empty the English one is printed.
"""

from dataclasses import dataclass, field
from typing import Literal

SCHEMA = "laennec.protocol/1"

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "missing", "present"]
Statistic = Literal[
    "auroc",
    "auprc",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "calibration_slope",
    "calibration_intercept",
    "observed_to_expected",
    "brier_scaled",
    "net_benefit",
    "referred_share",
    "c_index",
]
Hypothesis = Literal["estimate", "superior", "non_inferior", "at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked, and what the data are to the model."""

    id: str
    title: str
    question: str
    design: Literal["cross_sectional", "cohort"]
    data_role: Literal["development", "internal", "temporal", "external"]
    title_fr: str = ""
    question_fr: str = ""
    authors: tuple[str, ...] = ()
    registration: str = ""
    funding: str = ""
    ethics: str = ""


@dataclass(frozen=True, slots=True)
class SurveyColumns:
    """Columns of a survey's design; the weight is divided by ``weight_divisor`` (pooled cycles)."""

    weight: str
    stratum: str
    psu: str
    weight_divisor: float = 1.0


@dataclass(frozen=True, slots=True)
class Data:
    """Where the columns come from.

    ``mapping`` is a file in the form laennec.mapping/1, beside the protocol; ``sha256`` that of the
    data file, where it was known when the protocol was written; ``person`` the column that says
    which records are of one person; ``period`` the column by which drift is told.
    """

    description: str
    description_fr: str = ""
    mapping: str | None = None
    sha256: str | None = None
    person: str | None = None
    period: str | None = None
    survey: SurveyColumns | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column of the data file, a feature of the engine, or an exposure (one).

    An exposure is 1 where it was declared, 0 where it was asked and not. A missing value meets no
    comparison; ask for it with ``missing``.
    """

    op: Operator
    column: str | None = None
    feature: str | None = None
    value: float | None = None
    text: str | None = None
    exposure: str | None = None


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A saved search (``laennec.cohort/1``) beside the protocol, and the hash of what it asks."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """People who are not of the population; applied in order and counted in the flow."""

    id: str
    label: str
    when: Condition
    label_fr: str = ""


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the answer is for; with ``cohort`` only the records that it finds."""

    description: str
    description_fr: str = ""
    exclude: tuple[Exclusion, ...] = ()
    cohort: CohortFile | None = None


@dataclass(frozen=True, slots=True)
class IndexTest:
    """The model under study, and the value from which on it is positive (frozen).

    ``values`` names a column that holds the answers, where models of the same recipe made them
    beforehand on other people (out of fold); the shipped model then says who is answered, what is
    read and where bands begin.
    """

    model: str
    version: str
    sha256: str
    threshold: float
    purpose: str
    purpose_fr: str = ""
    values: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Who is a case: ``case`` holds; unknown where its column is missing.

    With ``time`` (a column) and ``horizon`` in its unit the outcome is a survival time, and the
    condition says whether it ended with the event; ``competing`` names the other ways it can end.
    ``verified`` is a condition on who got the reference standard, where not everyone did.
    """

    name: str
    description: str
    case: Condition
    name_fr: str = ""
    description_fr: str = ""
    time: str | None = None
    horizon: float | None = None
    competing: Condition | None = None
    verified: Condition | None = None


@dataclass(frozen=True, slots=True)
class Comparator:
    """Another test of the same people.

    ``kind`` is ``score`` (a published score of the engine: findrisc, ada, desir, cambridge,
    score2, score2_diabetes, framingham), ``model`` (another bundle), ``column`` or ``feature``.
    ``incomplete`` says what counts where items of a score are missing: the middle, low or high end
    of its interval, or nothing.
    """

    id: str
    label: str
    kind: Literal["score", "model", "column", "feature"]
    name: str
    label_fr: str = ""
    threshold: float | None = None
    incomplete: Literal["middle", "low", "high", "nothing"] = "nothing"
    limit: str = ""
    limit_fr: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One number that the study is about.

    ``against`` names a comparator: the number is then the difference. ``margin`` is what a
    non-inferior difference must stay above; ``bound`` what at_least and at_most are held against.
    ``among`` counts people one by one, or weighs them as the survey does.
    """

    id: str
    statistic: Statistic
    role: Literal["primary", "secondary"]
    hypothesis: Hypothesis = "estimate"
    against: str | None = None
    margin: float | None = None
    bound: float | None = None
    among: Literal["counted", "weighted"] = "counted"


@dataclass(frozen=True, slots=True)
class Category:
    """One group of a subgroup."""

    label: str
    when: tuple[Condition, ...]
    label_fr: str = ""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Groups in which every headline number is told again; ``groups`` need not cover everyone."""

    id: str
    label: str
    groups: tuple[Category, ...] = field(metadata={"key": "group"})
    label_fr: str = ""


@dataclass(frozen=True, slots=True)
class MissingData:
    """What is done about missing items of the index test, each beside the others.

    ``as_in_use``: the model answers as it does in a clinic. ``complete_case``: people of whom every
    input is known. ``multiple_imputation``: chained equations, pooled by Rubin's rules. ``shifts``:
    imputed continuous values moved by these numbers of standard deviations.
    """

    plan: tuple[Literal["as_in_use", "complete_case", "multiple_imputation"], ...]
    imputations: int = 0
    shifts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What was expected when the size was chosen; widths of 95 % intervals (Riley et al. 2021).

    ``slope_width`` goes with ``logit_mean`` and ``logit_sd`` of the risks that are expected there.
    ``parameters`` goes with ``r2_cox_snell`` and asks whether the people would be enough to develop
    a model of so many candidate parameters (Riley et al. 2019).
    """

    prevalence: float
    auroc: float
    oe_width: float
    auroc_width: float
    cases_at_least: int = 100
    others_at_least: int = 100
    slope_width: float | None = None
    logit_mean: float | None = None
    logit_sd: float | None = None
    parameters: int | None = None
    r2_cox_snell: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """Numbers that the analysis needs; all chosen before the data are seen.

    ``shapley_people`` are drawn for the check of the explanation, 0 for none.
    """

    seed: int
    bootstraps: int
    benefit_from: float
    benefit_to: float
    benefit_step: float
    prevalences: tuple[float, ...]
    minimum_events: int
    smoother: Literal[
        "lowess, span 2/3",
        "loess, span 0.75",
        "restricted cubic spline of the logit, 5 knots",
    ] = "restricted cubic spline of the logit, 5 knots"
    shapley_people: int = 200
    net_reclassification: bool = False
    matched_sensitivity: bool = False


@dataclass(frozen=True, slots=True)
class Reporting:
    """How it is told; counts from 1 to ``suppress_below`` - 1 are hidden where it is above 0."""

    suppress_below: int = 0


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol; ``folder`` is where its other files stand."""

    schema: Literal["laennec.protocol/1"]
    study: Study
    data: Data
    population: Population
    index_test: IndexTest
    reference: Reference
    analysis: Analysis
    missing_data: MissingData
    comparators: tuple[Comparator, ...] = field(default=(), metadata={"key": "comparator"})
    endpoints: tuple[Endpoint, ...] = field(default=(), metadata={"key": "endpoint"})
    subgroups: tuple[Subgroup, ...] = field(default=(), metadata={"key": "subgroup"})
    sample_size: SampleSize | None = None
    reporting: Reporting = field(default_factory=Reporting)
