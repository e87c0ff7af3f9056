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
import pyarrow.parquet as pq

from ...datasets.readers.omop import read_collected
from ...datasets.readers.tables import TablePlan, TableRows, read_chunks, read_rows
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import RecordError
from ...engine.fuzzy.system import TskSystem
from ...engine.guidelines import Guidelines
from ...engine.prediagnosis import Message
from ...engine.risks.labels import model_labels
from ...engine.screen import draft_of, screen_columns
from ...engine.words import Sentences
from ...engine.words.numbers import signed
from ...engine.words.reason_phrases import PRINTED_DECIMALS, as_condition
from ...engine.words.text import render_text
from .ecg_plan import ECG_STATE
from .options import BatchOptions, BatchRefused
from .output import Place
from .parts import COLLECTED, PARTS
from .plan import PLAN_FILE, TODAY, BatchPlan, Loaded, load_screening, make_plan, stored_plan
from .reasons import BIAS, REMEASURE, URGENT, URGENT_ECG
from .withdrawn import WITHDRAWN, split_withdrawn

_PLACE: Final = slice(5, 18)
_TOLD: Final = ("_risk", "_band", "_points", "urgency", "_score", ECG_STATE)


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
    BatchRefused  if the folder holds no result, or the inputs are not those of its run
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
        raise RecordError(
            found="a person of whom the result has no row",
            why="there is nothing to explain",
            remedy="Check the pseudonym; it is compared letter by letter",
            path="--person",
        )
    loaded = load_screening(options)
    plan = _plan(options, loaded)
    if plan is None:
        return "\n\n".join("\n".join(_rule_words(one.row, loaded, lang)) for one in found)
    return "\n\n".join(_words(one, plan, (loaded, options.ecg_folder), lang) for one in found)


def _rows_of(folder: Path, person: str) -> Iterator[_Found]:
    for path in sorted(folder.glob("part-*.parquet")):
        names = pq.read_table(path, columns=["person_id"]).column(0)
        for position in np.flatnonzero(pc.equal(names, person).fill_null(False).to_numpy()):
            row = pq.read_table(path).slice(int(position), 1).to_pylist()[0]
            fragment, _, chunk = path.name[_PLACE].partition("-")
            yield _Found(row, int(fragment), int(chunk), int(position))


def _plan(options: BatchOptions, loaded: Loaded) -> BatchPlan | None:
    """Return the plan of the run where its input is at hand; None where it is not."""
    collected = read_collected(options.out / COLLECTED)
    if collected is None and not options.inputs:
        return None
    stored = stored_plan(options.out / PLAN_FILE)
    numbering = bool(stored.get("ecg", {}).get("same_numbering", True))
    options = replace(options, resume=True, chunk_rows=int(stored["chunk_rows"]),
                      ecg_same_numbering=numbering)  # fmt: skip
    plan = make_plan(options, loaded, collected)
    content = {key: value for key, value in stored.items() if key != TODAY}
    same = ("input", "mapping", "models", "guidelines", "columns", "code", "ecg")
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
        return "\n".join(_rule_words(found.row, loaded, lang))
    fragment = plan.fragments[found.fragment]
    table = plan.tables[fragment.file.name]
    chunks = read_chunks(fragment, table.columns, table.csv, chunk_rows=plan.chunk_rows)
    chunk = next(chunk for chunk in chunks if chunk.index == found.chunk)
    people, _ = split_withdrawn(chunk.table, table.person, plan.withdrawn)
    one = people.slice(found.position, 1)
    place = Place(fragment.file.name, chunk.offset + found.position, plan.today)
    numbering = bool(plan.content["ecg"].get("same_numbering", True))
    rows, signals = _with_ecg(one, table, place, None if folder is None else (folder, numbering))
    screening = screen_columns(rows.batch, loaded.models, loaded.guidelines, signals=signals)
    day = found.row["visit_date"]
    draft = draft_of(screening, 0, "" if day is None else day.isoformat())
    return render_text(draft, lang, model_labels(loaded.models, lang))


def _with_ecg(
    one: Any,  # noqa: ANN401 - pyarrow has no types
    table: TablePlan,
    place: Place,
    where: tuple[Path, bool] | None,
) -> tuple[TableRows, Mapping[int, EcgSignal]]:
    """Return one row, with its ECG where the run read them."""
    if where is None or not table.ecg:
        name, offset, today = place
        return read_rows(one, table, fragment=name, offset=offset, today=today), {}
    from .ecg import rows_with_ecgs  # noqa: PLC0415 - filters, only where there are ECGs

    rows, signals, _ = rows_with_ecgs(one, table, place, where)
    return rows, signals


def _rule_words(row: Mapping[str, Any], loaded: Loaded, lang: str) -> Iterator[str]:
    """Yield the row, and one line for each reason that it keeps."""
    sentences = Sentences(lang, model_labels(loaded.models, lang))
    yield f"{row['person_id']} {row['visit_date'] or ''}".rstrip()
    yield sentences.text("disclaimer")
    yield f"{row['status']} {row['status_reason'] or ''}".rstrip()
    for name, value in row.items():
        if name.endswith(_TOLD) and value is not None:
            yield f"  {name}: {value}"
    yield sentences.text("reason.stored_rules")
    for reason in row["reasons"]:
        words = _reason_words(reason, loaded, sentences)
        given = reason["contribution"]
        if given is not None and not round(given, PRINTED_DECIMALS):
            continue
        figure = "" if given is None else f"{signed(given, sentences.lang)}  "
        yield f"  {reason['finding']}: {figure}{words} [{reason['rule_id']}]"
    for item in (*row["refused_items"], *row["suspect_items"]):
        yield f"  {item}"


def _reason_words(reason: Mapping[str, Any], loaded: Loaded, sentences: Sentences) -> str:
    rule_id, finding = reason["rule_id"], reason["finding"]
    if rule_id == BIAS:
        return "logit"
    if finding in (URGENT, URGENT_ECG, REMEASURE):
        return _whole(f"urgent.{rule_id}", sentences) or _source(loaded.guidelines, rule_id)
    for bundle in loaded.models.loaded:
        if bundle.manifest.outcome == finding and isinstance(bundle.rules, TskSystem):
            for rule in bundle.rules.rules:
                if rule.id == rule_id:
                    premise = {"premise": f"premise:{rule.antecedent}"}
                    words = sentences.render(Message("reason.tsk_rule", premise))
                    return as_condition(words, sentences)
    return _source(loaded.guidelines, rule_id)


def _whole(message_id: str, sentences: Sentences) -> str:
    return sentences.text(message_id) if sentences.is_whole(message_id) else ""


def _source(guidelines: Guidelines, rule_id: str) -> str:
    """Return the guideline of a row or of an urgent rule, with its cut-off."""
    for rule in guidelines.urgent:
        if rule.id == rule_id:
            return rule.citation.guideline
    for row in guidelines.rows:
        if row.id == rule_id:
            cut = row.threshold
            limits = [] if cut is None else [f"{cut.op} {v} {u}" for u, v in cut.printed.items()]
            return f"{', '.join(limits)} ({row.citation.guideline})".strip()
    return ""
