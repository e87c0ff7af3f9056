"""The only gate: bytes, JSON or table columns in, a checked record in columns out.

Every problem of a record is found in one go. A value that can't be used is kept as refused, so
that an emergency behind it is not silenced.
"""

from .table import TableColumn, TablePeople, table_batch
from .visit import VisitRecord, parse

__all__ = ["TableColumn", "TablePeople", "VisitRecord", "parse", "table_batch"]
