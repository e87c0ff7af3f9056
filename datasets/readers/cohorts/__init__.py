"""Cohorts: readable criteria on people, saved as TOML, that a search, a plan and a study name."""

from .codes import item_of
from .cohort import SCHEMA, Cohort, cohort_toml, read_cohort
from .criteria import Criteria, LocalCodes, parse_criteria
from .evaluate import who_meets
from .exposures import EXPOSURES, WHOLE_LIST, exposure_codes, exposure_table
from .names import trajectory_columns
from .unknown import NotKnown, who_is_not_known
from .visits import (
    ANSWERS,
    FINDINGS,
    MEASUREMENTS,
    VisitTables,
    Wanted,
    visit_tables,
)

__all__ = [
    "ANSWERS",
    "EXPOSURES",
    "FINDINGS",
    "MEASUREMENTS",
    "SCHEMA",
    "WHOLE_LIST",
    "Cohort",
    "Criteria",
    "LocalCodes",
    "NotKnown",
    "VisitTables",
    "Wanted",
    "cohort_toml",
    "exposure_codes",
    "exposure_table",
    "item_of",
    "parse_criteria",
    "read_cohort",
    "trajectory_columns",
    "visit_tables",
    "who_is_not_known",
    "who_meets",
]
