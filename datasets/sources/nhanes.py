"""NHANES: the United States survey with an examination, a laboratory and a sampling design.

Licence: United States public domain. Publisher: CDC/NCHS, https://wwwn.cdc.gov/nchs/nhanes/ (no
DOI). Citation: in ``nhanes.toml``, field ``citation``. Nothing of it is committed here: this module
reads the study file from a folder and says its sha256; it never changes a value.

What a reader must know of these columns: fasting glucose is serum after a reported fast of eight
hours or more and is missing in half of the people; the question behind ``physically_active``
changes in 2007 and the one behind ``family_history_diabetes`` in 2005 (before, it includes
grandparents); age is top-coded at 85, later 80; waist is taken at the iliac crest; pressure on one
arm only.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...engine.errors import DataError
from ...engine.vocabulary.load import read_toml

FloatArray = NDArray[np.float64]
ENVIRONMENT = "LAENNEC_DATA"
DEFAULT_FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class NhanesTable:
    """People of the survey in canonical columns, each of shape (n,); NaN where unknown.

    Parameters
    ----------
    quantities : canonical measured column -> float64, in the unit of its name
    answers : canonical yes/no column -> 0, 1 or NaN
    labels : ``undiagnosed_diabetes``, ``dysglycaemia``, ``is_eligible`` -> 0, 1 or NaN
    design : ``stratum``, ``psu``, ``examination_weight``, ``fasting_weight`` (two-year weights)
    cycle : ``1999-2000`` ... as text
    file_sha256 : name of the file -> sha256 of its bytes
    """

    quantities: Mapping[str, FloatArray]
    answers: Mapping[str, FloatArray]
    labels: Mapping[str, FloatArray]
    design: Mapping[str, FloatArray]
    cycle: NDArray[np.str_]
    file_sha256: Mapping[str, str]

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.cycle)


@cache
def nhanes_source() -> Mapping[str, Any]:
    """Return what ``nhanes.toml`` says: source, file, and which column is what."""
    return read_toml(__package__ or "", "nhanes.toml")


def data_folder(given: Path | None = None) -> Path:
    """Return the folder of development data: the one given, else LAENNEC_DATA, else the default."""
    if given is not None:
        return given
    stated = os.environ.get(ENVIRONMENT)
    return Path(stated) if stated else DEFAULT_FOLDER


def find_nhanes(folder: Path) -> Path:
    """Return the study file below a folder of data, or the file itself.

    Raises
    ------
    DataError  if it is not there
    """
    file = nhanes_source()["file"]
    places = (
        folder,
        folder / file["name"],
        folder / file["folder"] / file["name"],
        folder / "tabular" / file["folder"] / file["name"],
    )
    for place in places:
        if place.is_file():
            return place
    raise DataError(
        found=f"no {file['name']} in the data folder",
        why="the diabetes models are trained on it and on nothing else",
        remedy=f"Set {ENVIRONMENT} to the data folder, or pass --data; it is looked for as "
        f"{file['name']}, {file['folder']}/... and tabular/{file['folder']}/...",
        path=folder.name,
    )


def load_nhanes(folder: Path, *, check_sha256: bool = False) -> NhanesTable:
    """Read the study file.

    Parameters
    ----------
    folder : of data, or the file
    check_sha256 : refuse another content than the one that the shipped models were trained on

    Raises
    ------
    DataError  if the file is missing, is not Parquet, lacks a column, or has another content
    """
    path = find_nhanes(folder)
    sha256 = _sha256(path)
    expected = nhanes_source()["file"]["sha256"]
    if check_sha256 and sha256 != expected:
        raise DataError(
            found=f"{path.name} has the sha256 {sha256}",
            why=f"the development file of the shipped models has {expected}",
            remedy="Use that file, or accept another data set by not asking for this check",
            path=path.name,
        )
    return _canonical(_read(path), {path.name: sha256})


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            found=f"{path.name} can't be read as Parquet ({type(error).__name__})",
            why="nothing of it can be trusted then",
            remedy="Get the file again",
            path=path.name,
        ) from error
    groups = ("quantity", "answer", "label", "design")
    needed = {column for group in groups for column in nhanes_source()[group].values()}
    missing = sorted(needed - set(table.column_names))
    if missing:
        raise DataError(
            found=f"{path.name} has no column {', '.join(missing)}",
            why="a column that is not there would silently count as unknown for everyone",
            remedy="Use the study file that nhanes.toml describes",
            path=path.name,
        )
    return table


def _canonical(table: pa.Table, file_sha256: Mapping[str, str]) -> NhanesTable:
    source = nhanes_source()

    def group(name: str) -> dict[str, FloatArray]:
        return {ours: _floats(table, theirs) for ours, theirs in source[name].items()}

    design = {k: v for k, v in source["design"].items() if k != "cycle"}
    return NhanesTable(
        quantities=group("quantity"),
        answers=group("answer"),
        labels=group("label"),
        design={ours: _floats(table, theirs) for ours, theirs in design.items()},
        cycle=np.array(table.column(source["design"]["cycle"]).to_pylist(), dtype=np.str_),
        file_sha256=dict(file_sha256),
    )


def _floats(table: pa.Table, column: str) -> FloatArray:
    values = table.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(values, dtype=np.float64)
