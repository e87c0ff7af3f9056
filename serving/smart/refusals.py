"""Why a launch is refused: one row of words for every wrong step, in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from ...engine.words import check_language
from ...engine.words.load import load_folder
from ..http.problems import NotSignedIn

_WHY: Final = "the review page opens for a known person, on the record that is really open"


class Step(StrEnum):
    """What was wrong at a launch."""

    INCOMPLETE = "incomplete"
    UNKNOWN_EHR = "unknown_ehr"
    UNREACHABLE = "unreachable"
    CONFIGURATION = "configuration"
    NOT_ASKED = "not_asked"
    REPLAYED = "replayed"
    OTHER_SERVER = "other_server"
    DENIED = "denied"
    NO_TOKEN = "no_token"  # noqa: S105 - the name of a step
    NO_IDENTITY = "no_identity"
    SIGNATURE = "signature"
    AUDIENCE = "audience"
    ISSUER = "issuer"
    NONCE = "nonce"
    TIMES = "times"
    NO_USER = "no_user"
    UNKNOWN_USER = "unknown_user"
    ROLE = "role"
    NO_PATIENT = "no_patient"
    PATIENT = "patient"
    NOT_IN_USE = "not_in_use"
    ENCOUNTER = "encounter"
    OTHER_PERSON = "other_person"


_STATUS: Final[Mapping[Step, int]] = {
    Step.INCOMPLETE: 422,
    Step.UNREACHABLE: 503,
    Step.CONFIGURATION: 503,
    Step.ROLE: 403,
    Step.OTHER_PERSON: 409,
}
_UNAUTHORIZED: Final = 401


class LaunchRefused(NotSignedIn):
    """A launch that opens nothing and signs nobody in; its fields hold nothing that was sent."""

    code = "launch_refused"

    def __init__(self, step: Step) -> None:
        super().__init__(
            found=launch_words("en", f"{step}.found").rstrip("."),
            why=_WHY,
            remedy=launch_words("en", f"{step}.remedy"),
            path=f"launch.{step}",
        )
        self.step = step

    @property
    def status(self) -> int:
        """Return the HTTP status: 401 unless the step has one of its own."""
        return _STATUS.get(self.step, _UNAUTHORIZED)


def launch_words(lang: str, message_id: str, /, **parameters: object) -> str:
    """Fill one sentence of a launch.

    >>> launch_words("en", "replayed.found")
    'This answer was used once already.'
    """
    return _tables()[check_language(lang)][message_id].format_map(parameters)


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    found = load_folder(files(f"{__package__}.words"))
    return {str(lang): table for lang, table in found.items()}
