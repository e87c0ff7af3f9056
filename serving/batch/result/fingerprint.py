"""A hash of what a result table says, whatever the order of its rows and the files they are in.

Every row becomes one 64-bit number, mixed from its cells; the table's fingerprint is the number of
rows and two sums of these numbers modulo 2**64, as if the rows had been sorted. Sums of parts add
up to the sums of the whole, so no engine has to sort or to hold a table in memory.

This notices that anything changed by accident or by another engine; against tampering stands the
SHA-256 of every part.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.canonical import content_hash

Words = npt.NDArray[np.uint64]

_STEP: Final = 0x9E3779B97F4A7C15
_MULTIPLY: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))
_NULL: Final = np.uint64(0x6E756C6C)
_BYTES: Final = 8
_MODULUS: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Rows, and the two sums modulo 2**64 of their numbers and of their numbers mixed again."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def __add__(self, other: "Fingerprint") -> "Fingerprint":
        return Fingerprint(
            self.rows + other.rows,
            (self.first + other.first) % _MODULUS,
            (self.second + other.second) % _MODULUS,
        )

    def content_sha256(self, columns: tuple[str, ...]) -> str:
        """Return the content hash of a table with these columns, 64 hexadecimal digits."""
        sums = [f"{self.first:016x}", f"{self.second:016x}"]
        return content_hash({"columns": list(columns), "rows": self.rows, "sums": sums})


def fingerprint(table: Any) -> Fingerprint:  # noqa: ANN401 - pyarrow has no types
    """Return the fingerprint of a record batch.

    >>> one = pa.record_batch({"a": ["x", "y"], "b": [1.5, None]})
    >>> other = pa.record_batch({"a": ["y", "x"], "b": [None, 1.5]})
    >>> fingerprint(one) == fingerprint(other)
    True
    """
    rows = _row_numbers(table)
    with np.errstate(over="ignore"):
        return Fingerprint(table.num_rows, int(rows.sum()), int(_mix(rows).sum()))


def _row_numbers(table: Any) -> Words:  # noqa: ANN401
    total = np.zeros(table.num_rows, dtype=np.uint64)
    for position, column in enumerate(table.columns):
        total += _placed(column, position)
    return _mix(total)


def _placed(column: Any, position: int) -> Words:  # noqa: ANN401
    """Return one word a cell that counts differently in another column."""
    if not pa.types.is_dictionary(column.type):
        return _mix(_cells(column) + _place(position))
    words = _mix(_dictionary_words(column.dictionary) + _place(position))
    return words[_indices(column)]


def _place(position: int) -> np.uint64:
    """Return what makes the same cell count differently in another column."""
    return np.uint64(_STEP * (position + 1) % _MODULUS)


def _mix(words: Words) -> Words:
    """Scramble 64-bit words, one to one.

    Source: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195 (SplitMix64's output function).
    """
    words = words + np.uint64(_STEP)
    words ^= words >> _SHIFTS[0]
    words *= _MULTIPLY[0]
    words ^= words >> _SHIFTS[1]
    words *= _MULTIPLY[1]
    words ^= words >> _SHIFTS[2]
    return words


def _cells(column: Any) -> Words:  # noqa: ANN401
    """Return one word a cell; equal cells give equal words whatever array they are in."""
    kind = column.type
    if pa.types.is_list(kind):
        return _lists(column)
    if pa.types.is_struct(kind):
        return _structs(column)
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return _texts(column)
    words = _numbers(column)
    if column.null_count == 0:
        return words
    null = np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False))
    return np.where(null, _NULL, words)


def _numbers(column: Any) -> Words:  # noqa: ANN401
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    values = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        return _mix((values.astype(np.float64) + 0.0).view(np.uint64))
    return _mix(values.astype(np.int64).view(np.uint64))


def _texts(column: Any) -> Words:  # noqa: ANN401
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return _dictionary_words(encoded.dictionary)[_indices(encoded)]


def _dictionary_words(texts: Any) -> Words:  # noqa: ANN401
    """Return one word a text, and that of a null last."""
    return np.append(_text_words(texts.cast(pa.large_binary())), _NULL)


def _indices(encoded: Any) -> Any:  # noqa: ANN401
    """Return which text each cell has; -1 for a null."""
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)


def _text_words(texts: Any) -> Words:  # noqa: ANN401
    """Mix texts eight bytes at a time, all texts together."""
    n = len(texts)
    if n == 0:
        return np.zeros(0, dtype=np.uint64)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :][: n + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    start, length = offsets[:-1], np.diff(offsets)
    words = _mix(length.astype(np.uint64))
    for at in range(0, int(length.max()), _BYTES):
        word = np.zeros(n, dtype=np.uint64)
        for byte in range(_BYTES):
            inside = at + byte < length
            value = data[np.where(inside, start + at + byte, 0)].astype(np.uint64)
            word |= np.where(inside, value, np.uint64(0)) << np.uint64(_BYTES * byte)
        words = np.where(at < length, _mix(words ^ word), words)
    return words


def _structs(column: Any) -> Words:  # noqa: ANN401
    total = np.zeros(len(column), dtype=np.uint64)
    for position, child in enumerate(column.flatten()):
        total += _placed(child, position)
    return _mix(total)


def _lists(column: Any) -> Words:  # noqa: ANN401
    """Mix each element with its place in its list; the sum of them stands for the list."""
    length = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    ends = np.cumsum(length.astype(np.int64))
    starts = ends - length
    cells = _cells(column.flatten())
    place = np.arange(len(cells)) - np.repeat(starts, length)
    sums = np.concatenate(
        [np.zeros(1, np.uint64), np.cumsum(_mix(cells + place.astype(np.uint64)))]
    )
    return _mix(sums[ends] - sums[starts] + length.astype(np.uint64))
