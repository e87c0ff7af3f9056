"""The types behind the vocabulary files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import RecordError


@dataclass(frozen=True, slots=True)
class SuspectReading:
    """A value beyond the limit is probably something else; that is proposed, never corrected.

    ``above``/``below`` are billionths in the labelled unit; ``reads_as`` names the unit (or, for
    ``cm[Hg]`` and ``m``, the spoken unit) in which the number would make sense.
    """

    above: int | None
    below: int | None
    reads_as: str
    factor: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One accepted UCUM unit of an item.

    model value = reported value x slope + offset. Limits are inclusive, in billionths of this unit:
    outside ``hard`` the value is refused, outside ``soft`` it is suspect.
    """

    ucum: str
    slope: float
    offset: float
    hard: tuple[int, int]
    soft: tuple[int, int]
    suspects: tuple[SuspectReading, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One measured item.

    ``slots`` are the qualified forms (arm, specimen and fasting state) in which it is held; an item
    without qualifiers has one slot, its own code. ``combine`` says how several readings of one slot
    become one value: ``latest`` or ``mean_of_last_two``. ``freshness_hours`` slot -> the age from
    which a sign of the moment says nothing of today; ``freshness_months`` the same for the others.
    """

    code: str
    label: Mapping[str, str]
    units: tuple[Unit, ...]
    model_unit: str
    feature: str
    loinc: tuple[str, ...]
    slots: tuple[str, ...]
    combine: str
    freshness_months: int | None
    source: str
    freshness_hours: Mapping[str, int] = field(default_factory=dict)

    def unit_index(self, ucum: str) -> int:
        """Return the index of an accepted unit, -1 if it is not accepted."""
        for index, unit in enumerate(self.units):
            if unit.ucum == ucum:
                return index
        return -1


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed answer."""

    code: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One closed question; ``choices`` are in the order of their index in an answer column.

    A yes/no question has the choices ``no`` (0) and ``yes`` (1).
    """

    name: str
    label: Mapping[str, str]
    choices: tuple[Choice, ...]

    def choice_index(self, code: str) -> int:
        """Return the index of an allowed answer, -1 if it is not allowed."""
        for index, choice in enumerate(self.choices):
            if choice.code == code:
                return index
        return -1


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """What is published on an exposure: ``source``, and whether it was read for this row.

    ``says`` is the sentence by language, of an exposure that a site added; that of a shipped one
    stands in the sentence files.
    """

    source: str
    verified: bool
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All items and questions; ``questions`` by qualified name (``symptom.chest_pain``).

    ``exposures`` : code -> what is published on it; ``exposure_codes`` : a site's own code of one
    -> the code here
    """

    items: Mapping[str, Item]
    questions: Mapping[str, Question]
    loinc: Mapping[str, Mapping[str, str]]
    methods: Mapping[str, Question]
    exposures: Mapping[str, ExposureRow] = field(default_factory=dict)
    exposure_codes: Mapping[str, str] = field(default_factory=dict)

    def item_of(self, slot: str) -> Item:
        """Return the item that a slot belongs to.

        Raises
        ------
        RecordError  if there is no such slot
        """
        item = self.items.get(slot.split(".", 1)[0])
        if item is None or slot not in item.slots:
            raise RecordError(
                found=f"the item {slot!r}",
                why="it is not in the vocabulary",
                remedy="See the measurements file of engine/vocabulary",
                path=slot,
            )
        return item

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot of every item."""
        return tuple(slot for item in self.items.values() for slot in item.slots)
