"""Batch screening: tables of visits in, a result table with reasons and a manifest out."""

from .options import CHUNK_ROWS, BatchOptions, BatchRefused
from .progress import PlainReporter, Reporter, RichReporter, SilentReporter, default_reporter
from .run import BatchSummary, run_batch
from .table.output import ENCODED, SCHEMA, decoded, screen_table

__all__ = [
    "CHUNK_ROWS",
    "ENCODED",
    "SCHEMA",
    "BatchOptions",
    "BatchRefused",
    "BatchSummary",
    "PlainReporter",
    "Reporter",
    "RichReporter",
    "SilentReporter",
    "decoded",
    "default_reporter",
    "run_batch",
    "screen_table",
]
