"""The hash that a report carries of itself: a number changed by hand is found.

It tells an accident from a report as it was written. Whoever means to forge one can compute the
hash anew: what `laennec validate` printed, kept elsewhere, is what proves it.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from ...engine.canonical import content_hash
from ..errors import StudyError

SEAL: Final = "content_sha256"


def sealed(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with the sha256 of everything else in it."""
    return {**told, SEAL: _hash(told)}


def check_seal(told: Mapping[str, Any], name: str) -> None:
    """Refuse a report that is not as it was written.

    Parameters
    ----------
    told : as read from its file
    name : of the file, for the error

    Raises
    ------
    StudyError  if its content does not have the hash that it carries
    """
    found, carried = _hash(told), told.get(SEAL)
    if found != carried:
        said = "no hash of it" if carried is None else f"the hash {str(carried)[:12]}..."
        raise StudyError(
            found=f"a report whose content has the hash {found[:12]}... and carries {said}",
            why="it was changed after it was written: no number of it can be relied on",
            remedy="Restore the report.json that `laennec validate` wrote, or run the study again",
            path=name,
        )


def _hash(told: Mapping[str, Any]) -> str:
    content = {key: value for key, value in told.items() if key != SEAL}
    return content_hash(json.loads(json.dumps(content)))  # as it is read from its file
