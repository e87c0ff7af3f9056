"""What the urgent rules say of a recording as a whole, and of the whole with its windows."""

from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.urgent import EcgUrgency, urgent_ecg
from ...engine.ecg.windows import look_through, with_items_of_windows


def whole_and_windows(
    signal: EcgSignal, person: Person, network: Delineator | None
) -> tuple[EcgUrgency, EcgUrgency]:
    """Return what is said of the whole, and of the whole with its windows."""
    analysis = analyse_ecg(signal, network)
    whole = urgent_ecg(analysis, person)
    return whole, with_items_of_windows(whole, look_through(analysis, person, (), None))
