"""What could not be judged is said, and no mistyped year hides it."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drifting_visits import drifting_table
from laennec.engine.errors import DataError
from laennec.serving.batch import BatchOptions, run_batch
from laennec.serving.years.drift.run import DriftOptions, run_drift


def told(tmp_path, table, **options):
    visits = tmp_path / "v.parquet"
    pq.write_table(table, visits)
    document = run_drift(DriftOptions((), tmp_path / "o", (visits,), lang="en", **options))
    written = (tmp_path / "o" / "drift.txt", tmp_path / "o" / "drift.html")
    text, page = (file.read_text(encoding="utf-8") for file in written)
    return document, text.replace("\n  ", " ").replace("\n", " "), page


def test_a_mistyped_year_adds_no_months_to_a_report(tmp_path):
    table = drifting_table(months=4, visits=200)
    typed = pa.array([date(2062, 10, 3)] * 3, pa.date32())
    days = pa.concat_arrays([typed, table["visit_date"].combine_chunks()[3:]])
    at = table.column_names.index("visit_date")
    visits, result = tmp_path / "v.parquet", tmp_path / "r"
    pq.write_table(table.set_column(at, "visit_date", days), visits)
    run_batch(BatchOptions((visits,), result, workers=1, today=date(2026, 11, 30)))
    for inputs in ((visits,), ()):
        document = run_drift(DriftOptions((result,), tmp_path / "o", inputs))
        assert document["months"] == ["2025-01", "2025-02", "2025-03", "2025-04"]
        assert "undated" in document["notices"]


def test_sites_that_were_judged_in_no_month_are_named(tmp_path):
    document, text, page = told(tmp_path, drifting_table(months=6, visits=150))
    sites = {p["state"] for s in document["series"] if s["by"] == "site" for p in s["points"]}
    assert sites == {"few"}
    for said in (text, page):
        assert "Never judged" in said
        assert "site north, site south. Nothing can be said of them." in said
        assert "No month is flagged." in said
    assert "judged and not flagged (series): 0. Never judged" in page


def test_sites_that_were_judged_are_not_named_as_if_they_were_not(tmp_path):
    _, text, page = told(tmp_path, drifting_table(months=6, visits=1200))
    assert "Nothing can be said of them" not in text + page


def test_how_many_visits_were_not_counted_is_said_once_whatever_was_read(tmp_path):
    """Tables and result tell of the same visits: of 30 there are 30, and not 60."""
    table = drifting_table(months=4, visits=200)
    days = table["visit_date"].combine_chunks()
    wrong = [date(2062, 10, 3)] * 10 + [date(1926, 11, 10)] * 15 + [None] * 5
    typed = pa.concat_arrays([pa.array(wrong, pa.date32()), days[30:]])
    at = table.column_names.index("visit_date")
    born = pa.array([date(1960, 5, 1)] * table.num_rows, pa.date32())
    table = table.set_column(at, "visit_date", typed).append_column("birth_date", born)
    visits, result = tmp_path / "v.parquet", tmp_path / "r"
    pq.write_table(table.drop_columns(["age_years"]), visits)
    run_batch(BatchOptions((visits,), result, workers=1, today=date(2026, 11, 30)))
    for results, inputs in (((result,), (visits,)), ((result,), ()), ((), (visits,))):
        document = run_drift(DriftOptions(results, tmp_path / "o", inputs, lang="en"))
        assert document["visits_not_counted"] == 30
        assert document["months"] == ["2025-01", "2025-02", "2025-03", "2025-04"]
        page = (tmp_path / "o" / "drift.html").read_text(encoding="utf-8")
        assert "or had not come: 30." in page


def test_a_few_visits_that_were_not_counted_are_no_number(tmp_path):
    table = drifting_table(months=4, visits=200)
    days = table["visit_date"].combine_chunks()
    at = table.column_names.index("visit_date")
    few = pa.concat_arrays([pa.array([None] * 3, pa.date32()), days[3:]])
    document, text, page = told(tmp_path, table.set_column(at, "visit_date", few))
    assert document["visits_not_counted"] == "<11"
    assert "or had not come: <11." in text
    assert "or had not come: &lt;11." in page
    none, text, _ = told(tmp_path, table)
    assert none["visits_not_counted"] == 0
    assert "not counted" not in text


@pytest.mark.parametrize("months, visits", [(3, 300), (6, 40)])
def test_where_nothing_was_compared_nothing_is_said_to_be_still(tmp_path, months, visits):
    document, text, page = told(tmp_path, drifting_table(months=months, visits=visits))
    assert document["alarms"] == []
    for said in (text, page):
        assert "No month could be judged" in said
        assert "No month is flagged" not in said


def test_a_reference_that_leaves_no_month_to_judge_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds every month which could be judged"):
        told(tmp_path, drifting_table(months=3, visits=200), reference="2025-01..2025-12")
    assert not (tmp_path / "o").exists()
