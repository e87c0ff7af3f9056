"""The fields of a protocol that say how the numbers are made, and how they are told."""

from dataclasses import dataclass
from typing import Literal


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
