"""What both measurements of a width show is named, though no score reaches its cut-off for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...prediagnosis import Message
from ..features import EcgFeatures
from .said import ABSENT, BORDERLINE, PRESENT, Statement
from .settings import statement_settings

AT_LEAST: Final = "ecg.statement.at_least"


def at_least(said: Statement, found: Sequence[Statement], features: EcgFeatures) -> Statement:
    """Name a delay of the QRS that no bundle branch block explains.

    The rules of a general delay yield to the shape of a left bundle branch block before that block
    is present: a QRS of 134 ms had less of a delay than one of 125. It is borderline where a block
    reached its cut-off and is not present, present where none did.

    Parameters
    ----------
    said : the statement
    found : all statements, beside which it stands
    features : of the recording, with both measurements of the width
    """
    row = statement_settings()["at_least"].get(said.name)
    if row is None or said.state not in (ABSENT, BORDERLINE) or said.better:
        return said
    values = [features.values.get(name, float("nan")) for name in row["features"]]
    others = [one for one in found if one.name in row["unless"]]
    explained = any(one.state == PRESENT for one in others)
    if explained or not all(value >= row["from"] for value in values):
        return said
    reached = any(one.unseen or one.held for one in others)
    if said.unseen or said.held or (reached and said.state == BORDERLINE):
        return said
    shown = {"value": round(values[0]), "other": round(values[1]), "limit": round(row["from"])}
    note = Message(AT_LEAST, shown)
    return replace(said, state=BORDERLINE if reached else PRESENT, held=(note,))
