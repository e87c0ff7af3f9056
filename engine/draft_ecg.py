"""One measurement of an ECG in a draft, and what it is printed beside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EcgSource:
    """Where an interval or a limit comes from.

    Attributes
    ----------
    id : as in guidelines/ecg_reference.toml; the sentence ``ecg.reference.of.<id>`` says of whom
    cites : the publication
    read : how it was read: abstract, table, summary, report or memory
    read_in : where
    """

    id: str
    cites: str
    read: str
    read_in: str


@dataclass(frozen=True, slots=True)
class EcgReference:
    """What most people of that sex and age have; an end is None where only the other is known."""

    low: float | None
    high: float | None
    statistic: str
    source: EcgSource


@dataclass(frozen=True, slots=True)
class EcgCriterion:
    """A limit of a guideline or a study; ``caution`` says for whom it is not meant.

    ``limit`` is upper or lower; ``operator`` stands between a value beyond it and ``value``.
    """

    limit: str
    operator: str
    value: float
    source: EcgSource
    caution: str = ""


@dataclass(frozen=True, slots=True)
class EcgValue:
    """One measurement as it is printed; ``value`` is None when it is withheld.

    ``spread`` is the standard deviation over the beats. Where neither ``reference`` nor
    ``criteria`` are known for this person, ``no_reference`` says why.
    """

    name: str
    value: float | None
    unit: str
    spread: float | None
    n_beats: int
    withheld: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    reference: EcgReference | None = None
    criteria: tuple[EcgCriterion, ...] = ()
    no_reference: str = ""
