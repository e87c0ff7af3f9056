"""The parts of a result: whole or not there, each with what it holds in its own metadata."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ....engine.words import LANGUAGES, Sentences
from ...whole_files import kept_whole
from ..table.columns import leaves
from ..table.output import ENCODED
from ..table.status import NOT_ASSESSABLE, REFUSED, SCORED
from .fingerprint import Fingerprint, fingerprint

PARTS: Final = "parts"
MANIFEST_FILE: Final = "manifest.json"
COLLECTED: Final = "collected"
"""The table that was made of an OMOP CDM or of Bulk Data, in the folder of the result."""

ANSWERS: Final = "answers"
"""The answers to the Bundles of each part, beside the parts."""

RESULT_SCHEMA: Final = "laennec.batch/2"
_METADATA: Final = b"laennec"
_ECG_TEXTS: Final = (
    "ecg_state", "ecg_rules_not_applied", "ecg_earlier_state", "ecg_new_block",
    "ecg_new_q_waves", "ecg_new_rhythm", "ecg_qtc_longer", "ecg_axis_shifted",
)  # fmt: skip
_WRITING: Final[Mapping[str, Any]] = {
    "compression": "zstd",
    "use_dictionary": [*(path for path, is_text in leaves(ENCODED) if is_text), *_ECG_TEXTS],
    "write_statistics": False,
    "store_schema": False,
}
"""Texts that repeat are dictionaries, numbers are not; what is read again are plain strings."""

_PART_NAME: Final = re.compile(r"part-(?P<fragment>\d{6})-(?P<chunk>\d{6})\.parquet")


@dataclass(frozen=True, slots=True)
class PartRecord:
    """What one part holds; it stands in the part's own metadata, so it can't be lost from it.

    Attributes
    ----------
    plan : hash of the plan that it belongs to
    is_last : nothing follows in its fragment
    bad_row_count, bad_rows : lines of the whole fragment that are no row; in its last part only
    counts : status -> reason -> rows
    items : ``<item>:<code>`` of values that were refused -> how many
    sums : the fingerprint's two sums
    answers : hash of the file of answers beside the part; empty where there is none
    """

    plan: str
    fragment: int
    chunk: int
    rows: int
    is_last: bool
    bad_row_count: int
    bad_rows: tuple[int, ...]
    counts: Mapping[str, Mapping[str, int]]
    items: Mapping[str, int]
    sums: tuple[int, int]
    answers: str = ""

    @property
    def name(self) -> str:
        """Return the part's file name."""
        return part_name(self.fragment, self.chunk)

    @property
    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of its rows."""
        return Fingerprint(self.rows, *self.sums)


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is in the output folder."""

    record: PartRecord
    sha256: str
    bytes: int = field(default=0)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Part":
        """Return a part that was sent as plain data."""
        return cls(_record(raw["record"]), raw["sha256"], raw["bytes"])


def _record(raw: Mapping[str, Any]) -> PartRecord:
    return PartRecord(**{**raw, "bad_rows": tuple(raw["bad_rows"]), "sums": tuple(raw["sums"])})


def part_name(fragment: int, chunk: int) -> str:
    """Return the file name of a part."""
    return f"part-{fragment:06d}-{chunk:06d}.parquet"


def answers_name(part: str) -> str:
    """Return the file of the answers that belong to a part.

    >>> answers_name("part-000000-000000.parquet")
    'part-000000-000000.ndjson'
    """
    return part.replace(".parquet", ".ndjson")


def describe_part(table: Any, place: tuple[str, int], chunk: Any) -> PartRecord:  # noqa: ANN401 - pyarrow has no types
    """Return the record of a result table; ``place`` is the plan's hash and the fragment."""
    sums = fingerprint(table)
    return PartRecord(
        plan=place[0],
        fragment=place[1],
        chunk=chunk.index,
        rows=table.num_rows,
        is_last=chunk.is_last,
        bad_row_count=chunk.bad_row_count,
        bad_rows=chunk.bad_rows,
        counts=_counts(table),
        items=_item_counts(table),
        sums=(sums.first, sums.second),
    )


def _counts(table: Any) -> dict[str, dict[str, int]]:  # noqa: ANN401
    counts: dict[str, dict[str, int]] = {SCORED: {}, NOT_ASSESSABLE: {}, REFUSED: {}}
    grouped = pa.table(
        {"status": table.column("status"), "reason": table.column("status_reason")}
    ).group_by(["status", "reason"])
    for row in grouped.aggregate([([], "count_all")]).to_pylist():
        counts[row["status"]][row["reason"] or ""] = row["count_all"]
    return {status: dict(sorted(found.items())) for status, found in counts.items()}


def _item_counts(table: Any) -> dict[str, int]:  # noqa: ANN401
    found = pc.value_counts(pc.list_flatten(table.column("refused_items"))).to_pylist()
    return {row["values"]: row["counts"] for row in sorted(found, key=lambda r: r["values"])}


def write_part(folder: Path, table: Any, record: PartRecord) -> Part:  # noqa: ANN401
    """Write a part aside and rename it: a part that is there is whole.

    Raises
    ------
    OSError  if the disk does not take it; nothing is left behind
    """
    text = json.dumps(asdict(record), sort_keys=True)
    target = folder / record.name
    with (
        kept_whole(target) as aside,
        pq.ParquetWriter(aside, table.schema, **_WRITING) as writer,
    ):
        writer.write_batch(table)
        writer.add_key_value_metadata({_METADATA.decode(): text, **_flags()})
    return Part(record, file_sha256(target), target.stat().st_size)


@cache
def _flags() -> Mapping[str, str]:
    """Return what every result says of itself, in every language."""
    said = {f"laennec.disclaimer.{lang}": Sentences(lang).text("disclaimer") for lang in LANGUAGES}
    return {"laennec.status": "unconfirmed", **said}


def disclaimers() -> dict[str, str]:
    """Return the disclaimer by language."""
    return {lang: Sentences(lang).text("disclaimer") for lang in LANGUAGES}


def file_sha256(path: Path) -> str:
    """Return the hash of a file, read in constant memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parts_there(folder: Path, plan: str) -> dict[str, Part]:
    """Return the whole parts of this plan; what is not one is removed and made again."""
    found: dict[str, Part] = {}
    for path in sorted(folder.iterdir()):
        part = _read_part(path, plan)
        if part is None:
            path.unlink()
        else:
            found[path.name] = part
    return found


def part_of(out: Path, name: str, plan: str) -> Part | None:
    """Return a part of a folder of results where it is there and whole."""
    path = out / PARTS / name
    return _read_part(path, plan) if path.is_file() else None


def _read_part(path: Path, plan: str) -> Part | None:
    try:
        metadata = pq.read_schema(path).metadata or {}
        record = _record(json.loads(metadata.get(_METADATA, b"{}")))
        table = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        return None
    if not _PART_NAME.fullmatch(path.name) or record.name != path.name or record.plan != plan:
        return None
    if not _has_answers(path, record):
        return None
    whole = sum((fingerprint(b) for b in table.to_batches()), Fingerprint())
    if whole != record.fingerprint:
        return None
    return Part(record, file_sha256(path), path.stat().st_size)


def _has_answers(part: Path, record: PartRecord) -> bool:
    """Say whether the answers of a part are beside it and whole, where it says that there are."""
    path = part.parent.parent / ANSWERS / answers_name(part.name)
    return not record.answers or (path.is_file() and file_sha256(path) == record.answers)
