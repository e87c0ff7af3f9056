"""Arrow columns from codes: a text that repeats is a number and a dictionary, never n strings."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

TEXT: Final = pa.dictionary(pa.int16(), pa.string())
"""The type of a text that repeats; a file of the result holds it as a string."""

Codes = npt.NDArray[np.integer[Any]]


def coded(codes: Codes, names: Sequence[str | None]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return names by code as a dictionary column; -1 is the last one, None is null.

    >>> coded(np.array([0, 2, -1]), ["a", "b", "a", None]).to_pylist()
    ['a', 'a', None]
    """
    different = list(dict.fromkeys(name for name in names if name is not None))
    place = {name: index for index, name in enumerate(different)}
    table = np.array([len(place) if n is None else place[n] for n in names], dtype=np.int16)
    index = table[codes]
    nothing = index == len(place) if None in names else None
    return pa.DictionaryArray.from_arrays(
        pa.array(index, pa.int16(), mask=nothing), pa.array(different, pa.string())
    )


def list_offsets(rows: Codes, n: int) -> Any:  # noqa: ANN401
    """Return the offsets of n lists, given whose each element is, in any order."""
    ends = np.cumsum(np.bincount(rows, minlength=n))
    return pa.array(np.append(0, ends).astype(np.int32))


def plain(kind: Any) -> Any:  # noqa: ANN401
    """Return an Arrow type with strings where it has dictionaries."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(plain(field.type)) for field in kind])
    return kind


def leaves(fields: Any, above: str = "") -> Iterator[tuple[str, bool]]:  # noqa: ANN401
    """Yield the path of every column of a Parquet file, and whether it is a text that repeats."""
    for field in fields:
        path, kind = f"{above}{field.name}", field.type
        if pa.types.is_list(kind):
            path, kind = f"{path}.list.element", kind.value_type
        if pa.types.is_struct(kind):
            yield from leaves(kind, f"{path}.")
        else:
            yield path, pa.types.is_dictionary(kind)
