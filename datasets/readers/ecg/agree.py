"""Two things that a file says of its time or of a lead, which must agree."""

from collections.abc import Iterable
from typing import Final

from .errors import EcgUnreadable, unreadable
from .names import is_lead, lead_name
from .source import limits

# Times to the second are up to a second off at each end; samples that end a part early are cut.
_SECONDS_OFF: Final = 1.0
_SHARE_OFF: Final = 0.02
_RATE_OFF: Final = 1e-3


def refuse_other_duration(n_samples: int, rate_hz: float, stated_s: float, where: str) -> None:
    """Refuse samples that do not last as long as the file says.

    A short piece of a long recording is none: spread over the stated time its samples would be of
    a rate at which no ECG is recorded.

    Parameters
    ----------
    n_samples, rate_hz : of every lead, as the file states them
    stated_s : how long the recording took, as the file states it

    Raises
    ------
    EcgUnreadable : the two differ by more than a second and by more than a fiftieth
    """
    lasts_s = n_samples / rate_hz
    is_piece = n_samples / stated_s < limits()["rate_hz"]["lowest"]
    if is_piece or abs(lasts_s - stated_s) <= max(_SECONDS_OFF, _SHARE_OFF * stated_s):
        return
    raise _contradiction(
        f"{n_samples} samples at {rate_hz:g} Hz last {lasts_s:.4g} s, and the file says "
        f"that it lasts {stated_s:.4g} s",
        where,
    )


def refuse_two_leads(texts: Iterable[str], where: str) -> None:
    """Refuse a lead whose code and words name different leads.

    Parameters
    ----------
    texts : code, display and text of one lead; what names no lead says nothing
    where : of the file

    Raises
    ------
    EcgUnreadable : two leads are named
    """
    names = {lead_name(text) for text in texts if is_lead(text)}
    if len(names) > 1:
        raise EcgUnreadable(
            found=f"One lead under several names ({', '.join(sorted(names))})",
            why="which of them it is is not known, and findings would stand at another place",
            remedy="Send one lead in code, display and text",
            path=where,
        )


def refuse_other_rate(one_hz: float, other_hz: float, where: str) -> None:
    """Refuse a file that states two sampling rates.

    Raises
    ------
    EcgUnreadable : the two differ by more than a thousandth
    """
    if abs(one_hz - other_hz) > _RATE_OFF * one_hz:
        raise _contradiction(f"Sampling rates of {one_hz:g} Hz and of {other_hz:g} Hz", where)


def _contradiction(found: str, where: str) -> EcgUnreadable:
    error = unreadable(found, where)
    return EcgUnreadable(
        found=found,
        why="rate and intervals would be wrong, and which of the two is right is not known",
        remedy=error.remedy,
        path=where,
    )
