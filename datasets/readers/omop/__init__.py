"""Reads OMOP CDM 5.4, folders and databases: one row a person, as a table of visits."""

from .collect import COLLECTED_FILE, OMOP_SCHEMA, Collected, collect, collected_plan, read_collected
from .concepts import ConceptSets, read_concepts
from .source import OmopSource, database_source, folder_source, is_omop_folder

__all__ = [
    "COLLECTED_FILE",
    "OMOP_SCHEMA",
    "Collected",
    "ConceptSets",
    "OmopSource",
    "collect",
    "collected_plan",
    "database_source",
    "folder_source",
    "is_omop_folder",
    "read_collected",
    "read_concepts",
]
