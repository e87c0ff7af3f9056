"""From an Arrow column to coded answers, each different value looked up once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import Int64Array, format_nano
from ....engine.record import UNKNOWN, BoolArray, Int8Array
from .decimals import MISSING_TEXTS, is_decimal_type, is_text_type, read_decimals, unique_texts


@dataclass(frozen=True, slots=True)
class Answers:
    """n coded answers.

    ``codes`` int8 (n,), UNKNOWN where nothing readable stood; ``unreadable`` bool (n,), where
    something did that is no answer.
    """

    codes: Int8Array
    unreadable: BoolArray


def is_answer_type(kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    """Return whether a column of this Arrow type can hold answers."""
    if pa.types.is_dictionary(kind):
        return is_answer_type(kind.value_type)
    return bool(pa.types.is_boolean(kind) or is_decimal_type(kind))


def read_answers(
    column: Any,  # noqa: ANN401
    words: Mapping[str, int],
    *,
    missing: Sequence[str] = (),
) -> Answers:
    """Return the answers of one Arrow column.

    Parameters
    ----------
    column : booleans, numbers or text; a number is looked up by its shortest decimal, so 1.0 is
        ``"1"``; a boolean by ``"true"`` or ``"false"``; text without regard to case
    words : lower-case text -> code; -1 for a text that means "not known"
    missing : further texts that mean "not answered"

    >>> read_answers(pa.array([1.0, 0.0, 7.0, None]), {"1": 1, "0": 0}).codes
    array([ 1,  0, -1, -1], dtype=int8)
    """
    if pa.types.is_dictionary(column.type) and not is_text_type(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return Answers(
            np.full(len(column), UNKNOWN, dtype=np.int8), np.zeros(len(column), dtype=np.bool_)
        )
    texts, index, broken = _unique(column)
    absent = {*MISSING_TEXTS, *missing}
    codes = np.full(len(texts), UNKNOWN, dtype=np.int8)
    unreadable = broken.copy()
    for position, text in enumerate(texts):
        if text is None or text in absent:
            continue
        found = words.get(text.lower())
        codes[position] = UNKNOWN if found is None else found
        unreadable[position] = found is None
    return Answers(codes[index], unreadable[index])


def _unique(column: Any) -> tuple[list[str | None], Int64Array, BoolArray]:  # noqa: ANN401
    """Return the different values as text, which one each row has, and which are not UTF-8."""
    if is_text_type(column.type):
        texts = unique_texts(column)
        return texts.values.to_pylist(), texts.index, texts.broken
    encoded = column.dictionary_encode()
    index = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    values = [*_number_texts(encoded.dictionary), None]
    return values, index, np.zeros(len(values), dtype=np.bool_)


def _number_texts(values: Any) -> list[str | None]:  # noqa: ANN401
    if pa.types.is_boolean(values.type):
        return ["true" if value else "false" for value in values.to_pylist()]
    decimals = read_decimals(values)
    texts: list[str | None] = []
    for nano, present, unreadable in zip(
        decimals.nano.tolist(), decimals.present, decimals.unreadable, strict=True
    ):
        texts.append(format_nano(nano) if present else "out of range" if unreadable else None)
    return texts
