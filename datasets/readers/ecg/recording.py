"""What every reader returns: a typed signal and a header with what the file says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal

from ....engine.ecg.signal import EcgSignal
from .person_words import sexes_of

Sex = Literal["female", "male"]
SEVERAL_PEOPLE: Final = "several_people"  # the note of a file that describes two


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters that the file states, hertz; None where it states none."""

    high_pass_hz: float | None = None
    low_pass_hz: float | None = None
    notch_hz: float | None = None


@dataclass(frozen=True, slots=True)
class EcgHeader:
    """What a file says of its recording; no name, and nothing of the person is printed.

    Parameters
    ----------
    format : the format that was found, such as "wfdb" or "scp_ecg"
    record : the file's stem
    patient_id : "" where the file states none
    other_ids : further numbers under which the file knows the same person
    sex, birth_date, age_years : None where the file does not state them
    born_in : year and month (None where not stated) of a birth whose day is not stated
    acquired_at : start of the recording; without time zone where the file gives none
    device : maker and model, "" where not stated
    filters : as stated
    synthetic : the file says that no person was recorded
    notes : message codes of what was done while reading, such as "not_ecg_skipped"
    named : the leads or signals that a note is of, by its code
    """

    format: str
    record: str
    patient_id: str = field(default="", repr=False)
    other_ids: tuple[str, ...] = field(default=(), repr=False)
    sex: Sex | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    age_years: float | None = field(default=None, repr=False)
    born_in: tuple[int, int | None] | None = field(default=None, repr=False)
    acquired_at: datetime | None = field(default=None, repr=False)
    device: str = ""
    filters: Filters = field(default_factory=Filters)
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def noting(self, *codes: str) -> "EcgHeader":
        """Return the header with more notes, each once."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *codes))))

    def noting_of(self, code: str, names: Iterable[str]) -> "EcgHeader":
        """Return the header with a note of these leads or signals."""
        every = tuple(dict.fromkeys((*self.named.get(code, ()), *names)))
        return replace(self.noting(code), named={**self.named, code: every})


@dataclass(frozen=True, slots=True)
class EcgRecording:
    """One recording: its signal and what its file says of it.

    ``start_s``: seconds after the first recording of the file; None where it is not stated.
    """

    signal: EcgSignal
    header: EcgHeader
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the caller knows of a file that does not say it itself (CSV, WAV, MATLAB, Holter).

    What a file states is never overruled: a declaration that contradicts it is refused.

    Parameters
    ----------
    leads : lead names in the order of the file
    sampling_rate_hz : > 0
    unit : unit of the stored values, such as "mV" or "uV"
    step_uv : microvolt per stored step (counts of an analogue-digital converter)
    """

    leads: tuple[str, ...] = ()
    sampling_rate_hz: float | None = None
    unit: str = ""
    step_uv: float | None = None


NOTHING_DECLARED = Declared()


def sex_of(text: str) -> Sex | None:
    """Return the sex that a header states, None for unknown.

    >>> sex_of("F"), sex_of("homme"), sex_of("Mme"), sex_of("?")
    ('female', 'male', 'female', None)
    """
    found = sexes_of(text)
    if len(found) != 1:
        return None
    return "female" if "female" in found else "male"
