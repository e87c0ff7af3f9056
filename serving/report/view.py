"""What the template prints: the draft in words and drawings, already in order."""

from collections.abc import Mapping, Sequence
from typing import Final

from ...engine.prediagnosis import Finding, FollowUp, ItemNotice, PreDiagnosis, Reason, UrgentItem
from ...engine.words import Sentences, follow_up_lines, order, phrases
from ...engine.words.exposure_lines import exposure_line
from ...engine.words.numbers import number, signed
from ...engine.words.risk_change_lines import risk_change_line
from ...engine.words.silent_lines import absent_line
from ...engine.words.symptoms import symptom_lines
from ...engine.words.trajectory_lines import trajectory_line
from .drawing import (
    Bar,
    band_ruler,
    index_scale,
    membership_drawing,
    risk_scale,
    rule_bars,
)
from .ecg_since_view import ecg_since_view
from .ecg_view import ecg_view
from .page import (
    FindingView,
    NoticeView,
    PageView,
    PlotView,
    ReasonView,
    RulerView,
    UrgentView,
)
from .plots import MembershipPlot

PRESSING: Final = ("U0", "U1")
DESCRIPTIVE: Final = "descriptive"
THOUSAND: Final = 1000
UNBROKEN_PERCENT: Final = "\u00a0%"
SIGNS: Final = {
    "present": "■",
    "borderline": "◧",
    "absent": "□",
    "high": "▲",
    "intermediate": "◆",
    "low": "▽",
    "not_assessable": "?",
    DESCRIPTIVE: "–",
}


def page_view(
    prediagnosis: PreDiagnosis,
    sentences: Sentences,
    plots: Mapping[str, Sequence[MembershipPlot]],
) -> PageView:
    """Word a whole draft.

    Parameters
    ----------
    prediagnosis : the draft
    sentences : of the reader's language
    plots : membership plots by finding id
    """
    grouped = order.grouped(prediagnosis)
    groups = {
        name: tuple(
            _finding(finding, number, sentences, plots.get(finding.id, ()))
            for number, finding in enumerate(findings, start=1)
        )
        for name, findings in grouped.items()
    }
    urgent = [_urgent(item, sentences) for item in _by_level(prediagnosis.urgent)]
    none = sentences.text("ui.urgency_none")
    level = prediagnosis.urgency
    return PageView(
        lang=sentences.lang,
        visit_id=prediagnosis.visit_id,
        person_id=prediagnosis.person_id,
        performed_at=phrases.moment_phrase(prediagnosis.performed_at, sentences),
        urgency=sentences.text(f"urgency.{level}") if level else none,
        banners=tuple(phrases.banners(prediagnosis, sentences)),
        symptoms=tuple(symptom_lines(prediagnosis.symptoms, sentences)),
        pressing=tuple(u for u in urgent if u.level in PRESSING),
        later=tuple(u for u in urgent if u.level not in PRESSING),
        notices=_notices(prediagnosis, sentences),
        quality=_quality(prediagnosis, sentences),
        guideline_sets=", ".join(f"{t} = {s}" for t, s in prediagnosis.guideline_sets.items()),
        models=_models(prediagnosis),
        content_hash=prediagnosis.content_hash,
        sentences_sha256=prediagnosis.sentences_sha256,
        schema=prediagnosis.schema,
        nothing=phrases.nothing_phrase(grouped, sentences),
        ecg=ecg_view(prediagnosis.ecg, sentences) if prediagnosis.ecg else None,
        ecg_since=ecg_since_view(prediagnosis.ecg_comparison, sentences),
        follow_up=_follow_up(prediagnosis.follow_up, sentences),
        risk_changes=tuple(risk_change_line(c, sentences) for c in prediagnosis.risk_changes),
        trajectories=tuple(
            (trajectory_line(t, sentences), tuple(sentences.render(note) for note in t.notes))
            for t in prediagnosis.trajectories
        ),
        exposures=tuple(exposure_line(e, sentences) for e in prediagnosis.exposures),
        **groups,
    )


def _follow_up(follow_up: FollowUp | None, sentences: Sentences) -> dict[str, tuple[str, ...]]:
    """Return the lines of the follow-up by part; empty where no diabetes is known."""
    if follow_up is None:
        return {}
    return {
        "head": tuple(follow_up_lines.head_lines(follow_up, sentences)),
        "rules": tuple(follow_up_lines.rule_lines(follow_up, sentences)),
        "due": tuple(follow_up_lines.due_line(item, sentences) for item in follow_up.due),
        "questions": tuple(follow_up_lines.question_lines(follow_up, sentences)),
    }


