"""Records of the public sets at full scale, chosen by a config file, with what is known of each.

    [[set]]
    name = "ptbxl"                       # id in datasets/sources/ecg_sets.toml
    folder = "/data/ptb-xl/1.0.3"        # as it was downloaded
    part = "train"                       # of the split that the set has; all records without it

Labels become statements by ``models/ecg_findings/labels_sets.toml``. Each set is one source: left
out as a whole, as the hospitals of the development records are.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...datasets.sources.ecg_sets import CODES, SPLIT, UNSURE, described, read_set
from ...engine.errors import DataError
from .labels import FOLDER, UNKNOWN, ludb_truth, truth_of

_ASKED = ("name", "folder")
Known = tuple[str, AnnotatedEcg, dict[str, float]]


def is_config(data: Path) -> bool:
    """Say whether the data are chosen by a config file rather than given as a folder."""
    return data.suffix == ".toml"


def chosen_sets(config: Path) -> list[dict[str, Any]]:
    """Return what a config chooses.

    Raises
    ------
    DataError : it can't be read, names no set or one without a folder, or one that has no twelve
        leads or no such part
    """
    try:
        asked = tomllib.loads(config.read_text(encoding="utf-8")).get("set", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = f"a file that can't be read ({type(error).__name__})"
        raise _wrong(
            found, "nothing would be learned", "Write it as docs/how-to/train.md"
        ) from error
    if not asked or not isinstance(asked, list):
        raise _wrong("no [[set]]", "nothing would be learned", "Name a set and its folder")
    for one in asked:
        if not isinstance(one, dict) or not all(isinstance(one.get(k), str) for k in _ASKED):
            found = "a set without its name or its folder"
            raise _wrong(found, "it is not known what is read", "Give name and folder, as texts")
        about = described(one["name"])
        if "labels" not in about:
            found = f"the set {one['name']!r}"
            raise _wrong(found, "it has no twelve-lead statements", "Name another set")
        if "part" in one and one["part"] not in about:
            found = f"the part {one['part']!r} of {one['name']}"
            raise _wrong(found, "the set has no such part", "Leave it out, or name train or test")
    return list(asked)


def records_of(config: Path) -> Iterator[Known]:
    """Yield every chosen record with its source and its truth by statement."""
    labels = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((FOLDER / "labels_sets.toml").read_text(encoding="utf-8"))
    for one in chosen_sets(config):
        about = described(one["name"])
        wanted = about.get(one.get("part", ""))
        for ecg in read_set(one["name"], Path(one["folder"])):
            if wanted is not None and ecg.labels.get(SPLIT, ecg.record) not in wanted:
                continue
            if about["labels"] == "ludb":
                yield one["name"], ecg, ludb_truth(ecg.labels, labels["ludb"])
            else:
                yield one["name"], ecg, known_of(ecg, about, labels, words)


def known_of(
    ecg: AnnotatedEcg,
    about: Mapping[str, Any],
    labels: Mapping[str, Any],
    words: Mapping[str, Any],
) -> dict[str, float]:
    """Return 1, 0 or NaN for every statement, from the publisher's codes of one record.

    Parameters
    ----------
    about : the set as ``ecg_sets.toml`` describes it
    labels, words : ``labels.toml`` and ``labels_sets.toml``
    """
    spelled = words["abbreviation"][about["labels"]]
    codes = {code for code in ecg.labels.get(CODES, "").split("|") if code}
    unsure = {code for code in ecg.labels.get(UNSURE, "").split("|") if code}
    found = frozenset(spelled[code] for code in codes - unsure if code in spelled)
    known = truth_of(found, labels["challenge12"])
    doubtful = frozenset(spelled[code] for code in unsure if code in spelled)
    known |= {
        name: UNKNOWN
        for name, row in labels["challenge12"].items()
        if known[name] == 0.0 and doubtful & set(row["any"])
    }
    told = words["known"].get(about.get("told", ""))
    if told is None:
        return known
    return {name: value if name in told else UNKNOWN for name, value in known.items()}


def _wrong(found: str, why: str, remedy: str) -> DataError:
    return DataError(found=found, why=why, remedy=remedy, path="config")
