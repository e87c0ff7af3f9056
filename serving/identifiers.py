"""A visit that can't be kept, since it is not said whose it is; what calls somebody now is said."""

from collections.abc import Mapping
from typing import Any, Final

from ..engine.errors import RecordError

_PATHS: Final = {"visit_id": "$.visit_id", "person_id": "$.person.id"}


class IdentifierMissing(RecordError):
    """A visit without an identifier that can be kept.

    Parameters
    ----------
    path : where it is missing
    urgent : the urgent items of the visit, as the pre-diagnosis says them
    """

    code = "identifier_missing"

    def __init__(self, path: str, urgent: tuple[Mapping[str, Any], ...]) -> None:
        super().__init__(
            found="an identifier that is missing, too long, or can't be printed",
            why="a result without an identifier may be filed under another person",
            remedy="Give the identifier and send the visit again; act on `urgent` without waiting",
            path=path,
        )
        self.urgent = urgent


def require_identifiers(document: Mapping[str, Any]) -> None:
    """Refuse a pre-diagnosis without visit or person, with its urgent items (hazard H1).

    Raises
    ------
    IdentifierMissing : names the first of the two that is missing
    """
    for key, path in _PATHS.items():
        if not document[key]:
            raise IdentifierMissing(path, tuple(document["urgent"]))
