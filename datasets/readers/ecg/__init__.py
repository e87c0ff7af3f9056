"""ECG files of every format, read into one typed recording."""

from .errors import (
    EcgAmbiguous,
    EcgDamaged,
    EcgIncomplete,
    EcgTooLarge,
    EcgUnnamed,
    EcgUnreadable,
    EcgUnsupported,
    ReaderMissing,
)
from .person import person_problems, unstated_person
from .recording import Declared, EcgHeader, EcgRecording, Filters
from .registry import is_recording, read_ecg, read_ecgs
from .wfdb_write import EcgUnwritable, write_wfdb

__all__ = [
    "Declared",
    "EcgAmbiguous",
    "EcgDamaged",
    "EcgHeader",
    "EcgIncomplete",
    "EcgRecording",
    "EcgTooLarge",
    "EcgUnnamed",
    "EcgUnreadable",
    "EcgUnsupported",
    "EcgUnwritable",
    "Filters",
    "ReaderMissing",
    "is_recording",
    "person_problems",
    "read_ecg",
    "read_ecgs",
    "unstated_person",
    "write_wfdb",
]
