"""What is compared between two ECGs, and by how much recordings of one person vary: data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, Literal, TypeVar

from ...guidelines.model import Citation
from ...guidelines.read import broken, read_citation
from ...prediagnosis import URGENCIES, Urgency
from ...vocabulary.load import read_toml

FILE: Final = "ecg_comparison.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"
Direction = Literal["up", "down", "any"]
_Section = TypeVar("_Section")


@dataclass(frozen=True, slots=True)
class Method:
    """Numbers of the method; every field is explained in the data file."""

    coverage: float
    median_to_mean: float
    beats_of: Sequence[str]
    score_gap: float
    rate_apart_per_min: float
    leads: int
    own_from: int
    most_measured: int


@dataclass(frozen=True, slots=True)
class Limits:
    """From where two recordings can't be compared; every field is explained in the data file."""

    least_rate_hz: float
    high_pass_hz: float
    low_pass_hz: float
    wide_qrs_ms: float
    swap_share: float
    swap_distance: float
    swap_floor_mv: float


@dataclass(frozen=True, slots=True)
class SameRecording:
    """When two signals are one recording; every field is explained in the data file."""

    rate_hz: float
    smooth_s: float
    baseline_s: float
    flat_mv: float
    least_s: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Measured:
    """When a measured pattern is there; every field is explained in the data file."""

    q_ms: float
    q_v2_v3_ms: float
    q_mv: float
    st_up_mv: float
    st_down_mv: float
    t_upright_mv: float
    t_inverted_mv: float
    t_two_sided: float
    axis_deg: float


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One global value: its group, and one SD of a recording by the day and by the method."""

    name: str
    group: str
    day: float
    day_share: float
    method: float
    is_circular: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One value of every lead, millivolt: SD of a small wave, and as a share of the wave."""

    name: str
    group: str
    floor: float
    share_limb: float
    share_chest: float
    citation: Citation


@dataclass(frozen=True, slots=True)
class FollowedStatement:
    """A statement that is followed; ``moved`` must move too: one of the values, that way."""

    name: str
    kind: str
    moved: Mapping[str, Direction]


@dataclass(frozen=True, slots=True)
class SinceRule:
    """What asks for a person where an earlier ECG is there; ``level`` as in the urgent rules."""

    id: str
    group: str
    quantity: str
    at_least: float
    level: Urgency
    level_with_symptoms: Urgency
    action: str
    action_with_symptoms: str
    addressee: str
    citation: Citation

    @property
    def source(self) -> str:
        """Guideline and where it was read, as an item prints them."""
        return f"{self.citation.guideline} [{self.citation.read_in}]"


@dataclass(frozen=True, slots=True)
class ComparisonSettings:
    """Everything that the file says."""

    method: Method
    limits: Limits
    same: SameRecording
    measured: Measured
    reasons: Mapping[str, tuple[str, ...]]
    values: tuple[ValueRow, ...]
    lead_values: tuple[LeadRow, ...]
    statements: tuple[FollowedStatement, ...]
    rules: tuple[SinceRule, ...]
    counts_as_new: Mapping[str, str]


@cache
def comparison_settings() -> ComparisonSettings:
    """Return what ships with the engine.

    Raises
    ------
    DataError  if the file is broken
    """
    return parse_comparison(read_toml(_GUIDELINES, FILE), FILE)


def parse_comparison(raw: Mapping[str, Any], path: str) -> ComparisonSettings:
    """Return the settings of a file that was read already.

    Raises
    ------
    DataError  if something in it is unknown or missing
    """
    try:
        return ComparisonSettings(
            method=_section(Method, raw["method"]),
            limits=_section(Limits, raw["limits"]),
            same=_section(SameRecording, raw["same_recording"]),
            measured=_section(Measured, raw["measured"]),
            reasons={name: tuple(groups) for name, groups in raw["reason"].items()},
            values=tuple(_value(row, path) for row in raw["value"]),
            lead_values=tuple(_lead(row, path) for row in raw["lead_value"]),
            statements=tuple(
                FollowedStatement(row["name"], row["kind"], row.get("moved", {}))
                for row in raw["statement"]
            ),
            rules=tuple(_rule(row, path) for row in raw["rule"]),
            counts_as_new=raw["counts_as_new"],
        )
    except (KeyError, TypeError) as error:
        raise broken(f"{error}", "the file can't be used as it is", path) from error


def _section(kind: type[_Section], raw: Mapping[str, Any]) -> _Section:
    return kind(**raw)


def _citation(raw: Mapping[str, Any], path: str) -> Citation:
    named = {"guideline": raw["source"], "read_in": raw["read_in"], "signed_by": raw["signed_by"]}
    return read_citation(named, f"{path}, {raw['name']}")


def _value(raw: Mapping[str, Any], path: str) -> ValueRow:
    return ValueRow(
        name=raw["name"],
        group=raw["group"],
        day=float(raw.get("day", 0.0)),
        day_share=float(raw.get("day_share", 0.0)),
        method=float(raw["method"]),
        is_circular=bool(raw.get("circular", False)),
        citation=_citation(raw, path),
    )


def _lead(raw: Mapping[str, Any], path: str) -> LeadRow:
    shares = {name: float(raw[name]) for name in ("floor", "share_limb", "share_chest")}
    return LeadRow(name=raw["name"], group=raw["group"], citation=_citation(raw, path), **shares)


def _rule(raw: Mapping[str, Any], path: str) -> SinceRule:
    levels = (raw["level"], raw.get("level_with_symptoms", raw["level"]))
    if not set(levels) <= set(URGENCIES):
        raise broken(f"the levels {levels}", f"levels are {' '.join(URGENCIES)}", path)
    known = {f.name for f in fields(SinceRule)} - {"level_with_symptoms", "citation"}
    given = {name: raw[name] for name in known if name != "action_with_symptoms"}
    return SinceRule(
        **given,
        level_with_symptoms=levels[1],
        action_with_symptoms=raw.get("action_with_symptoms", raw["action"]),
        citation=read_citation(raw, f"{path}, rule {raw['id']}"),
    )
