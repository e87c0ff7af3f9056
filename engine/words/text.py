"""The draft as plain text for a terminal: what is urgent first, then each finding with its why."""

from collections.abc import Mapping

from ..prediagnosis import EcgSection, Finding, ItemNotice, PreDiagnosis
from . import ecg_lines, order, phrases
from .common_phrases import capital
from .ecg_reference_lines import reference_lines, source_lines, source_marks
from .ecg_since_lines import write_comparison
from .exposure_lines import write_exposures
from .finding_lines import write_finding, write_scores
from .follow_up_lines import write_follow_up
from .notices import notices_together
from .paper import Page
from .risk_change_lines import write_risk_changes
from .sentences import Sentences
from .silent_lines import write_absent, write_not_assessable
from .standing import Standing, draft_standing
from .symptoms import symptom_lines
from .trajectory_lines import write_trajectories
from .urgent_lines import write_urgent


def render_text(
    prediagnosis: PreDiagnosis,
    lang: str | Sentences,
    labels: Mapping[str, str] | None = None,
    standing: Standing | None = None,
) -> str:
    """Print a draft for a terminal of 80 columns.

    Parameters
    ----------
    prediagnosis : the draft
    lang : ``fr`` or ``en``, or the sentences themselves
    labels : what model bundles call their variables and terms (``rule_labels``)
    standing : what it says of itself; a draft where None

    Returns
    -------
    plain text, ending in a newline; the disclaimer stands first and last

    Raises
    ------
    DataError  if the draft holds a message that no sentence file has
    """
    sentences, page = Sentences.of(lang, labels), Page()
    groups = order.grouped(prediagnosis)
    standing = standing or draft_standing(sentences)
    _head(prediagnosis, sentences, standing, page)
    _sections(standing, page)
    write_urgent(prediagnosis.urgent, sentences, page)
    _banners(prediagnosis, sentences, page)
    _symptoms(prediagnosis, sentences, page)
    _main(groups, sentences, page, standing.nothing)
    _ecg(prediagnosis.ecg, sentences, page)
    write_comparison(prediagnosis.ecg_comparison, sentences, page)
    write_follow_up(prediagnosis.follow_up, sentences, page)
    write_risk_changes(prediagnosis.risk_changes, sentences, page)
    write_trajectories(prediagnosis.trajectories, sentences, page)
    write_exposures(prediagnosis.exposures, sentences, page)
    _items(prediagnosis, sentences, page)
    write_scores(groups["scores"], sentences, page)
    write_not_assessable(groups["not_assessable"], sentences, page)
    write_absent(groups["absent"], sentences, page)
    _foot(prediagnosis, sentences, standing, page)
    return "\n".join(_printable(line) for line in page.lines) + "\n"


def _printable(line: str) -> str:
    """Keep control characters of a visit away from the terminal."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else "?" for c in line)


def _head(prediagnosis: PreDiagnosis, sentences: Sentences, standing: Standing, page: Page) -> None:
    page.add(f"{standing.title} - {standing.line}")
    where = [
        f"{sentences.text('ui.visit')} {prediagnosis.visit_id}",
        f"{sentences.text('ui.person').lower()} {prediagnosis.person_id}",
        phrases.moment_phrase(prediagnosis.performed_at, sentences),
    ]
    page.add(", ".join(part for part in where if part))
    page.add(standing.disclaimer)


def _sections(standing: Standing, page: Page) -> None:
    for heading, lines in standing.sections:
        page.heading(heading)
        for line in lines:
            page.add(line, lead="- ")


def _banners(prediagnosis: PreDiagnosis, sentences: Sentences, page: Page) -> None:
    page.gap()
    for banner in phrases.banners(prediagnosis, sentences):
        page.add(banner, lead="! ")


def _symptoms(prediagnosis: PreDiagnosis, sentences: Sentences, page: Page) -> None:
    page.heading(sentences.text("ui.symptoms"))
    for line in symptom_lines(prediagnosis.symptoms, sentences):
        page.add(line)


def _ecg(section: EcgSection | None, sentences: Sentences, page: Page) -> None:
    if section is None:
        return
    page.heading(sentences.text("ecg.report.title"))
    for line in ecg_lines.recording_lines(section, sentences):
        page.add(line)
    page.gap()
    colon, marks = sentences.text("join.colon"), source_marks(section.measured)
    for one in section.measured:
        if one.value is not None:
            lead = f"{ecg_lines.name_of(one, sentences)}{colon}"
            page.add(ecg_lines.value_line(one, sentences, marks), indent=2, lead=lead)
    withheld = ecg_lines.withheld_groups(section, sentences)
    for line in withheld:
        page.add(line, indent=2, lead=f"{sentences.text('ecg.report.not_measured')}{colon}")
    _beside(section, sentences, page)
    page.add(ecg_lines.second_line(section, sentences))
    page.add(sentences.text("ecg.report.no_statement"))


def _beside(section: EcgSection, sentences: Sentences, page: Page) -> None:
    """Say what has no reference interval, for whom limits are not, and name the sources."""
    for line in reference_lines(section.measured, sentences):
        page.add(line)
    sources = source_lines(section.measured, sentences)
    if sources:
        page.add(sentences.text("ecg.reference.sources"))
    for line in sources:
        page.add(line, indent=2)


def _main(
    groups: Mapping[str, list[Finding]], sentences: Sentences, page: Page, nothing: str
) -> None:
    page.heading(sentences.text("ui.findings"))
    if not groups["main"]:
        page.add(nothing or phrases.nothing_phrase(groups, sentences))
    for number, finding in enumerate(groups["main"], start=1):
        if number > 1:
            page.gap()
        write_finding(finding, f"{number}. ", sentences, page)


def _items(prediagnosis: PreDiagnosis, sentences: Sentences, page: Page) -> None:
    groups: tuple[tuple[str, tuple[ItemNotice, ...]], ...] = (
        ("ui.refused", prediagnosis.refused_items),
        ("ui.suspect", prediagnosis.suspect_items),
        ("ui.notes", prediagnosis.notes),
    )
    if not any(notices for _, notices in groups):
        return
    page.heading(sentences.text("ui.items"))
    for label, notices in groups:
        if notices:
            page.add(sentences.text(label))
        for notice in notices_together(notices, sentences):
            where = f" [{notice.where}]" if notice.where else ""
            page.add(f"{notice.found}. {capital(notice.why)}.{where}", indent=2, lead="- ")
            page.add(notice.remedy, indent=4, lead="> ")


def _foot(prediagnosis: PreDiagnosis, sentences: Sentences, standing: Standing, page: Page) -> None:
    page.gap()
    page.rule("-")
    sets = ", ".join(f"{topic}={name}" for topic, name in prediagnosis.guideline_sets.items())
    colon = sentences.text("join.colon")
    if sets:
        page.add(sets, lead=f"{sentences.text('ui.guideline_sets')}{colon}")
    page.add(prediagnosis.content_hash, lead=f"{sentences.text('ui.content_hash')}{colon}")
    page.add(standing.disclaimer)
