"""A study's report: from the document to HTML, JSON and CSV, in French and English."""

from .write import told_document, write_report

__all__ = ["told_document", "write_report"]
