"""Which earlier drafts of a visit's number a new one replaces, and which it stands beside."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..roster.planned import OF_ANOTHER
from .checks import require_same_person
from .reports import DraftReport


def is_of_another(document: Mapping[str, Any]) -> bool:
    """Say whether a draft was refused as that of another person than was planned (hazard H2)."""
    return any(item.get("code") == OF_ANOTHER for item in document.get("refused_items", ()))


def replaced_by(
    draft: Mapping[str, Any], standing: Sequence[DraftReport]
) -> tuple[DraftReport, ...]:
    """Return the standing drafts of its number that a draft corrects.

    One that the guard refused says nothing of whose visit the number is: it takes the number from
    nobody and replaces no draft that was not refused so. Both stay for a physician, with what is
    urgent in each. Where the identity was mistyped, the corrected visit replaces it.

    Parameters
    ----------
    draft : the new one
    standing : of the same visit number, neither superseded nor withdrawn, in their order

    Raises
    ------
    NotPermitted : the number is that of another person's visit
    """
    mine = [one for one in standing if one.person_id == draft["person_id"]]
    if is_of_another(draft):
        return tuple(one for one in mine if is_of_another(one.document))
    for one in standing:
        if not is_of_another(one.document):
            require_same_person(one.person_id, draft, path=f"draft {one.draft_id}")
    return tuple(mine)
