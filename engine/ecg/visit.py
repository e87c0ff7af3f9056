"""The ECG of a visit: measured by the shipped network where that may and can be asked."""

from typing import Final

from ..bundles.load import Models
from ..bundles.waves import SignalBundle
from ..errors import ModelError
from ..prediagnosis import EcgSection, ModelReference
from ..record import FEMALE, MALE, VisitBatch
from .analysis import analyse_ecg
from .delineation.delineate import Delineator
from .measure.reference import Person
from .section import section_of
from .signal import EcgSignal

DELINEATOR_ID: Final = "ecg_delineation/waves"


def ready_delineator(models: Models) -> tuple[Delineator, ModelReference] | None:
    """Return the network that finds the waves; None where it is refused or not there.

    A network that fails its known answers counts as refused: the gate and the second measurement
    then speak without it.
    """
    bundle = models.signal(DELINEATOR_ID)
    if bundle is None:
        return None
    try:
        network = bundle.delineator()
    except ModelError:
        return None
    return network, reference_of(bundle)


def person_at(batch: VisitBatch, row: int) -> Person:
    """Return sex and age of one person of a batch, None where they are not known."""
    sex, age = int(batch.sex[row]), int(batch.age_years[row])
    return Person({FEMALE: "female", MALE: "male"}.get(sex), None if age < 0 else float(age))


def reference_of(bundle: SignalBundle) -> ModelReference:
    """Name a bundle in a report."""
    m = bundle.manifest
    return ModelReference(m.id, m.version, bundle.sha256, m.key)


def measured_section(
    signal: EcgSignal, models: Models, person: Person, *, without_network: bool = False
) -> EcgSection:
    """Judge and measure the ECG of one person.

    Parameters
    ----------
    signal : millivolt
    models : what ``load_models`` returned
    person : whose reference intervals are printed
    without_network : the person declined screening by models
    """
    ready = None if without_network else ready_delineator(models)
    network, model = ready or (None, None)
    return section_of(analyse_ecg(signal, network), model, person)