def _by_level(items: Sequence[UrgentItem]) -> list[UrgentItem]:
    return sorted(items, key=lambda item: order.urgency_rank(item.level))


def _urgent(item: UrgentItem, sentences: Sentences) -> UrgentView:
    return UrgentView(
        level=item.level,
        delay=sentences.text(f"urgency.{item.level}"),
        text=phrases.urgent_line(item, sentences),
        action=phrases.coded(item.action, sentences, "action"),
        addressee=phrases.coded(item.addressee, sentences, "addressee"),
        values=tuple(phrases.input_phrase(v, sentences) for v in item.inputs),
        source=f"{phrases.cited(item.source, sentences)} [{item.rule_id}]",
        is_now=item.level == PRESSING[0],
    )


def _finding(
    finding: Finding,
    number: int,
    sentences: Sentences,
    plots: Sequence[MembershipPlot],
) -> FindingView:
    level = DESCRIPTIVE if order.is_descriptive(finding) else order.level_of(finding)
    weighed, rows_for, rows_against = _reasons(finding, sentences)
    guideline, model = finding.guideline, finding.model
    return FindingView(
        id=finding.id,
        kind=finding.kind,
        number=number,
        headline=_headline(finding, sentences),
        level=level,
        level_label=phrases.level_words(finding, sentences),
        sign=SIGNS[level],
        urgency=sentences.text(f"urgency.{finding.urgency}") if finding.urgency else "",
        big=sentences.risk(finding.risk) if finding.risk is not None else "",
        interval=_interval(finding, sentences),
        figure=phrases.figure_phrase(finding, sentences),
        ruler=_ruler(finding, sentences),
        reasons=weighed,
        rows_for=rows_for,
        rows_against=rows_against,
        weight="ui.contribution_share" if phrases.is_index(finding) else "ui.contribution",
        sum_line=_sum_line(finding, sentences),
        plots=tuple(_plot(plot, sentences) for plot in plots),
        missing=tuple(phrases.missing_phrase(finding, m, sentences) for m in finding.missing),
        changes=tuple(
            phrases.change_phrase(finding, c, sentences) for c in finding.what_would_change
        ),
        action=phrases.coded(finding.proposed_action, sentences, "action"),
        addressee=phrases.coded(finding.proposed_addressee, sentences, "addressee"),
        limits=tuple(sentences.render(limit) for limit in finding.limits),
        reference=phrases.reference_phrase(finding, sentences),
        guideline=phrases.cited(guideline.guideline, sentences) if guideline else "",
        guideline_rows=f"{guideline.set}: {', '.join(guideline.row_ids)}" if guideline else "",
        is_signed=guideline.signed if guideline else None,
        model=f"{model.id} {model.version}, {sentences.text('ui.key')} {model.key}"
        if model
        else "",
        unknown=tuple(
            phrases.listed(phrases.missing_interval(finding, m, sentences), sentences)
            for m in finding.missing
        ),
        next_steps=tuple(
            dict.fromkeys(phrases.next_step(item, sentences) for item in finding.missing)
        ),
    )


def _headline(finding: Finding, sentences: Sentences) -> str:
    words = absent_line if order.level_of(finding) == "absent" else phrases.headline
    return words(finding, sentences)


def _interval(finding: Finding, sentences: Sentences) -> str:
    interval = finding.risk_interval
    if interval is None or interval[0] == interval[1]:
        return ""
    return phrases.interval_phrase(finding, interval, sentences)


def _reasons(
    finding: Finding, sentences: Sentences
) -> tuple[tuple[ReasonView, ...], tuple[ReasonView, ...], tuple[ReasonView, ...]]:
    """Split reasons into those with a bar, and guideline rows for and against."""
    weighed = [
        r for r in (*finding.reasons_for, *finding.reasons_against) if r.contribution is not None
    ]
    weighed = phrases.by_size(weighed)
    bars = rule_bars([r.contribution or 0.0 for r in weighed])
    return (
        tuple(_reason(r, bar, sentences, "") for r, bar in zip(weighed, bars, strict=True)),
        tuple(_row(r, finding, sentences) for r in finding.reasons_for if r.contribution is None),
        tuple(
            _row(r, finding, sentences) for r in finding.reasons_against if r.contribution is None
        ),
    )


def _row(reason: Reason, finding: Finding, sentences: Sentences) -> ReasonView:
    """Return a guideline row; its guideline stands below where it is that of the finding.

    Where a number was read is for who signs the row: it stands in the guideline files and in JSON.
    """
    own = phrases.cited(reason.source, sentences)
    guideline = finding.guideline
    is_said = guideline is not None and own in phrases.cited(guideline.guideline, sentences)
    return _reason(reason, None, sentences, "" if is_said else own)


