"""What the template prints: the draft in words and drawings, already in order."""

from collections.abc import Mapping, Sequence

from ...engine.prediagnosis import PRESSING, ItemNotice, PreDiagnosis, UrgentItem
from ...engine.words import Sentences, order, phrases
from ...engine.words.common_phrases import coded
from ...engine.words.exposure_lines import exposure_line
from ...engine.words.notices import notices_together
from ...engine.words.reason_phrases import input_phrase
from ...engine.words.risk_change_lines import risk_change_line
from ...engine.words.silent_lines import together
from ...engine.words.source_phrases import cited
from ...engine.words.symptoms import symptom_lines
from ...engine.words.trajectory_lines import trajectory_line
from .ecg_since_view import ecg_since_view
from .ecg_view import ecg_view
from .finding_view import finding_view
from .follow_up_view import follow_up_view
from .page import NoticeView, PageView, UrgentView
from .plots import MembershipPlot


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
    for name in ("not_assessable", "absent"):
        grouped[name] = together(grouped[name], sentences)
    groups = {
        name: tuple(
            finding_view(finding, number, sentences, plots.get(finding.id, ()))
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
        follow_up=follow_up_view(prediagnosis.follow_up, sentences),
        risk_changes=tuple(risk_change_line(c, sentences) for c in prediagnosis.risk_changes),
        trajectories=tuple(
            (trajectory_line(t, sentences), tuple(sentences.render(note) for note in t.notes))
            for t in prediagnosis.trajectories
        ),
        exposures=tuple(exposure_line(e, sentences) for e in prediagnosis.exposures),
        **groups,
    )


def _by_level(items: Sequence[UrgentItem]) -> list[UrgentItem]:
    return sorted(items, key=lambda item: order.urgency_rank(item.level))


def _urgent(item: UrgentItem, sentences: Sentences) -> UrgentView:
    return UrgentView(
        level=item.level,
        delay=sentences.text(f"urgency.{item.level}"),
        text=phrases.urgent_line(item, sentences),
        action=coded(item.action, sentences, "action"),
        addressee=coded(item.addressee, sentences, "addressee"),
        values=tuple(input_phrase(v, sentences) for v in item.inputs),
        source=f"{cited(item.source, sentences)} [{item.rule_id}]",
        is_now=item.level == PRESSING[0],
    )


def _notices(prediagnosis: PreDiagnosis, sentences: Sentences) -> tuple[NoticeView, ...]:
    everything: tuple[ItemNotice, ...] = (
        *prediagnosis.refused_items,
        *prediagnosis.suspect_items,
        *prediagnosis.notes,
    )
    return tuple(
        NoticeView(
            sentences.text(f"severity.{notice.severity}"),
            notice.found,
            notice.why,
            notice.remedy,
            notice.where,
        )
        for notice in notices_together(everything, sentences)
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
