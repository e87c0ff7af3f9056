"""The part of a draft that is context: shown beside the findings, read by none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeclaredExposure:
    """An occupational exposure that the visit declared, or an earlier one.

    ``name`` is its question (``exposure.noise``); ``source`` what is published on it, and
    ``verified`` whether that was read for this row or is from memory. ``label`` and ``says`` are
    the words by language of one that a site added; those of a shipped one stand in the files.
    ``today`` is yes, no (the list was asked) or not_asked; ``visits_before`` are the days of
    earlier visits that declared it, from ``first_on`` to ``last_on``.
    """

    name: str
    source: str
    verified: bool
    label: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    today: str = "yes"
    visits_before: int = 0
    first_on: str = ""
    last_on: str = ""
