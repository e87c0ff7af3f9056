"""What may be chosen of a training run, beside its data and where it goes."""

from collections.abc import Callable
from typing import TypedDict

Say = Callable[[str], None]


class Options(TypedDict, total=False):
    """Options of a run; what is left out has its default.

    Parameters
    ----------
    forms : ids of forms; none given means all
    workers : processes that learn at once; the result is the same for any number (default 1)
    say : called with each line of progress
    """

    forms: tuple[str, ...]
    workers: int
    say: Say


def silent(text: str) -> None:
    """Say nothing."""
