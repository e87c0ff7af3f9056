"""The wrong-patient guard of ECG files: the header against the person of the visit."""

from datetime import date, datetime
from typing import Final

from ....engine.intake.person import Identity
from ....engine.intake.problems import ProblemLog
from ....engine.record import FEMALE, MALE, UNKNOWN, Problem
from .recording import SEVERAL_PEOPLE, EcgHeader

_SEX: Final = {"female": FEMALE, "male": MALE}
_AGE_TOLERANCE_YEARS: Final = 1.0  # headers round up, round down, or count at export


def person_problems(
    header: EcgHeader,
    identity: Identity,
    performed_at: datetime | None,
    *,
    path: str = "ecg.file",
    same_numbering: bool = True,
) -> tuple[Problem, ...]:
    """Return why the ECG may belong to another person; empty where nothing contradicts.

    Every element must agree wherever both sides state it; there is no fuzzy match (hazard H2). A
    file that contradicts itself on whom it describes agrees with nobody.
    The age counts only where one of the two states no birth date.

    Parameters
    ----------
    header : of the ECG file
    identity : of the visit
    performed_at : when the visit took place; for the age, where the file gives no time of its own
    path : where the problem is reported
    same_numbering : the device numbers persons as the visit software does; else ids
        are not compared
    """
    log = ProblemLog()
    checks = {
        "id": same_numbering and _ids_differ(header, identity.person_id.strip()),
        "birth_date": _births_differ(header, identity.birth_date),
        "sex": _sexes_differ(header, identity),
        SEVERAL_PEOPLE: SEVERAL_PEOPLE in header.notes,
        "age": _ages_differ(header, identity, performed_at),
    }
    names = [name for name, differs in checks.items() if differs]
    if names:
        log.refuse_record("wrong_patient", path, elements=", ".join(names))
    return tuple(log.problems)


def unstated_person(header: EcgHeader, *, path: str = "ecg.file") -> tuple[Problem, ...]:
    """Return a note where the file states nothing of a person that could be compared.

    A plain EDF file has one free line for the person, which is not guessed at.

    Parameters
    ----------
    header : of the ECG file
    path : where it is told
    """
    numbers = "".join((header.patient_id, *header.other_ids)).strip()
    stated = (numbers, header.birth_date, header.born_in, header.sex, header.age_years)
    if any(value not in ("", None) for value in stated):
        return ()
    return (Problem(0, "note", "ecg_person_not_stated", path, "ecg", {}),)


def ages_contradict(header: EcgHeader) -> bool:
    """Whether a file states an age that its own birth date does not give on the recorded day."""
    born, moment, years = header.birth_date, header.acquired_at, header.age_years
    if born is None or moment is None or years is None:
        return False
    return abs(_completed_years(born, moment.date()) - years) > _AGE_TOLERANCE_YEARS


def _ids_differ(header: EcgHeader, person_id: str) -> bool:
    """Whether both sides state a number and none of the file is that of the visit."""
    stated = {number.strip() for number in (header.patient_id, *header.other_ids)} - {""}
    return bool(stated and person_id) and person_id not in stated


def _births_differ(header: EcgHeader, born: date | None) -> bool:
    """Whether both sides state a birth and differ in it, at the precision of the file."""
    if born is None:
        return False
    if header.birth_date is not None or header.born_in is None:
        return header.birth_date is not None and header.birth_date != born
    year, month = header.born_in
    return year != born.year or month not in (None, born.month)


def _sexes_differ(header: EcgHeader, identity: Identity) -> bool:
    if header.sex is None or identity.sex == UNKNOWN:
        return False
    return _SEX[header.sex] != identity.sex


def _ages_differ(header: EcgHeader, identity: Identity, performed_at: datetime | None) -> bool:
    moment = header.acquired_at or performed_at
    born = identity.birth_date
    if born is None:
        return _stated_ages_differ(header, identity.age_years, performed_at)
    if header.birth_date is not None or header.age_years is None or moment is None:
        return False
    return abs(_completed_years(born, moment.date()) - header.age_years) > _AGE_TOLERANCE_YEARS


def _stated_ages_differ(header: EcgHeader, age_years: int, visit: datetime | None) -> bool:
    """Compare a visit that states completed years only.

    Where the day of the visit is not known, an ECG with a time of its own may be an old one, and
    only an older person than that of the visit contradicts.
    """
    if age_years == UNKNOWN:
        return False
    if header.birth_date is not None:
        if visit is None:
            return False
        ecg_age_years = float(_completed_years(header.birth_date, visit.date()))
    elif header.age_years is None and header.born_in is not None and visit is not None:
        turns = visit.year - header.born_in[0]  # this year, or did; else it is one year less
        ecg_age_years = float(min(turns, turns - 1, key=lambda years: abs(years - age_years)))
    elif header.age_years is not None:
        ecg_age_years = header.age_years + _years_since(header.acquired_at, visit)
    else:
        return False
    is_younger = ecg_age_years < age_years - _AGE_TOLERANCE_YEARS
    if is_younger and visit is None and header.acquired_at is not None:
        return False
    return is_younger or ecg_age_years > age_years + _AGE_TOLERANCE_YEARS


def _years_since(moment: datetime | None, visit: datetime | None) -> int:
    if moment is None or visit is None:
        return 0
    return _completed_years(moment.date(), visit.date())


def _completed_years(born: date, day: date) -> int:
    return day.year - born.year - int((day.month, day.day) < (born.month, born.day))
