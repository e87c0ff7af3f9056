"""People under one identifier who can't be one person, by the tables that were screened.

Two sexes, two birth dates, or ages that do not fit the days of the visits: whose the values are is
not known. A result holds none of these, so what is urgent of one person was hidden by a calm visit
of the other.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...datasets.readers.tables import TableRows
from ...engine.fixedpoint import Int64Array
from ...engine.plausibility.check import check_plausibility
from ...engine.record import UNKNOWN, BoolArray, VisitBatch
from ..batch.result.aggregate import suppressed
from ..batch.result.read import ResultManifest
from ..batch.table.output import Place, table_rows
from .inputs import InputTables

_REMEDY: Final = "give --visits (and --mapping): every table that the batch screened"


@dataclass(frozen=True, slots=True, eq=False)
class TwoPeople:
    """Which identifiers are of two people, as far as that was checked.

    Attributes
    ----------
    names : Arrow strings
    is_checked : every table that the result was made of was read
    """

    names: Any
    is_checked: bool

    def among(self, person_id: Any) -> BoolArray:  # noqa: ANN401 - pyarrow has no types
        """Say which of some Arrow strings are such identifiers."""
        found = pc.is_in(person_id, self.names)
        whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
        return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def told(self, people: int) -> dict[str, Any]:
        """Return what an answer says of them, 1 to 10 hidden, and how to check what was not."""
        ids = suppressed({"ids": len(self.names), "other": max(people - len(self.names), 0)})
        said = {"checked": self.is_checked, "ids": ids["ids"]}
        return said if self.is_checked else {"checked": False, "to_check": _REMEDY}


NOT_CHECKED: Final = TwoPeople(pa.array([], pa.string()), is_checked=False)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Whose n rows are.

    Attributes
    ----------
    names : Arrow strings (m,), the people, ordered
    code : int64 (n,), the person of each row; -1 where it names nobody
    by_sex_or_birth, by_age : bool (n,), rows of people who can't be one, and why
    """

    names: Any
    code: Int64Array
    by_sex_or_birth: BoolArray
    by_age: BoolArray

    @property
    def rows(self) -> BoolArray:
        """Return the rows of people who can't be one."""
        return np.asarray(self.by_sex_or_birth | self.by_age)

    @property
    def two_people(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the names of people who can't be one."""
        return self.names.take(pa.array(np.unique(self.code[self.rows & (self.code >= 0)])))


class Identities:
    """Collects what the rows of tables say of whose they are."""

    def __init__(self) -> None:
        self._people: list[Any] = []
        self._births: list[Any] = []
        self._sexes: list[Any] = [np.zeros(0, dtype=np.int8)]
        self._ages: list[Any] = [np.zeros(0, dtype=np.int64)]
        self._years: list[Any] = [np.zeros(0, dtype=np.int64)]

    def add(self, rows: TableRows, checked: VisitBatch) -> None:
        """Take one chunk, and its record after the plausibility check.

        The day of a refused row says nothing of an age: a mistyped year made two people of one.
        """
        year = pc.fill_null(pc.year(rows.visit_date), 0).to_numpy(zero_copy_only=False)
        self._people.append(rows.person_id)
        self._births.append(rows.birth_date)
        self._sexes.append(checked.sex)
        self._ages.append(checked.age_years.astype(np.int64))
        self._years.append(np.where(checked.refused, 0, year).astype(np.int64))

    def judged(self) -> Judged:
        """Return whose the rows are, and of whom they can't be."""
        people = pa.chunked_array(self._people, pa.string()).combine_chunks()
        names = people.unique().drop_null()
        names = names.take(pc.sort_indices(names))
        code = pc.index_in(people, names).fill_null(-1).to_numpy().astype(np.int64)
        births = pa.chunked_array(self._births, pa.date32()).combine_chunks()
        two = contradicted(code, births, np.concatenate(self._sexes))
        ages = ages_do_not_fit(code, np.concatenate(self._years), np.concatenate(self._ages))
        return Judged(names, code, two, ages)


def two_people(given: InputTables | None, manifest: ResultManifest) -> TwoPeople:
    """Return which identifiers of a result are of two people.

    Parameters
    ----------
    given : from `visits_beside`; nothing is checked where None
    manifest : of the result

    Raises
    ------
    FragmentUnreadable  if a file breaks half-way
    """
    if given is None:
        return NOT_CHECKED
    bare = {n: replace(plan, quantities=(), answers=()) for n, plan in given.plans.items()}
    found, place = Identities(), Place(today=manifest.today)
    for chunk, columns, _ in replace(given, plans=bare).chunks():
        rows = table_rows(chunk.table, columns, place)
        found.add(rows, check_plausibility(rows.batch))
    read = {file.sha256() for file in given.files}
    return TwoPeople(found.judged().two_people, is_checked=read >= manifest.inputs)


def contradicted(code: Int64Array, birth: Any, sex: Any) -> BoolArray:  # noqa: ANN401 - pyarrow has no types
    """Say of each row whether its person has two birth dates or two sexes.

    Parameters
    ----------
    code : (n,), the person of each row; -1 where it names nobody
    birth : Arrow date32 (n,)
    sex : int8 (n,), ``UNKNOWN`` where it is not known
    """
    day = pc.fill_null(birth.cast(pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    has_day = np.asarray(birth.is_valid().to_numpy(zero_copy_only=False))
    two = np.union1d(_several(code, day, has_day), _several(code, sex, sex != UNKNOWN))
    return np.isin(code, two)


def ages_do_not_fit(code: Int64Array, year: Int64Array, age_years: Int64Array) -> BoolArray:
    """Say of each row whether its person's ages do not fit the years of the visits.

    One age for all visits is that of an inclusion, and says nothing.

    Parameters
    ----------
    code : (n,), the person of each row; -1 where it names nobody
    year : (n,), of the visit; 0 where it has no day
    age_years : (n,), ``UNKNOWN`` where it is not known
    """
    known = (code >= 0) & (year > 0) & (age_years != UNKNOWN)
    people, place = np.unique(code[known], return_inverse=True)
    born, age = (year - age_years)[known], age_years[known]
    spread = _spread(place, born, len(people)), _spread(place, age, len(people))
    return np.isin(code, people[(spread[0] > 1) & (spread[1] > 0)])


def _spread(place: Int64Array, value: Int64Array, n: int) -> Int64Array:
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(low, place, value)
    np.maximum.at(high, place, value)
    return np.asarray(high - low, dtype=np.int64)


def _several(code: Int64Array, value: Any, known: Any) -> Int64Array:  # noqa: ANN401
    """Return the people of whom more than one value is known."""
    kept = known & (code >= 0)
    pairs = np.unique(np.stack([code[kept], value[kept].astype(np.int64)], axis=1), axis=0)
    people, count = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(people[count > 1], dtype=np.int64)
