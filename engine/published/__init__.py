"""Published scores beside the models: from a record to score columns, and to findings."""

from .columns import PublishedColumns, evaluate_published
from .findings import published_findings

__all__ = ["PublishedColumns", "evaluate_published", "published_findings"]
