"""Why the ECG file of a visit or of a row was not read, as a code with what its sentences name."""

from ...datasets.readers.ecg import EcgAmbiguous, EcgUnnamed
from ...engine.errors import ScreeningError


def why_not_read(error: ScreeningError) -> tuple[str, dict[str, str]]:
    """Return the code of an intake problem; recordings to choose from and names are listed."""
    code, parameters = "ecg_unreadable", {"kind": error.code}
    if isinstance(error, EcgAmbiguous) and error.recordings:
        code = "ecg_several_recordings" if len(error.recordings) > 1 else "ecg_no_such_recording"
        parameters = {"recordings": "; ".join(error.recordings)}
    if isinstance(error, EcgUnnamed):
        code, parameters = "ecg_leads_unnamed", {"leads": ", ".join(error.names)}
    return code, parameters
