"""Whether the risks of a batch result move from month to month."""

from .months import drift_of
from .page import drift_page

__all__ = ["drift_of", "drift_page"]
