"""The example table is screened as its mapping says, and shows what goes wrong in tables."""

from pathlib import Path

import batch_support
import pytest
from laennec.engine.bundles.load import load_models
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch

EXAMPLES = Path(__file__).parents[4] / "examples" / "table"


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    options = BatchOptions(
        (EXAMPLES / "visits.csv",), out, mapping=EXAMPLES / "mapping.toml", workers=1
    )
    return run_batch(options, SilentReporter())


def test_every_row_of_the_example_is_accounted_for(done):
    assert done.exit_code == 0
    assert done.counts["in"] == 9
    assert done.counts["refused_by_reason"] == {"identifier_missing": 1}
    assert done.manifest["items_refused"] == {
        "glucose:unit_suspect": 1,
        "height:hard_implausible": 1,
        "sex:sex_unknown": 1,
    }
    assert done.manifest["ignored_columns"] == {"visits.csv": ["poste"]}


def test_the_example_is_read_as_its_headings_say(done):
    rows = {
        r["person_id"]: r for r in batch_support.read_result(done.manifest_path.parent).to_pylist()
    }
    assert rows["A-001"]["visit_date"].isoformat() == "2026-11-03"
    assert "blood_pressure" in {r["finding"] for r in rows["A-003"]["reasons"]}
    assert "height:hard_implausible" in rows["A-009"]["refused_items"]
    assert rows["A-006"]["urgency"] == "U0"
    assert any(r["finding"] == "urgent.remeasure" for r in rows["A-006"]["reasons"])
    assert rows["A-002"]["findrisc_points_high"] < rows["A-001"]["findrisc_points_low"]


def test_the_shipped_models_answer_in_it(done):
    used = {m["id"] for m in done.manifest["plan"]["models"]}
    assert used == {b.manifest.id for b in load_models().loaded}
