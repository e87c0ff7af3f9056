"""The readers, in the order in which they are asked."""

from typing import Final

from . import wfdb
from .registry import Reader

READERS: Final = (
    Reader(wfdb.FORMAT, wfdb.sniff_beside, wfdb.read_beside),
    Reader(wfdb.FORMAT, wfdb.sniff_header, wfdb.read),
)
