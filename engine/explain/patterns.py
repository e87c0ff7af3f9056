"""Records that miss the same items, taken together."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..record import BoolArray

_WORD_BITS = 64


def patterns(mask: BoolArray) -> tuple[BoolArray, NDArray[np.intp]]:
    """Return the different rows of a mask, and which of them each record has.

    Parameters
    ----------
    mask : shape (n, k)

    Returns
    -------
    shape (p, k), patterns in a fixed order, and shape (n,), positions in them

    >>> different, which = patterns(np.array([[True], [False], [True]]))
    >>> different.tolist(), which.tolist()
    ([[False], [True]], [1, 0, 1])
    """
    if (mask == mask[:1]).all():
        return mask[:1], np.zeros(len(mask), dtype=np.intp)
    _, first, which = np.unique(_codes(mask), return_index=True, return_inverse=True)
    return mask[first], which.astype(np.intp)


def _codes(mask: BoolArray) -> NDArray[np.generic]:
    """Return (n,) one number a row, which orders rows as their bits do; bytes where k is large."""
    packed = np.packbits(mask, axis=1)
    if mask.shape[1] > _WORD_BITS:
        return np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").reshape(-1)
    codes = np.zeros(len(mask), dtype=np.uint64)
    for byte in packed.T:
        codes = (codes << np.uint64(8)) | byte
    return codes


def same_pattern(mask: BoolArray) -> Iterator[tuple[BoolArray, NDArray[np.intp]]]:
    """Yield each different row of a mask with the records that have it.

    Parameters
    ----------
    mask : shape (n, k)

    Returns
    -------
    pairs of shape (k,) and the rows, patterns in a fixed order
    """
    different, which = patterns(mask)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))[:-1]
    if len(mask):
        yield from zip(different, np.split(order, ends), strict=True)
