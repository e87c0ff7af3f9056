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
    Said,
    VisitTables,
    Wanted,
    visit_tables,
)
from .who import (
    AGES_AND_SEXES,
    PERSONS,
    PLACES,
    SEXES,
    SITES_AND_DEVICES,
    context_names,
    places_of,
)

__all__ = [
    "AGES_AND_SEXES",
    "ANSWERS",
    "EXPOSURES",
    "FINDINGS",
    "MEASUREMENTS",
    "PERSONS",
    "PLACES",
    "SCHEMA",
    "SEXES",
    "SITES_AND_DEVICES",
    "WHOLE_LIST",
    "Cohort",
    "Criteria",
    "LocalCodes",
    "NotKnown",
    "Said",
    "VisitTables",
    "Wanted",
    "cohort_toml",
    "context_names",
    "exposure_codes",
    "exposure_table",
    "item_of",
    "parse_criteria",
    "places_of",
    "read_cohort",
    "trajectory_columns",
    "visit_tables",
    "who_is_not_known",
    "who_meets",
]
