"""A batch over an OMOP CDM: the same answers as its visits, from a folder or a database."""

import json
from dataclasses import replace

import batch_support
import omop_sample
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch

N = 60


@pytest.fixture(scope="module")
def visits():
    table = batch_support.people(N, seed=3)
    kept = ["person_id", "age_years", "sex"]
    kept += [name for name in omop_sample.MEASURED if name in table.schema.names]
    named = table.select(kept).set_column(0, "person_id", pa.array([str(i + 1) for i in range(N)]))
    return named.append_column("visit_date", pa.array([omop_sample.DAY] * N, pa.date32()))


def ran(root, name, **given):
    options = BatchOptions(**{"inputs": (), "out": root / name, "workers": 1, **given})
    return run_batch(options, SilentReporter())


def rows(root, name):
    found = pq.read_table(root / name / "parts").to_pylist()
    return {row["person_id"]: row for row in found}


def test_a_cdm_says_what_its_visits_say_wherever_it_stands(tmp_path, visits):
    tables = omop_sample.cdm(visits)
    pq.write_table(visits, tmp_path / "visits.parquet")
    direct = ran(tmp_path, "direct", inputs=(tmp_path / "visits.parquet",))
    parquet = omop_sample.write_folder(tmp_path / "parquet", tables)
    csv = omop_sample.write_folder(tmp_path / "csv", tables, "csv")
    url = omop_sample.write_database(tmp_path / "cdm.sqlite", tables)
    hashes = {
        direct.content_sha256,
        ran(tmp_path, "a", inputs=(parquet,)).content_sha256,
        ran(tmp_path, "b", inputs=(csv,)).content_sha256,
        ran(tmp_path, "c", omop_database=url).content_sha256,
    }
    assert rows(tmp_path, "a") == rows(tmp_path, "direct")
    assert len(hashes) == 1


def test_what_the_two_possible_ages_do_not_share_is_not_said(tmp_path, visits):
    exact = omop_sample.cdm(visits)
    year = omop_sample.cdm(visits, exact_birth=False)
    ran(tmp_path, "exact", inputs=(omop_sample.write_folder(tmp_path / "e", exact),))
    ran(tmp_path, "year", inputs=(omop_sample.write_folder(tmp_path / "y", year),))
    exact_rows, year_rows = rows(tmp_path, "exact"), rows(tmp_path, "year")
    uncertain = 0
    for person, row in year_rows.items():
        marked = "age:age_uncertain" in row["suspect_items"]
        uncertain += marked
        known = exact_rows[person]
        if not marked:
            assert row["t2d_undiagnosed_band"] == known["t2d_undiagnosed_band"]
            assert row["urgency"] == known["urgency"]
        if row["findrisc_points_low"] is not None:
            assert row["findrisc_points_low"] <= known["findrisc_points_low"]
            assert row["findrisc_points_high"] >= known["findrisc_points_high"]
        assert (row["urgency"] or "U9") <= (known["urgency"] or "U9")
    assert 0 < uncertain < N


def test_the_manifest_says_what_became_of_every_measurement(tmp_path, visits):
    folder = omop_sample.write_folder(tmp_path / "cdm", omop_sample.cdm(visits))
    done = ran(tmp_path, "out", inputs=(folder,))
    told = done.manifest["plan"]["omop"]["counts"]
    assert told["measurement"]["rows"] == told["measurement"]["used"]
    assert told["person"]["visits"] == done.counts["in"] == N


def test_a_resumed_run_keeps_its_table_and_refuses_another_cdm(tmp_path, visits):
    folder = omop_sample.write_folder(tmp_path / "cdm", omop_sample.cdm(visits))
    options = BatchOptions((folder,), tmp_path / "out", workers=1)
    first = run_batch(options, SilentReporter())
    made = (tmp_path / "out" / "collected" / "visits-00000.parquet").stat().st_mtime_ns
    again = run_batch(replace(options, resume=True), SilentReporter())
    assert again.content_sha256 == first.content_sha256
    assert (tmp_path / "out" / "collected" / "visits-00000.parquet").stat().st_mtime_ns == made
    with pytest.raises(BatchRefused, match="a folder that is not empty"):
        run_batch(options, SilentReporter())
    changed = omop_sample.cdm(visits.slice(1))
    pq.write_table(changed["person"], folder / "person.parquet")
    with pytest.raises(BatchRefused, match="not the one with which the run began"):
        run_batch(replace(options, resume=True), SilentReporter())


def test_a_cdm_beside_another_input_is_refused(tmp_path, visits):
    folder = omop_sample.write_folder(tmp_path / "cdm", omop_sample.cdm(visits))
    pq.write_table(visits, tmp_path / "visits.parquet")
    with pytest.raises(BatchRefused, match="an OMOP CDM beside another input"):
        ran(tmp_path, "out", inputs=(folder, tmp_path / "visits.parquet"))
    assert not (tmp_path / "out").exists()


def test_the_plan_names_no_address_of_a_database(tmp_path, visits):
    url = omop_sample.write_database(tmp_path / "secret.sqlite", omop_sample.cdm(visits))
    done = ran(tmp_path, "out", omop_database=url)
    assert "secret" not in json.dumps(done.manifest)
    assert "secret" not in repr(BatchOptions((), tmp_path, omop_database=url))
