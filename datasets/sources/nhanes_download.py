"""Gets NHANES from its publisher and makes the study file that ``nhanes.py`` reads.

Licence, citation: ``nhanes.toml``. The study file made here holds the columns that the diabetes
models need; it is another file than the one whose sha256 stands in the shipped models.
"""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...engine.errors import DataError
from .nhanes import nhanes_source

LOCK = "nhanes.lock.json"
PERSON = "SEQN"
_TIMEOUT_S = 120
_YES, _NO = 1, 2
_BORDERLINE = 3
_SMOKED_BEFORE = 3
_ACTIVE_AS_OTHERS = 3
_TINY = 1e-70
"""pandas reads the zero of a transport file as 5e-79."""

Fetch = Callable[[str], bytes]


def publisher_files() -> Mapping[str, Any]:
    """Return what ``nhanes_files.toml`` says."""
    text = (files(__package__ or "") / "nhanes_files.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def fetch_url(url: str) -> bytes:
    """Get one file from the publisher."""
    with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the address is the publisher's
        return bytes(answer.read())


def download_nhanes(folder: Path, *, fetch: Fetch = fetch_url) -> Path:
    """Download every file of every cycle that is not there yet, and write the study file.

    Parameters
    ----------
    folder : of data; raw files go to ``nhanes/raw`` below it
    fetch : gets the bytes of an address

    Returns
    -------
    the study file

    Raises
    ------
    DataError  if a file differs from the checksum kept at its first download
    """
    described, place = publisher_files(), folder / "nhanes"
    raw = place / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for cycle in described["cycle"]:
        for name in cycle["files"]:
            path = raw / f"{name}.XPT"
            if not path.exists():
                content = fetch(described["url"].format(year=cycle["year"], file=name))
                _check_lock(place / LOCK, path.name, content)
                path.write_bytes(content)
    study = place / str(nhanes_source()["file"]["name"])
    pq.write_table(study_table(raw, described), study)
    return study


def _check_lock(lock: Path, name: str, content: bytes) -> None:
    """Keep the checksum of a first download; refuse another content later."""
    known: dict[str, str] = json.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}
    found = sha256(content).hexdigest()
    if known.setdefault(name, found) != found:
        raise DataError(
            found=f"{name} now has the sha256 {found}",
            why=f"at its first download it had {known[name]}: the publisher has changed it",
            remedy=f"Read the publisher's note on the change, then remove {name} from {lock.name}",
            path=name,
        )
    lock.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def study_table(raw: Path, described: Mapping[str, Any]) -> pa.Table:
    """Put the study file together from the publisher's files.

    Parameters
    ----------
    raw : folder of XPT files
    described : ``nhanes_files.toml``
    """
    cycles = [_one_cycle(raw, cycle, described) for cycle in described["cycle"]]
    return pa.Table.from_pandas(pd.concat(cycles, ignore_index=True), preserve_index=False)


def _one_cycle(raw: Path, cycle: Mapping[str, Any], described: Mapping[str, Any]) -> pd.DataFrame:
    people: pd.DataFrame | None = None
    for name in cycle["files"]:
        part = pd.read_sas(raw / f"{name}.XPT", format="xport")
        part = part.mask(part.abs() < _TINY, 0.0)
        if people is None:
            people = part
        else:
            fresh = [c for c in part.columns if c == PERSON or c not in people.columns]
            people = people.merge(part[fresh], on=PERSON, how="left")
    if people is None:
        raise DataError(
            found=f"no file is named for the cycle {cycle['name']}",
            why="its people can't be read",
            remedy="Name its files in nhanes_files.toml",
            path=str(cycle["name"]),
        )
    columns = _columns(people, described)
    columns["cycle"] = np.full(len(people), cycle["name"])
    return pd.DataFrame({**columns, **_labels(columns, described["label"])})