def _reason(reason: Reason, bar: Bar | None, sentences: Sentences, source: str) -> ReasonView:
    return ReasonView(
        text=phrases.reason_phrase(reason, sentences).replace(" %", UNBROKEN_PERCENT),
        figure=phrases.reason_figure(reason, sentences, short=True),
        bar=bar,
        rule_id=reason.rule_id,
        source=source,
    )


def _sum_line(finding: Finding, sentences: Sentences) -> str:
    """Say how the parts add up; only where the model gave its start."""
    bias = finding.details.get("bias")
    if not isinstance(bias, int | float) or finding.risk is None:
        return ""
    parts = [r.contribution or 0.0 for r in (*finding.reasons_for, *finding.reasons_against)]
    rules = sum(parts)
    return sentences.text(
        "ui.sum",
        bias=signed(bias, sentences.lang),
        rules=signed(rules, sentences.lang),
        total=signed(bias + rules, sentences.lang),
        risk=sentences.risk(finding.risk),
    )


def _ruler(finding: Finding, sentences: Sentences) -> RulerView | None:
    cuts = finding.details.get("low_below"), finding.details.get("high_from")
    score = finding.details.get("score")
    value = finding.risk if finding.risk is not None else score
    if not all(isinstance(v, int | float) for v in (*cuts, value)):
        return None
    low, high, here = (float(v) for v in (*cuts, value) if v is not None)
    is_risk = finding.risk is not None
    scale = risk_scale() if is_risk else index_scale(max(here, high))
    interval = finding.risk_interval
    drawing = band_ruler(scale, here, (low, high), interval if interval else None)
    lang = sentences.lang

    def words(value: float) -> str:
        return number(value * THOUSAND, lang, 0) if is_risk else number(value, lang)

    return RulerView(
        drawing=drawing,
        tick_labels=tuple((tick.x, words(tick.value)) for tick in drawing.ticks),
        names=tuple((s.middle, s.name, sentences.text(f"band.{s.name}")) for s in drawing.segments),
        marker_label=words(here),
        description=sentences.text(
            "ui.ruler",
            risk=phrases.number_phrase(finding, here, sentences),
            band=phrases.level_words(finding, sentences),
        ),
        note=sentences.text("ui.ruler_note") if is_risk else "",
    )


def _plot(plot: MembershipPlot, sentences: Sentences) -> PlotView:
    drawing = membership_drawing(plot)
    unit = sentences.unit(plot.unit)
    decimals = 0 if plot.x[-1] - plot.x[0] > 10 else 2  # noqa: PLR2004 - printed places only
    value = (
        sentences.text("ui.no_value")
        if plot.value is None
        else f"{_short(plot.value, sentences)} {unit}".rstrip()
    )
    legend = tuple(
        (
            curve.label or sentences.term(plot.variable, curve.term),
            "" if curve.at is None else number(curve.at, sentences.lang, 2),
        )
        for curve in drawing.curves
    )
    ticks = tuple((t.x, number(t.value, sentences.lang, decimals)) for t in drawing.ticks)
    title = plot.label or sentences.name(plot.variable)
    return PlotView(title, unit, value, drawing, legend, ticks)


def _short(value: float, sentences: Sentences) -> str:
    """Print a value with at most four digits; the exact one stands with the reasons."""
    whole = len(str(abs(int(value))))
    return number(float(f"{value:.{max(0, min(3, 4 - whole))}f}"), sentences.lang)


def _notices(prediagnosis: PreDiagnosis, sentences: Sentences) -> tuple[NoticeView, ...]:
    everything: tuple[ItemNotice, ...] = (
        *prediagnosis.refused_items,
        *prediagnosis.suspect_items,
        *prediagnosis.notes,
    )
    return tuple(
        NoticeView(
            sentences.text(f"severity.{notice.severity}"),
            *phrases.notice_phrases(notice, sentences),
            notice.path,
        )
        for notice in everything
    )


def _quality(prediagnosis: PreDiagnosis, sentences: Sentences) -> tuple[str, ...]:
    return tuple(
        sentences.text(f"quality.{key}", value=value)
        if sentences.has(f"quality.{key}")
        else f"{key}: {sentences.parameter(value)}"
        for key, value in prediagnosis.quality.items()
    )


def _models(prediagnosis: PreDiagnosis) -> tuple[tuple[str, str, str, str], ...]:
    models = (f.model for f in prediagnosis.findings if f.model)
    return tuple(dict.fromkeys((m.id, m.version, m.key, m.sha256) for m in models))
