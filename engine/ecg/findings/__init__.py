"""What an ECG says, statement by statement, with the rules that speak for and against it.

``find`` is imported where an ECG is there: its filters take longer to load than a visit to screen.
"""

from .model import StatementsModel, StatementsOutput
from .spec import StatementSpec, StatementTable, parse_statements

__all__ = [
    "StatementSpec",
    "StatementTable",
    "StatementsModel",
    "StatementsOutput",
    "parse_statements",
]
