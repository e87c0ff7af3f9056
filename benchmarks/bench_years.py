"""Trajectories, plan and search over 100,000 people of 20 visits, beside pandas.

Each figure is that of a process of its own, which reads its files and ends: processor time, so that
others on the machine count less, and peak memory. Where pandas would take too long it is given
fewer people and its time is multiplied, and the row says so.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PEOPLE, VISITS = int(os.environ.get("LAENNEC_BENCH_PEOPLE", "100000")), 20
FEW = min(2_000, PEOPLE)
ROWS = PEOPLE * VISITS
TODAY = date(2026, 11, 3)
KIBI = 1024


def measure() -> list[dict[str, Any]]:
    """Return the rows of the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        _make(made)
        pairs = (
            ("slopes", f"Theil-Sen with interval, one item, {ROWS:,} values",
             f"pandas groupby.apply(scipy theilslopes) on {FEW:,} people, times {PEOPLE // FEW}"),
            ("table", f"laennec trajectories, 7 items, {ROWS:,} visits, from Parquet to Parquet",
             ""),
            ("plan", f"laennec plan, {ROWS:,} result rows to calls, tables and page",
             "pandas: last row a person, order, sums by threshold; no file, interval or page"),
            ("search", f"a search on result and trend, {PEOPLE:,} people counted",
             "pandas: last row a person, merge, boolean mask"),
            ("values", f"a search on values and a measured fact, {ROWS:,} visits read",
             "pandas: last row a person, boolean mask; no check of a value, no guideline row"),
        )  # fmt: skip
        return [_row(made, *pair) for pair in pairs]


def _row(made: Path, name: str, what: str, peer: str) -> dict[str, Any]:
    ours = _child(made, name)
    row = {"what": what, "ours": _told(name, ours), "peer": None, "ratio": None}
    if peer:
        theirs = _child(made, f"{name}_pandas")
        times = PEOPLE / FEW if name == "slopes" else 1
        seconds = theirs["cpu"] * times
        row["peer"] = f"{peer}: {seconds:.1f} s, {theirs['peak_mb']:.0f} MB"
        row["ratio"] = seconds / ours["cpu"]
    row["how"] = "processor time and peak memory of a process of its own; one run"
    return row


def _told(name: str, ours: dict[str, float]) -> str:
    people = PEOPLE * VISITS / ours["cpu"]
    unit = "values" if name == "slopes" else "rows"
    return f"{ours['cpu']:.1f} s ({people:,.0f} {unit}/s), {ours['peak_mb']:.0f} MB"


def _child(made: Path, name: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), name, str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this file
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _make(folder: Path) -> None:
    """Write made-up visits in shuffled order, a result of them, and the trajectories."""
    rng = np.random.default_rng(1)
    n = PEOPLE * VISITS
    who, year = np.repeat(np.arange(PEOPLE), VISITS), np.tile(np.arange(VISITS), PEOPLE)
    own, order = rng.normal(0, 1, PEOPLE)[who], rng.permutation(n)
    days = np.datetime64("2006-01-01") + (year * 365 + rng.integers(0, 60, n))
    names = pa.array([f"p{i:06d}" for i in range(PEOPLE)]).take(pa.array(who))
    visits = pa.table(
        {
            "person_id": names,
            "visit_date": pa.array(days.astype("datetime64[D]")),
            "age_years": 30 + year,
            "sex": pa.array(["female", "male"]).take(pa.array(who % 2)),
            "waist_cm": np.round(90 + 8 * own + 0.3 * year + rng.normal(0, 1.5, n), 1),
            "weight_kg": np.round(80 + 8 * own + 0.3 * year + rng.normal(0, 1.5, n), 1),
            "systolic_bp_mmhg": np.round(128 + 6 * own + 0.4 * year + rng.normal(0, 6, n)),
            "hba1c_percent": np.round(5.5 + 0.3 * own + 0.02 * year + rng.normal(0, 0.15, n), 1),
            "total_cholesterol_mmol_per_l": np.round(5 + 0.5 * own + rng.normal(0, 0.4, n), 2),
            "fasting_glucose_g_per_l": np.round(0.95 + 0.08 * own + rng.normal(0, 0.05, n), 2),
            "egfr_ml_per_min_1_73m2": np.round(95 - 0.8 * year + rng.normal(0, 5, n)),
        }
    )
    pq.write_table(visits.take(pa.array(order)), folder / "visits.parquet")
    _make_result(folder, visits, rng, order)


