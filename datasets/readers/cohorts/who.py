"""Who came, where, and with what it was measured: age, sex, site and device of a visit."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.record import FEMALE, MALE, UNKNOWN, VisitBatch

AGE: Final = "age_years"
SEX: Final = "sex"
SITE: Final = "site"
DEVICE: Final = "device"
DEVICE_OF: Final = f"{DEVICE}."
PERSONS: Final = "ages_and_sexes"
PLACES: Final = "sites_and_devices"
SEXES: Final[Mapping[int, str]] = {FEMALE: "female", MALE: "male"}
AGES_AND_SEXES: Final = pa.schema(
    [
        ("person_id", pa.string()),
        (AGE, pa.int64()),
        ("age_highest", pa.int64()),
        (SEX, pa.string()),
    ]
)
"""One row a person; the two ages differ where a birth is known by its year only."""
SITES_AND_DEVICES: Final = pa.schema([(n, pa.string()) for n in ("person_id", "what", "named")])
"""A row for each site and device that a visit names; ``what`` is site, device or device.ITEM."""


def persons_of(batch: VisitBatch, who: Any, highest: Any = None) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return age and sex at n visits; a record that was refused says nothing.

    Parameters
    ----------
    batch : records after the plausibility check
    who : Arrow strings (n,), the person of each
    highest : int (n,), the highest possible age; that of the record where None
    """
    row = np.flatnonzero(~batch.refused)
    age = batch.age_years.astype(np.int64)
    most = age if highest is None else np.maximum(age, highest)
    words = pa.array([*SEXES.values(), None], pa.string())
    place = np.select([batch.sex == code for code in SEXES], range(len(SEXES)), len(SEXES))
    known = age[row] != UNKNOWN
    return pa.table(
        [
            who.take(pa.array(row)),
            pa.array(age[row], mask=~known),
            pa.array(most[row], mask=~known),
            words.take(pa.array(place[row].astype(np.int64))),
        ],
        schema=AGES_AND_SEXES,
    )


def one_each(persons: Any) -> Any:  # noqa: ANN401 - as above
    """Return one row a person: of two visits of a day both ages; a sex only where all state it."""
    ends = [(AGE, "min"), ("age_highest", "max"), (SEX, "min"), (SEX, "max")]
    found = persons.group_by("person_id").aggregate(ends)
    low, high = found["sex_min"], found["sex_max"]
    sex = pc.if_else(pc.equal(low, high), low, pa.scalar(None, pa.string()))
    names = found["person_id"], found["age_years_min"], found["age_highest_max"], sex
    return pa.table([*names], schema=AGES_AND_SEXES)


def places_of(who: Any, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
    """Return the sites and devices that n visits name.

    Parameters
    ----------
    who : Arrow strings (n,), the person of each
    context : ``site``, ``device`` and ``device.ITEM`` -> Arrow strings (n,), null where not named
    """
    parts = [SITES_AND_DEVICES.empty_table()]
    for name, column in sorted(context.items()):
        is_named = pc.is_valid(column)
        people = who.filter(is_named)
        columns = [people, pa.repeat(name, len(people)), column.filter(is_named)]
        parts.append(pa.table(columns, schema=SITES_AND_DEVICES))
    return pa.concat_tables(parts)


def context_names(columns: Any) -> list[str]:  # noqa: ANN401 - as above
    """Return which of some column names are a site or a device."""
    return [name for name in columns if name in (SITE, DEVICE) or name.startswith(DEVICE_OF)]
