"""The public ECG sets at full scale: what each is, how its folder is read, and its checksums.

Licences, citations and addresses stand in ``ecg_sets.toml``. A reader yields the records of a
folder as the publisher lays it out; labels stay the publisher's own codes.
"""

import ast
import csv
import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError
from .ecg_files import AnnotatedEcg, absent, house_name, read_wfdb
from .ludb import read_ludb
from .mitdb import read_mitdb

CODES: Final = "codes"
SPLIT: Final = "split"
SUMS: Final = "SHA256SUMS.txt"
_DIAGNOSES: Final = "Dx:"
_CODE15_LEADS: Final = (
    "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6",
)  # fmt: skip
_CODE15_RATE_HZ: Final = 400.0
_CODE15_LABELS: Final = ("1dAVb", "RBBB", "LBBB", "SB", "ST", "AF")
_SEX: Final = {"0": "Male", "1": "Female"}
Reader = Callable[[Path], Iterator[AnnotatedEcg]]


@cache
def sets() -> Mapping[str, Mapping[str, Any]]:
    """Return the described sets by id."""
    text = (files(__package__ or "") / "ecg_sets.toml").read_text(encoding="utf-8")
    found: dict[str, Mapping[str, Any]] = tomllib.loads(text)["set"]
    return found


@cache
def aami_class(symbol: str) -> str:
    """Return the class of AAMI EC57 (N, S, V, F, Q) of a beat's symbol.

    >>> [aami_class(s) for s in "NAV/F"]
    ['N', 'S', 'V', 'Q', 'F']
    """
    text = (files(__package__ or "") / "ecg_sets.toml").read_text(encoding="utf-8")
    for name, symbols in tomllib.loads(text)["aami"].items():
        if symbol in symbols:
            return str(name)
    return "Q"


def described(name: str) -> Mapping[str, Any]:
    """Return what is known of a set.

    Raises
    ------
    DataError : there is no such set
    """
    if name not in sets():
        raise DataError(
            found=f"the set {name!r}",
            why="no reader knows how its folder is laid out",
            remedy=f"Name one of {', '.join(sets())}",
            path="set",
        )
    return sets()[name]


def read_set(name: str, folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every record of a set from the publisher's own folder.

    Parameters
    ----------
    name : id in ``ecg_sets.toml``
    folder : as it was downloaded

    Raises
    ------
    DataError : there is no such set, or its table or a record is not in the folder
    """
    return READERS[described(name)["kind"]](folder)


def read_challenge(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read challenge records: SNOMED codes, age and sex stand in the header's comments."""
    headers = sorted(folder.rglob("*.hea"))
    if not headers:
        raise absent("challenge record")
    for header in headers:
        about = {}
        for line in header.read_text(encoding="latin-1").splitlines():
            key, _, value = line.lstrip("# ").partition(" ")
            if line.startswith("#"):
                about[key] = value.strip()
        codes = about.get(_DIAGNOSES, "").replace(" ", "").replace(",", "|")
        labels = {CODES: codes, "age": about.get("Age:", ""), "sex": about.get("Sex:", "")}
        stem = header.with_suffix("")
        yield AnnotatedEcg(stem.name, stem.name, read_wfdb(stem), labels=labels)


def read_ptbxl(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read PTB-XL at 500 Hz; a code counts where its likelihood is not 0 (0 means unknown there).

    The publisher writes a likelihood of 0 for statements of form and rhythm that have none: they
    count as well.
    """
    for row in _rows(folder / "ptbxl_database.csv"):
        stated = ast.literal_eval(row["scp_codes"])
        labels = {
            CODES: "|".join(stated),
            SPLIT: row["strat_fold"].partition(".")[0],
            "age": row["age"],
            "sex": _SEX.get(row["sex"].partition(".")[0], ""),
        }
        signal = read_wfdb(folder / row["filename_hr"])
        person = row["patient_id"].partition(".")[0]
        yield AnnotatedEcg(row["ecg_id"], person, signal, labels=labels)


def read_cinc2017_full(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read the strips of the challenge 2017 with the third version of their labels."""
    table = folder / "REFERENCE-v3.csv"
    if not table.is_file():
        raise absent(table.name)
    stems = {p.stem: p.with_suffix("") for p in folder.rglob("*.hea")}
    with table.open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.reader(handle) if row]
    for name, label in rows:
        if name not in stems:
            raise absent(name)
        yield AnnotatedEcg(name, name, read_wfdb(stems[name]), labels={"label_v3": label})


def read_code15(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read CODE-15 %: HDF5 parts with ``tracings`` (n, 4096, 12) and ``exam_id``, millivolt.

    Zeros before and after a recording are padding and are cut.
    """
    import h5py  # noqa: PLC0415 - only this set needs it

    about = {row["exam_id"]: row for row in _rows(folder / "exams.csv")}
    parts = sorted(folder.glob("*.hdf5"))
    if not parts:
        raise absent("exams_part0.hdf5")
    for part in parts:
        with h5py.File(part) as opened:
            names = [str(int(n)) for n in opened["exam_id"][:]]
            for i, name in enumerate(names):
                if name in about:
                    yield _code15(name, about[name], np.asarray(opened["tracings"][i], np.float64))


def _code15(name: str, row: Mapping[str, str], samples: np.ndarray) -> AnnotatedEcg:
    told = np.flatnonzero(np.abs(samples).max(axis=1) > 0)
    kept = samples[told[0] : told[-1] + 1] if len(told) else samples
    leads = {house_name(lead): kept[:, i] for i, lead in enumerate(_CODE15_LEADS)}
    codes = "|".join(c for c in _CODE15_LABELS if row.get(c, "").lower() in ("1", "true"))
    sex = "Male" if row.get("is_male", "").lower() in ("1", "true") else "Female"
    labels = {CODES: codes, "age": row.get("age", ""), "sex": sex}
    signal = EcgSignal.of(leads, _CODE15_RATE_HZ, complete=False)
    return AnnotatedEcg(name, row.get("patient_id", name), signal, labels=labels)


def _rows(table: Path) -> list[dict[str, str]]:
    if not table.is_file():
        raise absent(table.name)
    with table.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


READERS: Final[Mapping[str, Reader]] = {
    "challenge": read_challenge,
    "ptbxl": read_ptbxl,
    "cinc2017": read_cinc2017_full,
    "code15": read_code15,
    "ludb": read_ludb,
    "beats": read_mitdb,
}


def check_set(folder: Path) -> int:
    """Compare the files of a folder with the publisher's ``SHA256SUMS.txt``.

    Returns
    -------
    how many files were compared; files that the list names and the folder lacks are not counted

    Raises
    ------
    DataError : the list is absent, or a file differs from it
    """
    listed = folder / SUMS
    if not listed.is_file():
        raise absent(SUMS)
    compared = 0
    for line in listed.read_text(encoding="utf-8").splitlines():
        wanted, _, name = line.partition(" ")
        path = folder / name.strip().lstrip("*")
        if name and path.is_file():
            _require(path, wanted)
            compared += 1
    return compared


def _require(path: Path, wanted: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != wanted:
        raise DataError(
            found=f"{path.name} with sha256 {found[:12]}, listed is {wanted[:12]}",
            why="a file that differs from its publisher's can't be trusted to train or to judge",
            remedy="Remove the file and download it again",
            path=path.name,
        )
