"""The fields of a protocol (``laennec.protocol/1``); the dataclasses are the schema.

Texts that a reader sees are given in English, and in French where a field ends in ``_fr``; where
the French one is empty the English one is printed.
"""

from dataclasses import dataclass, field
from typing import Literal

from .analysis import Analysis, MissingData, Reporting, SampleSize
from .people import Population, Reference, Subgroup

SCHEMA = "laennec.protocol/1"

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
    which records are of one person; ``period`` the column by which drift is told; ``unseen`` how
    the authors know that the model was not learned from these people, which no file can show.
    """

    description: str
    description_fr: str = ""
    mapping: str | None = None
    sha256: str | None = None
    person: str | None = None
    period: str | None = None
    survey: SurveyColumns | None = None
    unseen: str | None = None
    unseen_fr: str | None = None

    def says_unseen(self) -> bool:
        """Say whether the authors tell how they know that the model never saw these people."""
        return bool((self.unseen or "").strip())


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
