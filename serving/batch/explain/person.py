"""The words behind one person's row of a result, made when somebody asks for them.

A result keeps rule ids and contributions. Their words come from the same bundles, guideline rows
and sentence files; with the input at hand, from the same columns that made the row: the whole
draft, as ``laennec screen`` prints it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from ....datasets.readers.omop import read_collected
from ....datasets.readers.tables import TablePlan, TableRows, read_chunks
from ....engine.ecg.signal import EcgSignal
from ....engine.errors import RecordError
from ....engine.risks.labels import model_labels
from ....engine.screen import draft_of
from ....engine.screening import screen_columns
from ....engine.words.text import render_text
from ..make_plan import make_plan
from ..options import BatchOptions, BatchRefused
from ..plan import PLAN_FILE, TODAY, BatchPlan, Loaded, load_screening, stored_json
from ..result.parts import COLLECTED, MANIFEST_FILE, PARTS
from ..result.read import read_part
from ..table.output import Place, table_rows
from ..table.withdrawn import WITHDRAWN, split_withdrawn
from .rule_words import rule_words

_PLACE: Final = slice(5, 18)


@dataclass(frozen=True, slots=True)
class _Found:
    """One row of a result, and where it stands."""

    row: Mapping[str, Any]
    fragment: int
    chunk: int
    position: int


def explain_person(options: BatchOptions, person: str, lang: str = "fr") -> str:
    """Return in words what a result says of one person, every row of that person.

    Parameters
    ----------
    options : ``out``, the folder of the result; with ``inputs`` and the mapping of the run the
        whole draft is made again, else the words of the rules that are kept
    person : the pseudonym
    lang : fr or en

    Raises
    ------
    BatchRefused  if the folder holds no result, a part of it was written by no batch, or the
        inputs are not those of its run
    RecordError  if nobody of that name is in it
    """
    if not (options.out / PLAN_FILE).is_file():
        raise BatchRefused(
            found="a folder without a result",
            why="there is no row to explain",
            remedy="Give the --out folder of a batch",
            path=options.out.name,
        )
    found = list(_rows_of(options.out / PARTS, person))
    if not found:
        raise _no_row(options.out)
    loaded = load_screening(options)
    plan = _plan(options, loaded)
    if plan is None:
        return "\n\n".join("\n".join(rule_words(one.row, loaded, lang)) for one in found)
    return "\n\n".join(_words(one, plan, (loaded, options.ecg_folder), lang) for one in found)


def _no_row(out: Path) -> RecordError:
    """Return the refusal of a person without a row; one whose line was left out is hinted at."""
    remedy = "Check the pseudonym; it is compared letter by letter"
    manifest = out / MANIFEST_FILE
    lost = stored_json(manifest).get("malformed_lines", []) if manifest.is_file() else []
    if lost:
        places = "; ".join(f"{one['file']} line {_numbers(one)}" for one in lost)
        remedy += (
            ". Lines that could not be split into the columns were left out, and the person may "
            f"stand in one of them: {places} (malformed_lines of {MANIFEST_FILE})"
        )
    return RecordError(
        found="a person of whom the result has no row",
        why="there is nothing to explain",
        remedy=remedy,
        path="--person",
    )


def _numbers(lost: Mapping[str, Any]) -> str:
    more = ", ..." if lost["count"] > len(lost["first_lines"]) else ""
    return ", ".join(str(number) for number in lost["first_lines"]) + more


def _rows_of(folder: Path, person: str) -> Iterator[_Found]:
    for path in sorted(folder.glob("part-*.parquet")):
        names = read_part(path, ["person_id"]).column(0)
        for position in np.flatnonzero(pc.equal(names, person).fill_null(False).to_numpy()):
            row = read_part(path).slice(int(position), 1).to_pylist()[0]
            fragment, _, chunk = path.name[_PLACE].partition("-")
            yield _Found(row, int(fragment), int(chunk), int(position))


def _plan(options: BatchOptions, loaded: Loaded) -> BatchPlan | None:
    """Return the plan of the run where its input is at hand; None where it is not."""
    collected = read_collected(options.out / COLLECTED)
    if collected is None and not options.inputs:
        return None
    stored = stored_json(options.out / PLAN_FILE)
    if "chunk_rows" not in stored:
        raise BatchRefused(
            found="a plan that can't be read",
            why="the row of the person can't be found again in the input",
            remedy="Run the batch again into a new folder, or leave out --input",
            path=PLAN_FILE,
        )
    numbering = bool(stored.get("ecg", {}).get("same_numbering", True))
    options = replace(options, resume=True, chunk_rows=int(stored["chunk_rows"]),
                      ecg_same_numbering=numbering)  # fmt: skip
    plan = make_plan(options, loaded, collected)
    content = {key: value for key, value in stored.items() if key != TODAY}
    same = ("input", "mapping", "models", "guidelines", "columns", "code", "ecg", "bulk")
    changed = [key for key in same if content.get(key) != plan.content[key]]
    if changed:
        raise BatchRefused(
            found=f"an input or a set-up that is not that of the run ({', '.join(changed)} differ)",
            why="the words of another run would be put beside this row",
            remedy="Give the same inputs, mapping, models, guidelines and --ecg-folder, "
            "or leave out --input",
            path=PLAN_FILE,
        )
    return plan


def _words(
    found: _Found, plan: BatchPlan, screened_by: tuple[Loaded, Path | None], lang: str
) -> str:
    loaded, folder = screened_by
    if found.row["status_reason"] == WITHDRAWN:
        return "\n".join(rule_words(found.row, loaded, lang))
    fragment = plan.fragments[found.fragment]
    table = plan.tables[fragment.file.name]
    chunks = read_chunks(fragment, table.columns, table.csv, chunk_rows=plan.chunk_rows)
    chunk = next(chunk for chunk in chunks if chunk.index == found.chunk)
    people, _ = split_withdrawn(chunk.table, table.person, plan.withdrawn)
    one = people.slice(found.position, 1)
    refused = _refusal(one, table, lang)
    if refused:
        return "\n".join([*rule_words(found.row, loaded, lang), *refused])
    place = Place(fragment.file.name, chunk.offset + found.position, plan.today)
    numbering = bool(plan.content["ecg"].get("same_numbering", True))
    rows, signals = _with_ecg(one, table, place, None if folder is None else (folder, numbering))
    screening = screen_columns(rows.batch, loaded.models, loaded.guidelines, signals=signals)
    if signals and folder is not None and plan.earlier_ecgs is not None:
        from ..ecg.earlier import with_earlier  # noqa: PLC0415 - filters, only where there are ECGs

        where = (folder, numbering)
        screening, _ = with_earlier(screening, rows, signals, where, plan.earlier_ecgs)
    day = found.row["visit_date"]
    draft = draft_of(screening, 0, "" if day is None else day.isoformat())
    return render_text(draft, lang, model_labels(loaded.models, lang))


def _refusal(one: Any, table: TablePlan, lang: str) -> list[str]:  # noqa: ANN401
    """Return why the Bundle of a row was refused as a whole, which no draft can say."""
    if not table.bundle:
        return []
    from ..collected.bundles import refusal_of  # noqa: PLC0415 - FHIR, only where it is read

    return refusal_of(one, table, lang)


def _with_ecg(
    one: Any,  # noqa: ANN401 - pyarrow has no types
    table: TablePlan,
    place: Place,
    where: tuple[Path, bool] | None,
) -> tuple[TableRows, Mapping[int, EcgSignal]]:
    """Return one row, with its ECG where the run read them."""
    if not table.bundle and (where is None or not table.ecg):
        return table_rows(one, table, place), {}
    from ..ecg.rows import rows_with_ecgs  # noqa: PLC0415 - filters, only where there are ECGs

    rows, signals, _ = rows_with_ecgs(one, table, place, where or (None, True))
    return rows, signals
