"""Schorling's Virginia adults: 403 people with waist, pressure and glycated haemoglobin.

Source: Vanderbilt University Department of Biostatistics, data set ``diabetes`` (courtesy of Dr
John Schorling, University of Virginia), https://hbiostat.org/data (no DOI). Licence: free to use
with acknowledgement of the Department of Biostatistics (terms as known, not re-read). Citation:
Schorling et al. 1997, A trial of church-based smoking cessation interventions for rural African
Americans, Prev Med 26:92-101; Willems et al. 1997, J Natl Med Assoc 89:538-542.

The file gives inches and pounds, which no visit is accepted in: they are converted here, once. It
does not say who knew of a diabetes, and ``glyhb`` is total glycated haemoglobin.

    python -m laennec.datasets.sources.schorling Diabetes.csv schorling.parquet
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow import csv

from ...engine.errors import DataError

FloatArray = NDArray[np.float64]
CM_PER_INCH = 2.54
KG_PER_POUND = 0.45359237
_NEEDED = (
    "id", "age", "Gender", "height", "weight", "waist", "bp.1s", "bp.1d", "bp.2s", "bp.2d",
    "glyhb",
)  # fmt: skip


def canonical_table(path: Path) -> pa.Table:
    """Read the publisher's file into canonical columns, and ``glyhb_percent`` beside them.

    Parameters
    ----------
    path : ``Diabetes.csv``

    Raises
    ------
    DataError  if it can't be read as CSV or a column is missing
    """
    options = csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)
    try:
        raw = csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, f"it can't be read as CSV ({type(error).__name__})") from error
    missing = [name for name in _NEEDED if name not in raw.column_names]
    if missing:
        raise _broken(path, f"no column {', '.join(missing)}")

    def floats(name: str) -> FloatArray:
        values = raw.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        return np.array(values, np.float64)

    pressure = {
        ours: _mean(floats(first), floats(second))
        for ours, first, second in (
            ("systolic_bp_mmhg", "bp.1s", "bp.2s"),
            ("diastolic_bp_mmhg", "bp.1d", "bp.2d"),
        )
    }
    inches = {
        "height_cm": floats("height") * CM_PER_INCH,
        "waist_cm": floats("waist") * CM_PER_INCH,
    }
    numbers = {**inches, "weight_kg": floats("weight") * KG_PER_POUND, **pressure}
    sex = pc.utf8_lower(pc.utf8_trim_whitespace(raw.column("Gender")))
    columns = {
        "person_id": raw.column("id").cast(pa.string()),
        "age_years": raw.column("age").cast(pa.int64()),
        "sex": sex,
        **{name: pa.array(np.round(v, 1), from_pandas=True) for name, v in numbers.items()},
        "glyhb_percent": pa.array(floats("glyhb"), from_pandas=True),
    }
    return pa.table(columns)


def _mean(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the mean of two readings, or the one that is there."""
    return np.where(np.isnan(second), first, (first + second) / 2)


def _broken(path: Path, found: str) -> DataError:
    return DataError(
        found=found,
        why="this is the file of the Vanderbilt data set, in its publisher's columns",
        remedy="Get the file again",
        path=path.name,
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args(arguments)
    pq.write_table(canonical_table(given.source), given.out)


if __name__ == "__main__":
    main()
