"""Monthly drift of a result: still where nothing moves, flagged where it does."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.validation.drift import drift_of
from laennec.validation.errors import StudyError
from typer.testing import CliRunner


def result(tmp_path, shift=None, missing=None, people=800, months=8):
    rng = np.random.default_rng(5)
    days, risks, status = [], [], []
    for month in range(1, months + 1):
        n = 5 if month == 7 else people
        lift = 2.5 if month == shift else 1.0
        days += [f"2025-{month:02d}-15"] * n
        risks += np.minimum(rng.beta(1, 20, n) * lift, 1).tolist()
        share = 0.4 if month == missing else 0.1
        status += np.where(rng.random(n) < share, "not_assessable", "scored").tolist()
    risk = [None if s == "not_assessable" else r for r, s in zip(risks, status, strict=True)]
    table = pa.table(
        {
            "visit_date": pa.array(days).cast(pa.date32()),
            "status": status,
            "t2d_undiagnosed_risk": pa.array(risk, pa.float64()),
            "dysglycaemia_risk": pa.array(risk, pa.float64()),
            "cvd_death_10y_risk": pa.nulls(len(days), pa.float64()),
        }
    )
    (tmp_path / "parts").mkdir()
    pq.write_table(table, tmp_path / "parts" / "part-000000-000000.parquet")
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def flags(report):
    return {m["month"]: m["flags"] for m in report["months"] if m["flags"]}


def test_months_that_do_not_move_are_not_flagged(tmp_path):
    report = drift_of(result(tmp_path))
    assert report["reference_months"] == ["2025-01", "2025-02", "2025-03"]
    assert flags(report) == {}


def test_a_month_whose_risks_moved_is_flagged_and_only_that(tmp_path):
    found = flags(drift_of(result(tmp_path, shift=6)))
    assert found == {"2025-06": ["act:t2d_undiagnosed_risk", "act:dysglycaemia_risk"]}


def test_a_month_of_many_abstentions_is_flagged(tmp_path):
    found = flags(drift_of(result(tmp_path, missing=5)))
    assert "act:not_assessable" in found["2025-05"]


def test_a_month_of_few_people_is_named_and_not_counted(tmp_path):
    report = drift_of(result(tmp_path))
    assert report["months_not_judged"] == ["2025-07"]
    assert "2025-07" not in [m["month"] for m in report["months"]]


@pytest.mark.parametrize("months", [0, 3])
def test_nothing_to_compare_is_refused(tmp_path, months):
    folder = result(tmp_path, months=months) if months else tmp_path
    with pytest.raises(StudyError, match="nothing to compare"):
        drift_of(folder)


def test_the_command_writes_json_and_page_and_exits_3_where_flagged(tmp_path):
    folder, out = result(tmp_path, shift=6), tmp_path / "out"
    told = CliRunner().invoke(app, ["drift", str(folder), "--out", str(out)])
    assert told.exit_code == 3, told.output
    assert list(json.loads(told.stdout)["flagged"]) == ["2025-06"]
    page = (out / "drift.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
    assert json.loads((out / "drift.json").read_text())["schema"] == "laennec.drift_report/1"


def test_a_result_that_is_not_finished_or_is_cut_short_is_not_compared(tmp_path):
    folder = result(tmp_path)
    part = folder / "parts" / "part-000000-000000.parquet"
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(StudyError, match="a part that can't be read"):
        drift_of(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(StudyError, match="without a finished result"):
        drift_of(folder)
