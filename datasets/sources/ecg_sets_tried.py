"""Which readers of the public ECG sets were tried on real files, and which on made folders only.

    python -m laennec.datasets.sources.ecg_sets_tried DIR [PAGE]

reads what real files ``DIR/ecg`` holds of each set, every record, and writes the table of
``docs/how-to/ecg-sets-tried.md``.
"""

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...engine.errors import DataError
from .cinc2017 import LABEL, read_cinc2017
from .ecg_files import AnnotatedEcg
from .ecg_sets import CODES, LARGE, SMALL, sets

HEAD: Final = """# Which public ECG sets were read from real files

Made by `python -m laennec.datasets.sources.ecg_sets_tried DIR docs/how-to/ecg-sets-tried.md`,
which reads every record again. No set was at hand as a whole: none was read in full, and none was
trained on at full size; the download was tried on a made publisher. Made folders are those of
`tests/unit/training/test_ecg_sets.py` and `test_ecg_full_scale.py`.

| set | real records read | with labels, beats or waves | not from real files |
|---|---|---|---|
"""
_USAGE: Final = 2


@dataclass(frozen=True, slots=True)
class Tried:
    """What was read of one set.

    Parameters
    ----------
    name : id in ``ecg_sets.toml``
    records : real records that were read
    told : how many of them have labels, beats or waves
    left : what was not read from real files, in words
    """

    name: str
    records: int
    told: int
    left: str


def tried(folder: Path) -> list[Tried]:
    """Read every real record of each set.

    Parameters
    ----------
    folder : of the development data, or its folder ``ecg``

    Raises
    ------
    DataError : a record can't be read, or a folder that is named is not there
    """
    ecg = folder / "ecg" if (folder / "ecg").is_dir() else folder
    return [_tried(ecg, row) for row in _asked()]


def _asked() -> list[Mapping[str, Any]]:
    """Return one row for each set.

    Raises
    ------
    DataError : a set has none, or several
    """
    text = (files(__package__ or "") / "ecg_sets_tried.toml").read_text(encoding="utf-8")
    rows: list[Mapping[str, Any]] = tomllib.loads(text)["tried"]
    if sorted(row["set"] for row in rows) != sorted(sets()):
        raise DataError(
            found="ecg_sets_tried.toml names other sets than ecg_sets.toml",
            why="a set without a row would look as if it had been read",
            remedy="Give each set one row",
            path="ecg_sets_tried.toml",
        )
    return rows


def _tried(ecg: Path, row: Mapping[str, Any]) -> Tried:
    records = told = 0
    if "folder" in row:
        for one in _reader(row["kind"])(ecg / row["folder"]):
            if one.record.startswith(row.get("begins", "")):
                records += 1
                told += _is_told(one)
    return Tried(row["set"], records, told, row.get("left", ""))


def _reader(kind: str) -> Callable[[Path], Iterator[AnnotatedEcg]]:
    if kind == "strips":
        return read_cinc2017
    return SMALL[kind] if kind in SMALL else lambda folder: LARGE[kind](folder, 0)


def _is_told(one: AnnotatedEcg) -> bool:
    labels = one.labels.get(CODES) or one.labels.get(LABEL)
    return bool(labels) or len(one.beats) > 0 or bool(one.waves)


def page(found: list[Tried]) -> str:
    """Return the page of the documentation."""
    rows = [f"| `{t.name}` | {t.records} | {t.told} | {t.left or 'nothing'} |" for t in found]
    return HEAD + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Print the page, or write it to a file."""
    if not 1 <= len(arguments) <= _USAGE:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return _USAGE
    try:
        text = page(tried(Path(arguments[0])))
    except DataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if len(arguments) == _USAGE:
        Path(arguments[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
