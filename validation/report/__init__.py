"""A study's report: from the document to HTML, JSON and CSV, in French and English."""

from .write import write_report

__all__ = ["write_report"]
