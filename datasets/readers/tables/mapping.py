"""A mapping: which column of a foreign table is what, in which unit.

docs/how-to/batch.md explains every key of the file that it is read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SCHEMA: Final = "laennec.mapping/1"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one canonical column, item or question comes from.

    Attributes
    ----------
    columns : columns of the table; several are readings of one item, or answers of which any counts
    constant : the same for every row; None where columns say it
    row_number : the row's number stands for the person
    unit : UCUM, as declared; empty where the name of the target says it
    values : text in the table -> answer
    missing : texts or numbers that mean "nothing there"
    date_format : a key of ``FORMATS``
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    row_number: bool = False
    unit: str = ""
    values: Mapping[str, str] | None = None
    missing: tuple[str, ...] = ()
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping that was read; ``sources`` by canonical column, slot or question."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    csv: CsvForm = field(default_factory=CsvForm)
    text: str = ""