def _make_result(folder: Path, visits: Any, rng: Any, order: Any) -> None:  # noqa: ANN401 - Arrow and numpy
    from laennec.serving.batch import SCHEMA
    from laennec.serving.batch.result.parts import PARTS, RESULT_SCHEMA

    n = visits.num_rows
    risk = np.round(rng.beta(0.8, 20, n), 4)
    band = np.where(risk >= 0.1, 2, np.where(risk >= 0.02, 1, 0))
    given = {
        "person_id": visits["person_id"],
        "visit_date": visits["visit_date"],
        "t2d_undiagnosed_risk": pa.array(risk),
        "t2d_undiagnosed_band": pa.array(["low", "intermediate", "high"]).take(pa.array(band)),
        "urgency": pa.array(["U1", "U2", "U3", None]).take(pa.array(rng.integers(0, 4, n))),
        "status": pa.repeat("scored", n),
    }
    nothing = pa.array(np.zeros(n + 1, dtype=np.int32))
    columns = []
    for field in SCHEMA:
        if field.name in given:
            columns.append(given[field.name].cast(field.type))
        elif pa.types.is_list(field.type):
            empty = pa.array([], field.type.value_type)
            columns.append(pa.ListArray.from_arrays(nothing, empty))
        else:
            columns.append(pa.nulls(n, field.type))
    result = folder / "result"
    (result / PARTS).mkdir(parents=True)
    table = pa.table(columns, schema=SCHEMA).take(pa.array(order))
    part = result / PARTS / "part-000000-000000.parquet"
    pq.write_table(table, part)
    listed = {"name": part.name, "rows": n, "sha256": _sha256(part)}
    made_of = {"name": "visits.parquet", "sha256": _sha256(folder / "visits.parquet")}
    manifest = {
        "schema": RESULT_SCHEMA,
        "state": "complete",
        "not_done": [],
        "plan": {"input": [made_of], "models": [], "guidelines": {}},
        "output": {"content_sha256": "", "parts": [listed]},
    }
    (result / "manifest.json").write_text(json.dumps(manifest))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def slopes(folder: Path) -> None:
    """Evaluate one item of everybody."""
    from laennec.engine.trajectories import evaluate_trajectories
    from laennec.engine.trajectories.points import points_from
    from laennec.engine.trajectories.settings import trajectory_item

    table = pq.read_table(
        folder / "visits.parquet", columns=["person_id", "visit_date", "waist_cm"]
    )
    group = table["person_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    day = table["visit_date"].cast(pa.int32()).to_numpy()
    found = evaluate_trajectories(
        trajectory_item("waist"), points_from(group, day, table["waist_cm"].to_numpy())
    )
    assert len(found.group) == PEOPLE  # noqa: S101 - a benchmark of nothing would be fast


def slopes_pandas(folder: Path) -> None:
    """Do the same for a few people, one by one."""
    import pandas as pd
    from scipy.stats import theilslopes

    table = pq.read_table(
        folder / "visits.parquet", columns=["person_id", "visit_date", "waist_cm"]
    )
    frame = table.to_pandas()
    frame["day"] = pd.to_datetime(frame["visit_date"]).astype("int64")
    frame = frame[frame["person_id"] < f"p{FEW:06d}"].sort_values(["person_id", "day"])
    for _, own in frame.groupby("person_id"):
        theilslopes(own["waist_cm"].to_numpy(), own["day"].to_numpy())


def table(folder: Path) -> None:
    """Run the command on the whole table."""
    from laennec.serving.years.trajectories.run import TrajectoryOptions, run_trajectories

    run_trajectories(TrajectoryOptions((folder / "visits.parquet",), folder / "years", TODAY))


def plan(folder: Path) -> None:
    """Plan from the whole result."""
    from laennec.serving.years.plan.run import PlanOptions, run_plan

    run_plan(PlanOptions(folder / "result", folder / "plan", TODAY))


def plan_pandas(folder: Path) -> None:
    """Order the last rows and add up the risks."""
    columns = ["person_id", "visit_date", "urgency", "t2d_undiagnosed_risk", "t2d_undiagnosed_band"]
    frame = pq.read_table(folder / "result" / "parts", columns=columns).to_pandas()
    last = frame.sort_values(["person_id", "visit_date"]).groupby("person_id").last()
    last = last.sort_values(["urgency", "t2d_undiagnosed_band", "visit_date"])
    for cut in (0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3):
        last.loc[last["t2d_undiagnosed_risk"] >= cut, "t2d_undiagnosed_risk"].sum()


def search(folder: Path) -> None:
    """Search on the result and the trends."""
    from laennec.serving.years.search.run import SearchOptions, run_search
    from laennec.serving.years.search.tables import Beside

    where = ("t2d_undiagnosed_band in high, intermediate and slope.waist > 0.35",)
    trends = folder / "years" / "trajectories.parquet"
    beside = Beside(trajectories=trends)
    run_search(SearchOptions(folder / "result", where=where, beside=beside))


def search_pandas(folder: Path) -> None:
    """Do the same with a merge and a mask."""
    columns = ["person_id", "visit_date", "t2d_undiagnosed_band"]
    frame = pq.read_table(folder / "result" / "parts", columns=columns).to_pandas()
    last = frame.sort_values(["person_id", "visit_date"]).groupby("person_id").last().reset_index()
    trends = pq.read_table(
        folder / "years" / "trajectories.parquet", columns=["person_id", "item", "slope_per_year"]
    ).to_pandas()
    both = last.merge(trends[trends["item"] == "waist"], on="person_id")
    is_band = both["t2d_undiagnosed_band"].isin(["high", "intermediate"])
    int((is_band & (both["slope_per_year"] > 0.35)).sum())


def values(folder: Path) -> None:
    """Search the values of everybody's last visit."""
    from laennec.serving.years.search.run import SearchOptions, run_search
    from laennec.serving.years.search.tables import Beside
    from laennec.serving.years.visits import VisitFiles

    where = ("value.hba1c >= 5.9 % and finding.blood_pressure = present",)
    visits = VisitFiles((folder / "visits.parquet",))
    run_search(SearchOptions(folder / "result", where=where, beside=Beside(visits)))


def values_pandas(folder: Path) -> None:
    """Do the same with the cut-offs written in the mask."""
    columns = ["person_id", "visit_date", "hba1c_percent", "systolic_bp_mmhg"]
    frame = pq.read_table(folder / "visits.parquet", columns=columns).to_pandas()
    last = frame.sort_values(["person_id", "visit_date"]).groupby("person_id").last()
    int(((last["hba1c_percent"] >= 5.9) & (last["systolic_bp_mmhg"] >= 140)).sum())


CHILDREN: dict[str, Callable[[Path], None]] = {
    one.__name__: one
    for one in (
        slopes,
        slopes_pandas,
        table,
        plan,
        plan_pandas,
        search,
        search_pandas,
        values,
        values_pandas,
    )
}


def main() -> None:
    """Run one part and print its processor time and peak memory."""
    before = time.process_time()
    CHILDREN[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"cpu": time.process_time() - before, "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """Return the peak of this process alone; ru_maxrss would have that of its parent too."""
    status = Path("/proc/self/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / KIBI


if __name__ == "__main__":
    main()
