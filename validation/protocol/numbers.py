"""Numbers of a protocol, each with the range in which a study can use it."""

from collections.abc import Iterator
from typing import Final

from .analysis import SampleSize
from .model import Protocol

Problem = tuple[str, str, str, str, str]
Check = tuple[str, object, bool, str]
"""Where it stands, what was found, whether it can be used, and what it must be."""

MOST_BOOTSTRAPS: Final = 100_000
MOST_CUTS: Final = 1_000
MOST_DRAWN: Final = 5_000
MOST_IMPUTATIONS: Final = 200
MOST_WHOLE: Final = 2**53
"""Larger whole numbers lose digits in JSON, so that a plan with one has no hash."""
_HASH_DIGITS: Final = 64


def number_problems(protocol: Protocol) -> Iterator[Problem]:
    """Yield every number, and every hash, that a study can't use."""
    for checks in (_analysis, _missing, _reference, _data, _sample):
        for path, found, holds, expected in checks(protocol):
            if not holds:
                yield (
                    "number", path, f"the value {found!r}",
                    f"it must be {expected}", "Correct it",
                )  # fmt: skip
    hashes = (
        ("index_test.sha256", protocol.index_test.sha256),
        ("data.sha256", protocol.data.sha256),
    )
    for path, sha256 in hashes:
        if sha256 is not None and not _is_hash(sha256):
            yield (
                "hash_form", path, "no sha256",
                "model and data must be the very ones that the protocol means",
                "Give its 64 hexadecimal digits in small letters; `laennec models list` prints a "
                "model's, `sha256sum` a file's",
            )  # fmt: skip


def _whole(path: str, value: int, least: int) -> Check:
    return path, value, least <= value <= MOST_WHOLE, f"from {least} to {MOST_WHOLE}"


def _is_hash(text: str) -> bool:
    return len(text) == _HASH_DIGITS and not set(text) - set("0123456789abcdef")


def _analysis(protocol: Protocol) -> Iterator[Check]:
    a, below = protocol.analysis, protocol.reporting.suppress_below
    holds = 1 <= a.bootstraps <= MOST_BOOTSTRAPS
    yield "analysis.bootstraps", a.bootstraps, holds, f"from 1 to {MOST_BOOTSTRAPS}"
    yield _whole("analysis.seed", a.seed, 0)
    holds = 0 < a.benefit_from < a.benefit_to
    yield "analysis.benefit_from", a.benefit_from, holds, "above 0, below benefit_to"
    yield "analysis.benefit_to", a.benefit_to, a.benefit_to < 1, "below 1"
    holds = a.benefit_to / MOST_CUTS <= a.benefit_step <= a.benefit_to and a.benefit_step > 0
    yield (
        "analysis.benefit_step", a.benefit_step, holds,
        f"above 0, at most benefit_to, and wide enough for at most {MOST_CUTS} cut-offs",
    )  # fmt: skip
    inside = all(0 < p < 1 for p in a.prevalences)
    yield "analysis.prevalences", a.prevalences, inside, "between 0 and 1"
    yield _whole("analysis.minimum_events", a.minimum_events, 1)
    holds = 0 <= a.shapley_people <= MOST_DRAWN
    yield "analysis.shapley_people", a.shapley_people, holds, f"from 0 to {MOST_DRAWN}"
    yield _whole("reporting.suppress_below", below, 0)


def _missing(protocol: Protocol) -> Iterator[Check]:
    m, values = protocol.missing_data, protocol.index_test.values
    fills = "multiple_imputation" in m.plan
    once = len(set(m.plan)) == len(m.plan)
    yield "missing_data.plan", m.plan, bool(m.plan) and once, "at least one way, each once"
    holds = 1 < m.imputations <= MOST_IMPUTATIONS if fills else m.imputations == 0
    yield (
        "missing_data.imputations", m.imputations, holds,
        f"from 2 to {MOST_IMPUTATIONS} with multiple_imputation in the plan, 0 without",
    )  # fmt: skip
    yield (
        "missing_data.shifts", m.shifts, not m.shifts or fills,
        "empty without multiple_imputation, whose values are shifted",
    )  # fmt: skip
    yield (
        "index_test.values", values, values is None or not fills,
        "left out with multiple_imputation, which asks the shipped model again",
    )  # fmt: skip


def _reference(protocol: Protocol) -> Iterator[Check]:
    r = protocol.reference
    together = (r.time is None) == (r.horizon is None)
    yield "reference.horizon", r.horizon, together, "given together with time"
    yield "reference.horizon", r.horizon, r.horizon is None or r.horizon > 0, "above 0"
    alone = r.competing is not None and r.time is None
    yield "reference.competing", r.competing, not alone, "left out without time, which it ends"
    same = r.competing is not None and r.competing == r.case
    yield "reference.competing", r.competing, not same, "another condition than case"


def _data(protocol: Protocol) -> Iterator[Check]:
    if protocol.data.survey is not None:
        divisor = protocol.data.survey.weight_divisor
        yield "data.survey.weight_divisor", divisor, divisor > 0, "above 0"


def _sample(protocol: Protocol) -> Iterator[Check]:
    s = protocol.sample_size
    if s is None:
        return
    yield "sample_size.prevalence", s.prevalence, 0 < s.prevalence < 1, "between 0 and 1"
    yield "sample_size.auroc", s.auroc, 0.5 < s.auroc < 1, "above 0.5, below 1"  # noqa: PLR2004 - chance
    for key in ("oe_width", "auroc_width", "slope_width", "logit_sd"):
        value = getattr(s, key)
        yield f"sample_size.{key}", value, value is None or value > _NARROW, f"above {_NARROW}"
    for key in ("cases_at_least", "others_at_least"):
        yield _whole(f"sample_size.{key}", getattr(s, key), 0)
    yield from _together(s, ("slope_width", "logit_mean", "logit_sd"))
    yield from _together(s, ("parameters", "r2_cox_snell"))
    if s.parameters is not None:
        yield _whole("sample_size.parameters", s.parameters, 1)
    if s.r2_cox_snell is not None:
        holds = 0 < s.r2_cox_snell < _MOST_R2
        yield "sample_size.r2_cox_snell", s.r2_cox_snell, holds, f"above 0, below {_MOST_R2}"


_NARROW: Final = 1e-3
_MOST_R2: Final = 0.9
"""From here on the criterion of shrinkage has no answer."""


def _together(plan: SampleSize, keys: tuple[str, ...]) -> Iterator[Check]:
    given = [key for key in keys if getattr(plan, key) is not None]
    holds = len(given) in (0, len(keys))
    yield f"sample_size.{keys[0]}", given, holds, f"given together: {', '.join(keys)}"
