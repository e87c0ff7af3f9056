"""An ECG as it stands on paper: leads that follow each other in columns, for urgent rules only."""

from .layout import Column, Page, page_of
from .read import PageReading, read_page
from .said import page_said

__all__ = ["Column", "Page", "PageReading", "page_of", "page_said", "read_page"]
