"""The published schema of a report on drift: every report meets it, what may not leave does not."""

import json

import drift_schema
import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drifting_visits import Shift, drifting_table
from laennec.serving.years.drift.control import Decision, charts_of, override_place
from laennec.serving.years.drift.from_tables import tally_tables
from laennec.serving.years.drift.judge import Judge, Period
from laennec.serving.years.drift.limits import house_limits
from laennec.serving.years.drift.report import make_report, published
from laennec.serving.years.drift.run import DriftOptions, run_drift
from laennec.serving.years.drift.tally import Tally

CHECK = jsonschema.Draft202012Validator(
    json.loads(drift_schema.PUBLISHED.read_text(encoding="utf-8"))
)
FEBRUARY = 2025 * 12 + 1


def faults(document):
    return [f"{list(e.absolute_path)}: {e.message}" for e in CHECK.iter_errors(document)]


def decisions(n=120, later=150):
    """Return decisions of a finding: one of ten overridden in January, each one in April."""
    place = override_place("diabetes_range", "", "", "fr")
    first = [Decision(place, FEBRUARY - 1, f"1-{i:04d}", "d", i % 10 == 0) for i in range(n)]
    rest = [Decision(place, FEBRUARY + 2, f"2-{i:04d}", "d", True) for i in range(later)]
    few = [Decision(override_place("bmi", "site", "a", ""), FEBRUARY, "3", "d", False)]
    return [*first, *rest, *few]


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """Return a report with alarms, hidden counts, signals and a declared period."""
    table = drifting_table(Shift(month=5, glucose=1.5), months=5, visits=900, empty=(2,))
    sites = table["site"].to_pylist()
    few = pa.array(["tiny" if i % 150 == 0 else s for i, s in enumerate(sites)])
    table = table.set_column(table.column_names.index("site"), "site", few)
    path = tmp_path_factory.mktemp("drift") / "visits.parquet"
    pq.write_table(table, path)
    judge = Judge(house_limits(), Period(FEBRUARY - 1, FEBRUARY + 1))
    tally = tally_tables((path,), None, ()).table()
    return published(make_report(tally, charts_of(decisions(), judge), judge))


def test_the_published_schema_has_the_vocabulary_of_the_code():
    """Run tests/support/drift_schema.py after a change of the report."""
    assert drift_schema.PUBLISHED.read_text(encoding="utf-8") == drift_schema.text()


def test_a_report_with_everything_in_it_meets_the_schema(document):
    assert faults(document) == []
    assert document["alarms"]
    assert document["signals"]
    assert {"<11", "hidden"} <= {p["n"] for s in document["series"] for p in s["points"]}
    assert document["months_without_visits"] == ["2025-02"]
    assert {c["expected"] is None for c in document["charts"]} == {True, False}


def test_a_report_on_nothing_meets_the_schema():
    document = published(make_report(Tally().table(), (), Judge(house_limits())))
    assert faults(document) == []


def test_the_file_of_the_command_meets_the_schema(tmp_path):
    pq.write_table(drifting_table(months=1, visits=40), tmp_path / "v.parquet")
    run_drift(DriftOptions((), tmp_path / "out", (tmp_path / "v.parquet",)))
    document = json.loads((tmp_path / "out" / "drift.json").read_text(encoding="utf-8"))
    assert faults(document) == []
    assert set(document["notices"]) == {"no_decisions"}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["visits"].__setitem__(0, 5),
        lambda d: d["series"][0]["points"][0].__setitem__("n", 10),
        lambda d: d["series"][0]["points"][0].__setitem__("state", "normal"),
        lambda d: d["series"][0]["points"][0].__setitem__("month", "2025-13"),
        lambda d: d["series"][0]["points"][0].__setitem__("person_id", "p1"),
        lambda d: d["series"][0].__setitem__("measure", "accuracy"),
        lambda d: d["charts"][0].__setitem__("reference_decisions", 3),
        lambda d: d["notices"].append("a code that nobody explains"),
        lambda d: d["limits"].pop("psi.act"),
        lambda d: d.__setitem__("result", "confirmed"),
        lambda d: d.pop("disclaimer"),
    ],
)  # fmt: skip
def test_what_may_not_leave_or_is_lost_does_not_meet_the_schema(document, change):
    changed = json.loads(json.dumps(document))
    change(changed)
    assert faults(changed)