def _columns(people: pd.DataFrame, described: Mapping[str, Any]) -> dict[str, np.ndarray]:
    found = {
        name: _first(people, variables).to_numpy(dtype=np.float64)
        for name, variables in described["as_is"].items()
    }
    for name, variables in described["yes_no"].items():
        found[name] = _yes_no(_first(people, variables))
    for name, variables in described["mean"].items():
        readings = people.reindex(columns=variables)
        found[name] = readings.where(readings > 0).mean(axis=1).to_numpy(dtype=np.float64)
    found["diagnosed_diabetes"] = _diagnosed(_first(people, ["DIQ010"]))
    found["bp_med_now"] = _treated(people)
    found["smoker_now"] = _smokes(people)
    found["active"] = _active(people)
    found["tg_mmol"] = found["egfr"] = np.full(len(people), np.nan)
    return found


def _first(people: pd.DataFrame, variables: Sequence[str]) -> pd.Series:
    """Return the first of the variables that this cycle has, all unknown where it has none."""
    for name in variables:
        if name in people.columns:
            return people[name].astype(np.float64)
    return pd.Series(np.nan, index=people.index)


def _yes_no(values: pd.Series) -> np.ndarray:
    return np.asarray(np.select([values == _YES, values == _NO], [1.0, 0.0], np.nan))


def _diagnosed(values: pd.Series) -> np.ndarray:
    """Count "borderline" (3) as not diagnosed."""
    return np.asarray(
        np.select([values == _YES, values.isin([_NO, _BORDERLINE])], [1.0, 0.0], np.nan)
    )


def _treated(people: pd.DataFrame) -> np.ndarray:
    """Medication now; people never told of hypertension, or never prescribed, are not asked."""
    now, told = _first(people, ["BPQ050A"]), _first(people, ["BPQ020"])
    prescribed = _first(people, ["BPQ040A"])
    not_asked = (told == _NO) | (prescribed == _NO)
    return np.asarray(np.select([now == _YES, (now == _NO) | not_asked], [1.0, 0.0], np.nan))


def _smokes(people: pd.DataFrame) -> np.ndarray:
    """Every day or some days now; people who never smoked 100 cigarettes are not asked."""
    ever, now = _first(people, ["SMQ020"]), _first(people, ["SMQ040"])
    no = (now == _SMOKED_BEFORE) | (ever == _NO)
    return np.asarray(np.select([now.isin([1, 2]), no], [1.0, 0.0], np.nan))


def _active(people: pd.DataFrame) -> np.ndarray:
    """Until 2006: more active than peers. From 2007: any vigorous activity, at work or leisure."""
    compared = _first(people, ["PAQ520"])
    vigorous = [_first(people, [name]) for name in ("PAQ605", "PAQ650")]
    yes = (compared == 1) | (vigorous[0] == _YES) | (vigorous[1] == _YES)
    no = compared.isin([2, _ACTIVE_AS_OTHERS])
    no |= (vigorous[0] == _NO) & (vigorous[1] == _NO)
    return np.asarray(np.select([yes, no], [1.0, 0.0], np.nan))


def _labels(columns: Mapping[str, np.ndarray], rule: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Say who is eligible and who is a case, as the notes of the study file say."""
    hba1c = columns["hba1c_pct"]
    fasted = columns["fasting_hr"] >= rule["fasting_hours_from"]
    glucose = np.where(fasted, columns["serum_glucose_mmol"], np.nan)
    eligible = (
        (columns["age"] >= rule["age_from"])
        & (columns["diagnosed_diabetes"] == 0)
        & (columns["insulin"] != 1)
        & (columns["oad"] != 1)
        & (columns["pregnant"] != 1)
        & np.isfinite(hba1c)
    )
    diabetes = (hba1c >= rule["diabetes_hba1c_pct"]) | (glucose >= rule["diabetes_glucose_mmol"])
    raised = hba1c >= rule["dysglycaemia_hba1c_pct"]
    raised |= glucose >= rule["dysglycaemia_glucose_mmol"]
    return {
        "fasting_glucose_mmol": glucose,
        "eligible_undx": eligible.astype(np.int64),
        "undx_diabetes": np.where(eligible, diabetes, np.nan).astype(np.float64),
        "dysglycaemia": np.where(eligible, raised, np.nan).astype(np.float64),
    }
