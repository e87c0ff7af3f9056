"""The parts of the page as plain data: words and drawings, nothing left to decide."""

from dataclasses import dataclass

from .drawing import Bar, PlotDrawing, Ruler
from .follow_up_view import FollowUpView


@dataclass(frozen=True, slots=True)
class UrgentView:
    """One urgent item in words."""

    level: str
    delay: str
    text: str
    action: str
    addressee: str
    values: tuple[str, ...]
    source: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason: words, what it adds, its bar (None for a guideline row), where it is from."""

    text: str
    figure: str
    bar: Bar | None
    rule_id: str
    source: str


@dataclass(frozen=True, slots=True)
class RulerView:
    """The ruler with the words on it."""

    drawing: Ruler
    tick_labels: tuple[tuple[float, str], ...]
    names: tuple[tuple[float, str, str], ...]
    marker_label: str
    description: str
    note: str


@dataclass(frozen=True, slots=True)
class PlotView:
    """A membership plot with the words on it."""

    title: str
    unit: str
    value: str
    drawing: PlotDrawing
    legend: tuple[tuple[str, str], ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in words and drawings."""

    id: str
    kind: str
    number: int
    headline: str
    level: str
    level_label: str
    sign: str
    urgency: str
    big: str
    interval: str
    figure: str
    ruler: RulerView | None
    reasons: tuple[ReasonView, ...]
    rest: str
    rows_for: tuple[ReasonView, ...]
    rows_against: tuple[ReasonView, ...]
    weight: str
    sum_line: str
    plots: tuple[PlotView, ...]
    missing: tuple[str, ...]
    changes: tuple[str, ...]
    action: str
    addressee: str
    limits: tuple[str, ...]
    reference: str
    guideline: str
    guideline_rows: str
    is_signed: bool | None
    model: str
    unknown: tuple[str, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One refused or suspect value in words."""

    severity: str
    found: str
    why: str
    remedy: str
    path: str


@dataclass(frozen=True, slots=True)
class EcgView:
    """The ECG in words: recording and quality, measurements by name, what was not measured.

    ``notes`` say what has no reference interval and for whom limits are not; ``sources`` are those
    of the intervals and limits, by their marks.
    """

    lines: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    withheld: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    second: str
    model: str


@dataclass(frozen=True, slots=True)
class EcgSinceView:
    """The ECG beside an earlier one in words.

    ``rows`` are values: name, then, now, difference, limit, and whether it lies beyond.
    """

    head: tuple[str, ...]
    standings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str, str, str, bool], ...]
    not_compared: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page."""

    lang: str
    visit_id: str
    person_id: str
    performed_at: str
    urgency: str
    banners: tuple[str, ...]
    symptoms: tuple[str, ...]
    pressing: tuple[UrgentView, ...]
    later: tuple[UrgentView, ...]
    main: tuple[FindingView, ...]
    scores: tuple[FindingView, ...]
    not_assessable: tuple[FindingView, ...]
    absent: tuple[FindingView, ...]
    notices: tuple[NoticeView, ...]
    quality: tuple[str, ...]
    guideline_sets: str
    models: tuple[tuple[str, str, str, str], ...]
    content_hash: str
    sentences_sha256: str
    schema: str
    nothing: str
    ecg: EcgView | None
    ecg_since: EcgSinceView | None
    trajectories: tuple[tuple[str, tuple[str, ...]], ...]
    follow_up: FollowUpView | None
    risk_changes: tuple[str, ...]
    exposures: tuple[str, ...]
