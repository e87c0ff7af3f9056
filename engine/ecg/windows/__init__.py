"""A long recording window by window: what the usual beat and the usual rate hide."""

from .look import Seen, look_through
from .statements import with_statements_of_windows
from .urgent import with_items_of_windows

__all__ = ["Seen", "look_through", "with_items_of_windows", "with_statements_of_windows"]
