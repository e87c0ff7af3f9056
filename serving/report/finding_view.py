"""One finding as its page shows it: headline, ruler, reasons with bars, plots, what is missing."""

from collections.abc import Sequence
from typing import Final

from ...engine.prediagnosis import Finding, Reason
from ...engine.words import Sentences, order, phrases
from ...engine.words.common_phrases import (
    capital,
    coded,
    interval_phrase,
    is_index,
    is_statement,
    listed,
    number_phrase,
)
from ...engine.words.missing_phrases import (
    change_phrase,
    missing_interval,
    missing_phrase,
    next_step,
)
from ...engine.words.numbers import number
from ...engine.words.reason_phrases import (
    by_size,
    printed_and_rest,
    reason_figure,
    reason_phrase,
    rest_phrase,
    sum_phrase,
)
from ...engine.words.silent_lines import absent_line
from ...engine.words.source_phrases import cited, source_phrase
from .drawing import Bar, band_ruler, index_scale, membership_drawing, risk_scale, rule_bars
from .page import FindingView, PlotView, ReasonView, RulerView
from .plots import MembershipPlot

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


def finding_view(
    finding: Finding,
    number: int,
    sentences: Sentences,
    plots: Sequence[MembershipPlot],
) -> FindingView:
    """Word one finding.

    Parameters
    ----------
    finding : of the draft
    number : its place among the findings of its group, from 1
    sentences : of the reader's language
    plots : where its values lie among the terms of the model
    """
    level = DESCRIPTIVE if order.is_descriptive(finding) else order.level_of(finding)
    weighed, rest = _weighed(finding, sentences)
    guideline, model = finding.guideline, finding.model
    return FindingView(
        id=finding.id,
        kind=finding.kind,
        number=number,
        headline=_headline(finding, sentences),
        level=level,
        level_label=phrases.level_words(finding, sentences),
        sign=SIGNS[level],
        urgency=phrases.delay_phrase(finding, sentences),
        big=sentences.risk(finding.risk) if finding.risk is not None else "",
        interval=_interval(finding, sentences),
        figure=phrases.figure_phrase(finding, sentences),
        ruler=_ruler(finding, sentences),
        reasons=weighed,
        rest=rest,
        rows_for=_rows(finding, finding.reasons_for, sentences),
        rows_against=_rows(finding, finding.reasons_against, sentences),
        weight="ui.contribution_share" if is_index(finding) else "ui.contribution",
        sum_line=sum_phrase(finding, sentences),
        plots=tuple(_plot(plot, sentences) for plot in plots),
        missing=tuple(missing_phrase(finding, m, sentences) for m in finding.missing),
        changes=tuple(change_phrase(finding, c, sentences) for c in finding.what_would_change),
        action=coded(finding.proposed_action, sentences, "action"),
        addressee=coded(finding.proposed_addressee, sentences, "addressee"),
        limits=tuple(capital(sentences.render(limit)) for limit in finding.limits),
        reference=phrases.reference_phrase(finding, sentences),
        guideline=cited(guideline.guideline, sentences) if guideline else "",
        guideline_rows=f"{guideline.set}: {', '.join(guideline.row_ids)}" if guideline else "",
        is_signed=guideline.signed if guideline else None,
        model=f"{model.id} {model.version}, {sentences.text('ui.key')} {model.key}"
        if model
        else "",
        unknown=tuple(
            listed(missing_interval(finding, m, sentences), sentences) for m in finding.missing
        ),
        next_steps=tuple(dict.fromkeys(next_step(item, sentences) for item in finding.missing)),
    )


def _headline(finding: Finding, sentences: Sentences) -> str:
    words = absent_line if order.level_of(finding) == "absent" else phrases.headline
    return words(finding, sentences)


def _interval(finding: Finding, sentences: Sentences) -> str:
    interval = finding.risk_interval
    if interval is None or interval[0] == interval[1]:
        return ""
    return interval_phrase(finding, interval, sentences)


def _weighed(finding: Finding, sentences: Sentences) -> tuple[tuple[ReasonView, ...], str]:
    """Return the reasons that have a bar, both sides by size, and what the rest adds together."""
    sides = [
        printed_and_rest(finding, [r for r in side if r.contribution is not None])
        for side in (finding.reasons_for, finding.reasons_against)
    ]
    weighed = by_size(r for printed, _ in sides for r in printed)
    rest = [r for _, left in sides for r in left]
    bars = rule_bars([r.contribution or 0.0 for r in weighed])
    cites = is_statement(finding)
    views = tuple(
        _reason(r, bar, sentences, source_phrase(finding, r, sentences) if cites else "")
        for r, bar in zip(weighed, bars, strict=True)
    )
    return views, rest_phrase(rest, sentences) if rest else ""


def _rows(
    finding: Finding, reasons: Sequence[Reason], sentences: Sentences
) -> tuple[ReasonView, ...]:
    """Return the guideline rows of one side."""
    return tuple(_row(r, finding, sentences) for r in reasons if r.contribution is None)


def _row(reason: Reason, finding: Finding, sentences: Sentences) -> ReasonView:
    """Return a guideline row; its guideline stands below where it is that of the finding.

    Where a number was read is for who signs the row: it stands in the guideline files and in JSON.
    """
    own = source_phrase(finding, reason, sentences)
    guideline = finding.guideline
    is_said = guideline is not None and own in cited(guideline.guideline, sentences)
    return _reason(reason, None, sentences, "" if is_said else own)


def _reason(reason: Reason, bar: Bar | None, sentences: Sentences, source: str) -> ReasonView:
    return ReasonView(
        text=reason_phrase(reason, sentences).replace(" %", UNBROKEN_PERCENT),
        figure=reason_figure(reason, sentences, short=True),
        bar=bar,
        rule_id=reason.rule_id,
        source=source,
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
            risk=number_phrase(finding, here, sentences),
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
