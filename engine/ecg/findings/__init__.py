"""What an ECG says, statement by statement, with the rules that speak for and against it."""

from .find import Statement, find_statements
from .model import StatementsModel, StatementsOutput
from .spec import StatementSpec, StatementTable, parse_statements

__all__ = [
    "Statement",
    "StatementSpec",
    "StatementTable",
    "StatementsModel",
    "StatementsOutput",
    "find_statements",
    "parse_statements",
]
