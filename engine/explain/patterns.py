"""Records that miss the same items, taken together."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]


def same_pattern(mask: BoolArray) -> Iterator[tuple[BoolArray, NDArray[np.intp]]]:
    """Yield each different row of a mask with the records that have it.

    Parameters
    ----------
    mask : shape (n, k)

    Returns
    -------
    pairs of shape (k,) and the rows, patterns in a fixed order
    """
    if (mask == mask[:1]).all():
        if len(mask):
            yield mask[0], np.arange(len(mask))
        return
    packed = np.packbits(mask, axis=1)
    codes = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").reshape(-1)
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))[:-1]
    for start, rows in zip(first, np.split(order, ends), strict=True):
        yield mask[start], rows
