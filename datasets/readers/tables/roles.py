"""What the columns of one table are, once that is decided."""

from dataclasses import dataclass

from .dates import DEFAULT_FORMAT
from .mapping import CsvForm


@dataclass(frozen=True, slots=True)
class QuantityRole:
    """One column of reported values, in one unit."""

    column: str
    slot: str
    unit: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRole:
    """One question: the columns of which any counts, or the same answer for everyone.

    ``words`` are pairs of lower-case text and code; -1 for a text that means "not known".
    """

    question: str
    columns: tuple[str, ...]
    words: tuple[tuple[str, int], ...]
    missing: tuple[str, ...] = ()
    constant: int | None = None


@dataclass(frozen=True, slots=True)
class DateRole:
    """One date: a column, or the same day for everyone."""

    column: str
    constant: str | None = None
    date_format: str = DEFAULT_FORMAT
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextRole:
    """Where, or with which device, a row was measured: ``site``, ``device``, ``device.<item>``."""

    name: str
    column: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What every column of a table is.

    Attributes
    ----------
    person : column of the pseudonym; empty where the row number stands for the person
    visit_date, birth_date : None where the table has none
    age : column of completed years; empty where there is none
    age_highest : where a birth is known by its year only, the column of the highest age that it
        allows; ``age`` is then the lowest
    sex : None where the table has none
    ignored : columns that the mapping lists under ``ignore``
    ecg : column of the paths of ECG files, or of what holds them; empty where there is none
    bundle : column of whole visits as FHIR Bundles; empty where the columns are the visit
    context : where and with what rows were measured; no rule and no model reads it
    notices : what the reader of the result must know, as codes
    """

    person: str
    visit_date: DateRole | None
    birth_date: DateRole | None
    age: str
    age_missing: tuple[str, ...]
    sex: AnswerRole | None
    quantities: tuple[QuantityRole, ...]
    answers: tuple[AnswerRole, ...]
    ignored: tuple[str, ...]
    csv: CsvForm
    notices: tuple[str, ...] = ()
    age_highest: str = ""
    ecg: str = ""
    bundle: str = ""
    context: tuple[ContextRole, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        names = [self.person, self.age, self.age_highest, self.ecg, self.bundle]
        names += [d.column for d in (self.visit_date, self.birth_date) if d]
        names += [r.column for r in self.quantities]
        names += [r.column for r in self.context]
        roles = (*self.answers, self.sex) if self.sex else self.answers
        names += [c for r in roles for c in r.columns]
        return tuple(dict.fromkeys(name for name in names if name))
