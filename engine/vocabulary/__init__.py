"""Everything a visit may contain, as closed lists in data files with French and English labels."""

from .load import load_vocabulary
from .model import Choice, Item, Question, SuspectReading, Unit, Vocabulary

__all__ = ["Choice", "Item", "Question", "SuspectReading", "Unit", "Vocabulary", "load_vocabulary"]
