"""Urgency: deterministic rules on what was measured and declared; no model is asked."""

from .rules import UrgentColumns, evaluate_urgent, urgent_items

__all__ = ["UrgentColumns", "evaluate_urgent", "urgent_items"]
