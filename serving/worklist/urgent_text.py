"""What is most urgent of a report that waits, in the language of who reads the list."""

from ...engine.errors import ScreeningError
from ...engine.words import phrases
from ..drafts.content import sentences_for
from ..drafts.reports import DraftReport
from ..drafts.stored_report import content_of
from ..house_data import WorklistRules


def urgent_text(report: DraftReport, rules: WorklistRules, lang: str) -> str:
    """Return the most urgent item of a report in words, empty where it has none.

    A report whose content can't be worded in another language is shown as it was kept: the list
    stands whatever one of its reports is.

    Parameters
    ----------
    report : the draft that waits
    rules : the order of the levels
    lang : fr or en; empty: the language the report was kept in
    """
    items = sorted(report.document.get("urgent", ()), key=lambda item: rules.rank(item["level"]))
    if not items:
        return ""
    kept = str(items[0].get("text", ""))
    if not lang or lang == report.rendered_language:
        return kept
    try:
        content = content_of(report)
        sentences = sentences_for(content, lang, report.words)
    except ScreeningError:
        return kept
    first = min(content.prediagnosis.urgent, key=lambda item: rules.rank(item.level))
    return phrases.urgent_line(first, sentences)
