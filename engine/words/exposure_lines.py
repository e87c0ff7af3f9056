"""Occupational exposures as sentences, and as JSON: text, page and JSON print the same."""

from typing import Any, Final

from ..draft_context import DeclaredExposure
from ..exposures import SECTION
from .common_phrases import capital
from .paper import Page
from .sentences import Sentences
from .source_phrases import cited

_YEAR: Final = 4


def exposure_line(exposure: DeclaredExposure, sentences: Sentences) -> str:
    """Word an exposure: what it is, what is published on it, and where."""
    standing = "verified" if exposure.verified else "unverified"
    line = sentences.text(
        "exposure.line",
        name=_named(exposure, sentences),
        context=_context(exposure, sentences),
        source=cited(exposure.source, sentences),
        standing=sentences.text(f"exposure.{standing}"),
    )
    return capital(line)


def _named(exposure: DeclaredExposure, sentences: Sentences) -> str:
    """Name an exposure, with the years of the earlier visits that declared it."""
    label = _label(exposure, sentences)
    if not exposure.visits_before:
        return label
    years = dict.fromkeys(day[:_YEAR] for day in (exposure.first_on, exposure.last_on))
    span = sentences.text("exposure.to").join(years)
    when = sentences.text(f"exposure.before.{exposure.today}", years=span)
    return sentences.text("exposure.named", name=label, when=when)


def _label(exposure: DeclaredExposure, sentences: Sentences) -> str:
    return exposure.label.get(sentences.lang) or sentences.name(exposure.name)


def _context(exposure: DeclaredExposure, sentences: Sentences) -> str:
    own = exposure.says.get(sentences.lang)
    if own:
        return f"{own.rstrip('.')}."
    return sentences.text(f"exposure_context.{exposure.name.removeprefix(SECTION)}")


def write_exposures(
    exposures: tuple[DeclaredExposure, ...], sentences: Sentences, page: Page
) -> None:
    """Write every exposure; nothing where none was declared."""
    if not exposures:
        return
    page.heading(sentences.text("exposure.title"))
    for exposure in exposures:
        page.add(exposure_line(exposure, sentences), lead="- ")
    page.add(sentences.text("exposure.note"))


def exposure_json(exposure: DeclaredExposure, sentences: Sentences) -> dict[str, Any]:
    """Return an exposure as data, with its sentence."""
    return {
        "code": exposure.name.removeprefix(SECTION),
        "label": _label(exposure, sentences),
        "origin": "visit" if exposure.today == "yes" else "earlier_visit",
        "today": exposure.today,
        "visits_before": exposure.visits_before,
        "first_on": exposure.first_on or None,
        "last_on": exposure.last_on or None,
        "text": exposure_line(exposure, sentences),
        "source": exposure.source,
        "source_verified": exposure.verified,
    }
