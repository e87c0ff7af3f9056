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
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError
from .cinc2017 import read_cinc2017
from .ecg_files import AnnotatedEcg, absent, house_name, read_wfdb
from .ludb import read_ludb
from .mitdb import read_mitdb
from .qtdb import read_qtdb

CODES: Final = "codes"
SPLIT: Final = "split"
UNSURE: Final = "unsure"
_LIKELY: Final = 50.0
SUMS: Final = "SHA256SUMS.txt"
_DIAGNOSES: Final = "Dx:"
_CODE15_LEADS: Final = (
    "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6",
)  # fmt: skip
_CODE15_RATE_HZ: Final = 400.0
_CODE15_LABELS: Final = ("1dAVb", "RBBB", "LBBB", "SB", "ST", "AF")
_SEX: Final = {"0": "Male", "1": "Female"}


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


def read_set(name: str, folder: Path, *, start: int = 0) -> Iterator[AnnotatedEcg]:
    """Read the records of a set from the publisher's own folder, always in the same order.

    Parameters
    ----------
    name : id in ``ecg_sets.toml``
    folder : as it was downloaded
    start : how many records are passed over; the large sets do so without reading them

    Raises
    ------
    DataError : there is no such set, or its table or a record is not in the folder
    """
    kind = described(name)["kind"]
    if kind in LARGE:
        return LARGE[kind](folder, start)
    return islice(SMALL[kind](folder), start, None)


def passes_over(name: str) -> bool:
    """Say whether `read_set` passes records over without reading them."""
    return described(name)["kind"] in LARGE


def read_challenge(folder: Path, start: int = 0) -> Iterator[AnnotatedEcg]:
    """Read challenge records: SNOMED codes, age and sex stand in the header's comments."""
    headers = sorted(folder.rglob("*.hea"))
    if not headers:
        raise absent("challenge record")
    for header in headers[start:]:
        about = {}
        for line in header.read_text(encoding="latin-1").splitlines():
            key, _, value = line.lstrip("# ").partition(" ")
            if line.startswith("#"):
                about[key] = value.strip()
        codes = about.get(_DIAGNOSES, "").replace(" ", "").replace(",", "|")
        labels = {CODES: codes, "age": about.get("Age:", ""), "sex": about.get("Sex:", "")}
        stem = header.with_suffix("")
        yield AnnotatedEcg(stem.name, stem.name, read_wfdb(stem), labels=labels)


def read_ptbxl(folder: Path, start: int = 0) -> Iterator[AnnotatedEcg]:
    """Read PTB-XL at 500 Hz; every code counts, whatever its likelihood.

    The publisher writes 0 where a likelihood is unknown, for statements of form and rhythm always.
    Diagnoses that are less likely than not are listed apart, in ``unsure``.
    """
    for row in _rows(folder / "ptbxl_database.csv")[start:]:
        stated = ast.literal_eval(row["scp_codes"])
        labels = {
            CODES: "|".join(stated),
            UNSURE: "|".join(c for c, percent in stated.items() if 0 < percent < _LIKELY),
            SPLIT: row["strat_fold"].partition(".")[0],
            "age": row["age"],
            "sex": _SEX.get(row["sex"].partition(".")[0], ""),
        }
        signal = read_wfdb(folder / row["filename_hr"])
        person = row["patient_id"].partition(".")[0]
        yield AnnotatedEcg(row["ecg_id"], person, signal, labels=labels)


def read_cinc2017_full(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read the strips of the challenge 2017 with the third version of their labels.

    A part of the set with a table of its own, ``labels.csv`` (`read_cinc2017`), is read as well.
    """
    table = folder / "REFERENCE-v3.csv"
    if not table.is_file():
        if (folder / "labels.csv").is_file():
            yield from read_cinc2017(folder)
            return
        raise absent(table.name)
    stems = {p.stem: p.with_suffix("") for p in folder.rglob("*.hea")}
    with table.open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.reader(handle) if row]
    for name, label in rows:
        if name not in stems:
            raise absent(name)
        yield AnnotatedEcg(name, name, read_wfdb(stems[name]), labels={"label_v3": label})


def read_code15(folder: Path, start: int = 0) -> Iterator[AnnotatedEcg]:
    """Read CODE-15 %: HDF5 parts with ``tracings`` (n, 4096, 12) and ``exam_id``, millivolt.

    Zeros before and after a recording are padding and are cut.
    """
    about = {row["exam_id"]: row for row in _rows(folder / "exams.csv")}
    parts = sorted(folder.glob("*.hdf5"))
    if not parts:
        raise absent("exams_part0.hdf5")
    yield from _tracings(parts, about, start)


def _tracings(
    parts: list[Path], about: Mapping[str, Mapping[str, str]], start: int
) -> Iterator[AnnotatedEcg]:
    import h5py  # noqa: PLC0415 - only this set needs it

    passed = 0
    for part in parts:
        with h5py.File(part) as opened:
            for i, number in enumerate(opened["exam_id"][:]):
                name = str(int(number))
                # Each part ends with a row of zeros whose exam_id, 0, the table does not hold.
                if name not in about:
                    continue
                passed += 1
                if passed > start:
                    samples = np.asarray(opened["tracings"][i], np.float64)
                    yield _code15(name, about[name], samples)


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


LARGE: Final[Mapping[str, Callable[[Path, int], Iterator[AnnotatedEcg]]]] = {
    "challenge": read_challenge,
    "ptbxl": read_ptbxl,
    "code15": read_code15,
}
SMALL: Final[Mapping[str, Callable[[Path], Iterator[AnnotatedEcg]]]] = {
    "cinc2017": read_cinc2017_full,
    "ludb": read_ludb,
    "beats": read_mitdb,
    "qtdb": read_qtdb,
}


def check_set(folder: Path) -> int:
    """Compare the files of a folder with the list that was kept when it was downloaded.

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
        told, _, name = line.partition(" ")
        kind, _, wanted = told.rpartition(":")
        path = folder / name.strip().lstrip("*")
        if name and path.is_file():
            _require(path, kind or "sha256", wanted)
            compared += 1
    return compared


def digest_of(path: Path, kind: str) -> str:
    """Return the checksum of a file, read piece by piece."""
    with path.open("rb") as handle:
        return hashlib.file_digest(
            handle, lambda: hashlib.new(kind, usedforsecurity=False)
        ).hexdigest()


def _require(path: Path, kind: str, wanted: str) -> None:
    found = digest_of(path, kind)
    if found != wanted:
        raise DataError(
            found=f"{path.name} with {kind} {found[:12]}, listed is {wanted[:12]}",
            why="a file that differs from its publisher's can't be trusted to train or to judge",
            remedy="Remove the file and download it again",
            path=path.name,
        )
