"""Follow-up of known type 2 diabetes: control, direction, what is due, questions on work."""

from .section import follow_up_of
from .target import target_of

__all__ = ["follow_up_of", "target_of"]
