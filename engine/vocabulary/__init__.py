"""Everything a visit may contain, as closed lists in data files with French and English labels."""

from .model import Choice, Item, Question, SuspectReading, Unit, Vocabulary
from .load import load_vocabulary

__all__ = ["Choice", "Item", "Question", "SuspectReading", "Unit", "Vocabulary", "load_vocabulary"]
