"""The search on values beside a batch over a CDM or Bulk Data: its own table needs no --visits."""

import json

import batch_support
import omop_sample
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fhir_support import exported, resources_of
from laennec.cli import app
from laennec.datasets.readers.cohorts import Cohort, parse_criteria
from laennec.engine.errors import DataError
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.years.search.find import search_people
from laennec.serving.years.search.tables import Beside, Sources
from laennec.serving.years.visits import VisitFiles
from typer.testing import CliRunner

N = 60
WHERE = "value.hba1c >= 5.7 %"


def found(where, result, visits=None):
    beside = Beside(visits=None if visits is None else VisitFiles((visits,)))
    people = search_people(Cohort("", parse_criteria([where])), Sources(result, beside)).people
    return people["person_id"].to_pylist()


def screened(out, *inputs):
    run_batch(BatchOptions(inputs=inputs, out=out, workers=1), SilentReporter())
    return out


@pytest.fixture
def cdm(tmp_path):
    """Return the visits, and the result of a batch over the CDM of the same people."""
    table = batch_support.people(N, seed=3)
    kept = ["person_id", "age_years", "sex"]
    kept += [name for name in omop_sample.MEASURED if name in table.schema.names]
    table = table.select(kept).set_column(0, "person_id", pa.array([str(i + 1) for i in range(N)]))
    table = table.append_column("visit_date", pa.array([omop_sample.DAY] * N, pa.date32()))
    path = tmp_path / "visits.parquet"
    pq.write_table(table, path)
    folder = omop_sample.write_folder(tmp_path / "cdm", omop_sample.cdm(table))
    return path, screened(tmp_path / "omop", folder)


def test_a_cdm_finds_whom_its_visits_find(cdm, tmp_path):
    visits, omop = cdm
    expected = found(WHERE, screened(tmp_path / "direct", visits), visits)
    assert 0 < len(expected) < N
    assert found(WHERE, omop) == expected


def test_a_collected_table_that_was_altered_is_refused(cdm):
    _, omop = cdm
    path = next((omop / "collected").glob("*.parquet"))
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(BatchRefused, match=r"none of the results was made of.*values out"):
        found(WHERE, omop)


def test_a_result_of_tables_still_asks_for_them(cdm, tmp_path):
    visits, _ = cdm
    with pytest.raises(DataError, match="--visits"):
        found(WHERE, screened(tmp_path / "direct", visits))


def test_bulk_data_finds_whom_its_visits_say(tmp_path):
    (tmp_path / "in").mkdir()
    names = ("01-raised-risk", "02-items-missing", "03-urgent")
    exported(tmp_path / "in", [one for name in names for one in resources_of(name)])
    out = screened(tmp_path / "out", tmp_path / "in")
    rows = pq.read_table(out / "parts").to_pylist()
    known, unknown = (found(f"value.waist {said}", out) for said in ("is known", "is unknown"))
    assert known
    assert sorted([*known, *unknown]) == sorted(row["person_id"] for row in rows)
    told = CliRunner().invoke(
        app, ["search", "--result", str(out), "--where", "value.waist > 1 cm"]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["people"]["found"] == "<11"


def test_of_a_cdm_with_years_of_birth_an_age_counts_as_far_as_both_possible_ones_agree(tmp_path):
    table = batch_support.people(N, seed=3)
    table = table.set_column(0, "person_id", pa.array([str(i + 1) for i in range(N)]))
    kept = table.select(["person_id", "age_years", "sex", "waist_cm"])
    folder = omop_sample.write_folder(tmp_path / "cdm", omop_sample.cdm(kept, exact_birth=False))
    result = screened(tmp_path / "omop", folder)
    rows = [row for row in kept.to_pylist() if row["waist_cm"] is not None]
    at = sorted(int(row["age_years"]) for row in rows)[len(rows) // 2]

    def people_of(*ages):
        return sorted(row["person_id"] for row in rows if int(row["age_years"]) in ages)

    older = people_of(*range(at + 1, 120))
    assert found(f"age_years >= {at}", result) == older
    assert found(f"age_years < {at}", result) == people_of(*range(at))
    men = {row["person_id"] for row in rows if row["sex"] == "male"}
    assert found(f"age_years >= {at} and sex = male", result) == [n for n in older if n in men]
