"""A long recording window by window: what the usual beat and the usual rate hide."""

from .look import Seen, look_through
from .statements import with_statements_of_windows
from .urgent import drawn_from_s, with_items_of_windows

__all__ = [
    "Seen",
    "drawn_from_s",
    "look_through",
    "with_items_of_windows",
    "with_statements_of_windows",
]
