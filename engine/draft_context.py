"""The part of a draft that is context: shown beside the findings, read by none of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclaredExposure:
    """An occupational exposure that the visit declared.

    ``name`` is its question (``exposure.noise``); ``source`` what is published on it, and
    ``verified`` whether that was read for this row or is from memory.
    """

    name: str
    source: str
    verified: bool
