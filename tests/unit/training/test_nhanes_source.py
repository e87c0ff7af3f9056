"""The loader of the survey file: what it reads, and every refusal."""

import hashlib

import numpy as np
import pytest
from laennec.datasets.sources.nhanes import (
    ENVIRONMENT,
    data_folder,
    find_nhanes,
    load_nhanes,
    nhanes_source,
)
from laennec.engine.errors import DataError
from survey_people import survey_columns, write_survey


def test_columns_come_back_under_the_names_of_the_house(tmp_path):
    write_survey(tmp_path, n=50)
    table = load_nhanes(tmp_path)
    raw = survey_columns(50)
    assert len(table) == 50
    assert np.array_equal(table.quantities["waist_cm"], raw["waist_cm"], equal_nan=True)
    assert np.array_equal(table.answers["bp_treated"], raw["bp_med_now"])
    assert set(table.labels) == {"undiagnosed_diabetes", "dysglycaemia", "is_eligible"}
    assert table.cycle[0] == "1999-2000"
    path = find_nhanes(tmp_path)
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.file_sha256 == {path.name: expected}


def test_the_file_itself_and_its_own_folder_are_found_too(tmp_path):
    write_survey(tmp_path, n=20)
    path = find_nhanes(tmp_path)
    assert find_nhanes(path) == path
    assert find_nhanes(path.parent) == path
    assert find_nhanes(path.parents[1]) == path


def test_no_file_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(DataError, match="Set LAENNEC_DATA to the data folder"):
        load_nhanes(tmp_path)


def test_a_missing_column_is_named(tmp_path):
    write_survey(tmp_path, n=20, without="psu")
    with pytest.raises(DataError, match="has no column psu"):
        load_nhanes(tmp_path)


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    write_survey(tmp_path, n=20)
    find_nhanes(tmp_path).write_bytes(b"not a table")
    with pytest.raises(DataError, match="can't be read as Parquet"):
        load_nhanes(tmp_path)


def test_another_content_is_refused_when_asked(tmp_path):
    write_survey(tmp_path, n=20)
    with pytest.raises(DataError, match="the development file of the shipped models has ad0de0"):
        load_nhanes(tmp_path, check_sha256=True)


def test_the_folder_is_the_one_given_then_the_environment_then_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    assert data_folder() == tmp_path
    assert data_folder(tmp_path / "x") == tmp_path / "x"
    monkeypatch.delenv(ENVIRONMENT)
    assert data_folder().name == "data"


def test_licence_and_citation_are_stated():
    source = nhanes_source()["source"]
    assert "public domain" in source["licence"]
    assert "Hyattsville" in source["citation"]


@pytest.mark.data
def test_the_development_file_is_the_one_of_the_shipped_models():
    folder = data_folder()
    try:
        find_nhanes(folder)
    except DataError as error:
        pytest.skip(f"development data not here: {error}")
    table = load_nhanes(folder, check_sha256=True)
    assert (len(table), int((table.labels["is_eligible"] == 1).sum())) == (47_356, 33_614)
