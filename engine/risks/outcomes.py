"""Reads ``outcomes.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..prediagnosis import Urgency
from ..vocabulary.load import read_toml


@dataclass(frozen=True, slots=True)
class BandAction:
    """What one band of a risk proposes; empty where it proposes nothing."""

    urgency: Urgency | None
    action: str
    addressee: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One risk that is answered.

    ``excluded_by`` names answers that put a person outside the population of the models; of the
    inputs in ``one_of`` that a model reads, at least one must be there;
    ``measured_by`` names facts that speak instead of the risk when they are present;
    ``defined_by`` the slots that, all measured, leave nothing to predict; ``answered_by`` those of
    which any one answers by itself. ``after`` form -> what is said where that form answers. Above
    ``limit_over_age`` completed years ``limit.age_over_65`` is printed; None where nothing is known
    to differ.
    ``abstention`` gives the sentence of an abstention that has one of its own here. With an empty
    ``one_of`` the required inputs of a model are enough.
    """

    id: str
    topic: str
    excluded_by: tuple[str, ...]
    one_of: tuple[str, ...]
    measured_by: tuple[str, ...]
    defined_by: tuple[str, ...]
    answered_by: tuple[str, ...]
    limit_over_age: int | None
    bands: Mapping[str, BandAction]
    after: Mapping[str, "AfterTest"]
    abstention: Mapping[str, str]

    def action(self, form: str, band: str) -> BandAction:
        """Return what a band proposes where one form of the model answers."""
        own = self.after.get(form)
        return own.bands.get(band, self.bands[band]) if own else self.bands[band]

    def sentence(self, form: str, band: str) -> str:
        """Return the id of the sentence that says the band where one form answers."""
        own = self.after.get(form)
        return f"finding.{self.id}.{own.says}_{band}" if own else f"finding.{self.id}.{band}"


@dataclass(frozen=True, slots=True)
class AfterTest:
    """What a form says that answers after a test: which sentences, and what bands propose."""

    says: str
    bands: Mapping[str, BandAction]


def _outcome(row: Mapping[str, Any]) -> Outcome:
    return Outcome(
        id=row["id"],
        topic=row["topic"],
        excluded_by=tuple(row["excluded_by"]),
        one_of=tuple(row["one_of"]),
        measured_by=tuple(row["measured_by"]),
        defined_by=tuple(row["defined_by"]),
        answered_by=tuple(row["answered_by"]),
        limit_over_age=row.get("limit_over_age"),
        bands={
            name: BandAction(band.get("urgency"), band["action"], band["addressee"])
            for name, band in row["band"].items()
        },
        after={name: _after(own, row["band"]) for name, own in row.get("after", {}).items()},
        abstention=row.get("abstention", {}),
    )


def _after(own: Mapping[str, Any], bands: Mapping[str, Any]) -> AfterTest:
    """Read what one form says; the urgency of a band is the same whichever form answers."""
    proposed = {
        name: BandAction(bands[name].get("urgency"), band["action"], band["addressee"])
        for name, band in own.items()
        if name != "says"
    }
    return AfterTest(own["says"], proposed)


@cache
def load_outcomes() -> tuple[Outcome, ...]:
    """Return every risk that is answered, in the order in which it is printed.

    >>> [outcome.id for outcome in load_outcomes()]
    ['t2d_undiagnosed', 'dysglycaemia', 't2d_textbook', 'cvd_death_10y']
    """
    return tuple(_outcome(row) for row in read_toml(__package__ or "", "outcomes.toml")["outcome"])


@cache
def signs_of_diabetes() -> tuple[str, ...]:
    """Return the facts, or grades of facts, that speak for a diabetes which nobody has confirmed.

    >>> signs_of_diabetes()[0]
    'diabetes_range'
    """
    return tuple(read_toml(__package__ or "", "outcomes.toml")["signs_of_diabetes"])
