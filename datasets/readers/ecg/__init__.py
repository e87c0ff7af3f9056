"""ECG files of every format, read into one typed recording."""

from .errors import (
    EcgAmbiguous,
    EcgDamaged,
    EcgIncomplete,
    EcgTooLarge,
    EcgUnreadable,
    EcgUnsupported,
    ReaderMissing,
)
from .recording import Declared, EcgHeader, EcgRecording, Filters
from .registry import read_ecg, read_ecgs

__all__ = [
    "Declared",
    "EcgAmbiguous",
    "EcgDamaged",
    "EcgHeader",
    "EcgIncomplete",
    "EcgRecording",
    "EcgTooLarge",
    "EcgUnreadable",
    "EcgUnsupported",
    "Filters",
    "ReaderMissing",
    "read_ecg",
    "read_ecgs",
]
