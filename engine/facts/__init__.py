"""Measured facts: guideline rows over columns, and one person's findings with their reasons."""

from .columns import FactColumn, FactColumns, evaluate_facts, evaluate_finding
from .findings import fact_findings

__all__ = ["FactColumn", "FactColumns", "evaluate_facts", "evaluate_finding", "fact_findings"]
