"""From a table and a protocol to people: who is in, who is a case, what each test said."""

from .people import People, make_people
from .table import StudyTable, read_table

__all__ = ["People", "StudyTable", "make_people", "read_table"]
