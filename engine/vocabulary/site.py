"""The exposures of a site, beside those that ship: context that no model and no rule reads.

A process has one list, which whoever starts it sets before anything is read (`use_exposures`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class AddedExposure:
    """An exposure that the shipped list does not have.

    Parameters
    ----------
    code : lower-case letters, digits and _; no code of the shipped list
    fr, en : what it is called
    says_fr, says_en : what is published on it, as it is printed
    source : where; ``verified`` whether the site read it there
    """

    code: str
    fr: str
    en: str
    says_fr: str
    says_en: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class SiteExposures:
    """What a site adds.

    Parameters
    ----------
    added : exposures of its own
    codes : its code of an exposure, and the code here that it stands for; a visit may send either
    """

    added: tuple[AddedExposure, ...] = field(default=())
    codes: tuple[tuple[str, str], ...] = field(default=())


_NONE: Final = SiteExposures()
_of_this_process: list[SiteExposures] = [_NONE]


def site_exposures() -> SiteExposures:
    """Return what the site of this process adds; nothing where nobody set it."""
    return _of_this_process[0]


def use_exposures(site: SiteExposures) -> None:
    """Set what the site of this process adds."""
    _of_this_process[0] = site


@contextmanager
def exposures_in_use(site: SiteExposures) -> Iterator[None]:
    """Set what the site adds for the length of a block."""
    before = site_exposures()
    use_exposures(site)
    try:
        yield
    finally:
        use_exposures(before)
