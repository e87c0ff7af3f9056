"""Reads tables: Parquet, CSV, Arrow; any column names, through a mapping; in constant memory."""

from .context import read_context
from .fragments import Chunk, Fragment, list_fragments, read_chunks
from .inputs import Contents, InputFile, find_inputs, read_contents
from .mapping import TableMapping
from .mapping_file import parse_mapping, read_mapping
from .plan import check_delimiter, plan_table
from .problems import FragmentUnreadable, TableProblem, TableRefused
from .proposal import mapping_snippet
from .roles import TablePlan
from .rows import TableRows, read_rows

__all__ = [
    "Chunk",
    "Contents",
    "Fragment",
    "FragmentUnreadable",
    "InputFile",
    "TableMapping",
    "TablePlan",
    "TableProblem",
    "TableRefused",
    "TableRows",
    "find_inputs",
    "list_fragments",
    "mapping_snippet",
    "read_chunks",
    "read_contents",
    "parse_mapping",
    "check_delimiter",
    "plan_table",
    "read_context",
    "read_mapping",
    "read_rows",
]
