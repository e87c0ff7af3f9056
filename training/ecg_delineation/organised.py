"""What the rule of organised atria does: the same network, read with it and without it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.delineation.delineate import Delineator
from ..report import Line
from . import judge
from .score import score_record

TABLE: Final = "organised atria"
POINTS: Final = ("P onset", "P peak", "P offset")


def organised_lines(
    ready: Delineator, marked: Sequence[AnnotatedEcg], others: Sequence[AnnotatedEcg]
) -> Iterator[Line]:
    """Count P waves with and without the rule, where waves are marked and where rhythms are told.

    The network has learned from the marked records: their rows compare two ways to read it, and
    say nothing of persons that it has not seen.

    Parameters
    ----------
    ready : the shipped network with its rules
    marked : LUDB
    others : challenge records
    """
    never = replace(ready.rules, organised_share=float("inf"))
    for row, rules in (("with the rule", ready.rules), ("without it", never)):
        find = replace(ready, rules=rules).delineate
        scored = [score_record(find(record.signal), record.waves) for record in marked]
        for line in judge.boundary_lines(scored, TABLE):
            if line.row in POINTS and line.measure == "F1":
                yield replace(line, row=row, measure=f"{line.row} F1, LUDB")
        for line in judge.atrial_lines(find, others):
            yield replace(line, table=TABLE, row=row, measure=f"{line.row}, P per beat")
