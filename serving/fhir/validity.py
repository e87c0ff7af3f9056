"""Whether a FHIR Patient stands for its person today: what the intake asks, a document asks too."""

from collections.abc import Iterator, Mapping
from typing import Any

from .deceased import has_died
from .entries import changed_elements
from .identity import is_out_of_use


def not_valid(patient: Mapping[str, Any], performed_at: str) -> Iterator[str]:
    """Yield in words why a Patient may not carry what was found at a visit.

    Parameters
    ----------
    patient : a FHIR Patient
    performed_at : moment of the visit
    """
    if is_out_of_use(patient):
        yield "a Patient that is not in use, or linked to another one"
    if has_died(patient, performed_at):
        yield "a Patient who is said to have died before the visit"
    changed = changed_elements(patient)
    if changed:
        yield f"a Patient with {' and '.join(changed)}, which may change what it means"
