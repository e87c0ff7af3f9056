"""``laennec ecg compare``: two ECG files of one person, the later one beside the earlier one."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from ...datasets.readers.ecg import EcgHeader, EcgRecording, person_problems, read_ecg
from ...engine import Models
from ...engine.ecg.comparison import compare_ecgs, side_of
from ...engine.ecg.failures import EcgNotAnalysed
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.recorded import order_of
from ...engine.ecg.section import stated_moment
from ...engine.ecg.visit import ScreenedEcg, screened_ecg
from ...engine.ecg_past import items_knowing
from ...engine.errors import DataError
from ...engine.intake.person import Identity
from ...engine.prediagnosis import EcgComparison, Message, UrgentItem
from ...engine.record import FEMALE, MALE, UNKNOWN
from ...engine.words import Sentences
from ...engine.words.ecg_since_lines import comparison_json, write_comparison
from ...engine.words.paper import Page
from ...engine.words.urgent_lines import urgent_json, write_urgent
from .earlier import recorded_of

SCHEMA: Final = "laennec.ecg_comparison/1"
IDENTITY: Final = "ecg_since.reason.identity_not_stated"
_SEX: Final = {"female": FEMALE, "male": MALE}
_OLDER_YEARS: Final = 1.0
COLUMNS: Final = ("name", "lead", "unit", "before", "now", "difference", "limit", "verdict", "why")


@dataclass(frozen=True, slots=True)
class ComparedFiles:
    """Two files that were compared.

    ``urgent`` is what the urgent rules find in the new one, whatever the old one shows;
    ``there_then`` are the rules among them that speak on the old one too. ``notes`` and
    ``old_notes`` are what was done while the files were read.
    """

    new: str
    old: str
    comparison: EcgComparison
    urgent: tuple[UrgentItem, ...]
    there_then: tuple[str, ...]
    notes: tuple[Message, ...] = ()
    old_notes: tuple[Message, ...] = ()


def compare_files(
    new: Path,
    old: Path,
    models: Models,
    *,
    days: tuple[date | None, date | None] = (None, None),
    numbers: tuple[int | None, int | None] = (None, None),
) -> ComparedFiles:
    """Compare two ECG files.

    Parameters
    ----------
    new, old : ECG files of any known format
    models : loaded models
    days : of the new and of the old recording, for files that state none
    numbers : which recording of each, from 0, where a file holds several

    Raises
    ------
    DataError : the files are not of one person, or the earlier one is the later one
    EcgUnreadable : a file can't be read
    EcgNotAnalysed : the analysis of one of the two ended with an unforeseen error
    """
    files = zip((new, old), days, numbers, strict=True)
    now, then = (_dated(read_ecg(path, recording=k), day) for path, day, k in files)
    _check_order(now.header, then.header, old)
    check_same_person(now.header, then.header, old)
    on, today = (_day(one.header) for one in (then, now))
    screened = [
        _screened(one, models, path) for one, path in zip((now, then), (new, old), strict=True)
    ]
    sides = [
        side_of(ecg, recorded_of(one.header))
        for ecg, one in zip(screened, (now, then), strict=True)
    ]
    found = compare_ecgs(*sides, on=on, today=today)
    if not (now.header.patient_id and then.header.patient_id):
        found = replace(found, reasons=(*found.reasons, Message(IDENTITY)))
    items, earlier = (ecg.urgency.items for ecg in screened)
    items = items_knowing(items, found)
    spoke = {item.rule_id for item in earlier}
    there_then = tuple(item.rule_id for item in items if item.rule_id in spoke)
    return ComparedFiles(
        now.header.record,
        then.header.record,
        found,
        items,
        there_then,
        now.signal.notes,
        then.signal.notes,
    )


def _screened(one: EcgRecording, models: Models, path: Path) -> ScreenedEcg:
    try:
        return screened_ecg(one.signal, models, Person(one.header.sex, one.header.age_years))
    except Exception as error:  # noqa: BLE001 - told as its own; see `EcgNotAnalysed`
        raise EcgNotAnalysed.because(error, path.name) from None


def _dated(recording: EcgRecording, day: date | None) -> EcgRecording:
    """Give a recording that states no time the day that the caller knows."""
    header = recording.header
    stated = None if header.acquired_at is None else header.acquired_at.date()
    if day is not None and stated not in (None, day):
        raise DataError(
            found=f"the day {day.isoformat()} for an ECG whose file states {stated}",
            why="which of the two is right decides what is new and what is gone",
            remedy="Leave the day out, or check the file and the clock of its device",
            path=header.record,
        )
    if day is None or stated is not None:
        return recording
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone
    return replace(recording, header=replace(header, acquired_at=moment))


def _day(header: EcgHeader) -> date | None:
    return None if header.acquired_at is None else header.acquired_at.date()


def _check_order(now: EcgHeader, then: EcgHeader, path: Path) -> None:
    later, earlier = now.acquired_at, then.acquired_at
    if order_of(earlier, later) != "after":
        return
    found = [stated_moment(moment).replace("T", " ") for moment in (earlier, later)]
    raise DataError(
        found=f"an earlier ECG of {found[0]}, and a new one of {found[1]}",
        why="what is new and what is gone would be told the wrong way round",
        remedy="Give the new file first and the earlier one second",
        path=str(path),
    )


def check_same_person(now: EcgHeader, then: EcgHeader, path: Path) -> None:
    """Refuse two files that say that they are of two people.

    Without the day of the earlier recording a younger age is no contradiction.

    Raises
    ------
    DataError : naming what differs, and never the values
    """
    age = UNKNOWN if now.age_years is None else int(now.age_years)
    identity = Identity(now.patient_id, now.birth_date, _SEX.get(now.sex or "", UNKNOWN), age)
    dated = now.acquired_at is not None and then.acquired_at is not None
    if not dated and not _is_older(then, now):
        then = replace(then, age_years=None)
    problems = person_problems(then, identity, now.acquired_at)
    if not problems:
        return
    words, elements = Sentences("en"), str(problems[0].parameters["elements"])
    differs = ", ".join(words.label(f"element:{one}") for one in elements.split(", "))
    raise DataError(
        found=f"two ECGs of different people (differences: {differs})",
        why="a change between two people is no change",
        remedy="Check whose recordings these are, and give two of one person",
        path=str(path),
    )


def _is_older(then: EcgHeader, now: EcgHeader) -> bool:
    known = then.age_years is not None and now.age_years is not None
    return known and (then.age_years or 0.0) > (now.age_years or 0.0) + _OLDER_YEARS


def as_text(compared: ComparedFiles, lang: str) -> str:
    """Write a comparison for people."""
    words, page = Sentences(lang), Page()
    page.add(f"{compared.new} / {compared.old}")
    for record, notes in ((compared.new, compared.notes), (compared.old, compared.old_notes)):
        for note in notes:
            page.add(f"{record}{words.text('join.colon')}{words.render(note)}", indent=2)
    write_urgent(compared.urgent, words, page)
    if compared.there_then:
        rules = ", ".join(compared.there_then)
        page.add(words.text("ecg_since.urgent_then", rules=rules))
    write_comparison(compared.comparison, words, page)
    page.gap()
    page.add(words.text("disclaimer"))
    return "\n".join(page.lines) + "\n"


def as_data(compared: ComparedFiles, lang: str) -> dict[str, Any]:
    """Return a comparison as data."""
    words = Sentences(lang)
    return {
        "schema": SCHEMA,
        "language": lang,
        "record": compared.new,
        "earlier_record": compared.old,
        "file_notes": [words.coded(note) for note in compared.notes],
        "earlier_file_notes": [words.coded(note) for note in compared.old_notes],
        "urgent": urgent_json(compared.urgent, words),
        "urgent_there_then": list(compared.there_then),
        **(comparison_json(compared.comparison, words) or {}),
        "disclaimer": words.text("disclaimer"),
    }


def as_table(compared: ComparedFiles) -> str:
    """Write the values as CSV, then statements and urgent rules in columns of the same names."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for change in compared.comparison.changes:
        row = {name: getattr(change, name) for name in COLUMNS}
        writer.writerow({**row, "why": _codes(change.why)})
    for one in compared.comparison.standings:
        row = dataclasses.asdict(one)
        kept = {name: row[name] for name in ("name", "before", "now")}
        leads, why = " ".join(one.leads), _codes(one.why)
        writer.writerow({**kept, "lead": leads, "verdict": one.standing, "why": why})
    for item in compared.urgent:
        before = item.level if item.rule_id in compared.there_then else ""
        writer.writerow(
            {"name": item.rule_id, "before": before, "now": item.level, "verdict": "urgent"}
        )
    return out.getvalue()


def _codes(why: Sequence[str]) -> str:
    return " ".join(why)
