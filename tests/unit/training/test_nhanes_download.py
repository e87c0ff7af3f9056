"""From the publisher's files to the study file, with files made here and no network."""

import json

import numpy as np
import pytest
from laennec.datasets.sources.nhanes import load_nhanes
from laennec.datasets.sources.nhanes_download import (
    LOCK,
    download_nhanes,
    publisher_files,
    study_table,
)
from laennec.engine.errors import DataError
from xport import xport

NAN = float("nan")
PEOPLE = [1.0, 2.0, 3.0, 4.0]


def contents(year: int) -> dict[str, dict[str, list[float]]]:
    """Variables by what a file is about; the questions change between cycles."""
    activity = {"PAQ520": [1, 2, 3, NAN]}
    if year >= 2007:
        activity = {"PAQ605": [2, 2, 1, NAN], "PAQ650": [1, 2, 2, NAN]}
    family = {"MCQ250A" if year < 2005 else "MCQ300C": [1, 2, 9, 2]}
    hdl = {"LBDHDLSI" if year < 2003 else "LBDHDDSI": [1.0, 1.5, 2.0, NAN]}
    return {
        "DEMO": {
            "RIDAGEYR": [50, 60, 19, 70], "RIAGENDR": [1, 2, 2, 1], "RIDEXPRG": [NAN] * 4,
            "SDMVPSU": [1, 2, 1, 2], "SDMVSTRA": [1, 1, 2, 2], "WTMEC2YR": [1000, 2000, 3000, 4000],
        },
        "BMX": {"BMXWAIST": [90.5, 100, 70, NAN], "BMXBMI": [25, 30, 20, 28],
                "BMXHT": [175, 160, 165, 170], "BMXWT": [76.6, 76.8, 54.5, 80.9]},
        "BPX": {"BPXSY1": [120, NAN, 110, 150], "BPXSY2": [124, NAN, 112, 152],
                "BPXDI1": [0, NAN, 70, 90], "BPXDI2": [80, NAN, 72, 92]},
        "BPQ": {"BPQ020": [1, 2, 2, 1], "BPQ040A": [1, NAN, NAN, 2], "BPQ050A": [1, NAN, NAN, NAN]},
        "DIQ": {"DIQ010": [3, 2, 2, 1], "DIQ050": [2, 2, 2, 2], "DIQ070": [2, NAN, NAN, 1]},
        "MCQ": family,
        "PAQ": activity,
        "SMQ": {"SMQ020": [1, 2, 1, 1], "SMQ040": [2, NAN, 3, 1]},
        "GHB": {"LBXGH": [6.5, 5.6, 5.0, 8.0]},
        "BIOPRO": {"LBDSGLSI": [5.0, 5.6, 4.8, 9.0]},
        "FASTING": {"PHAFSTHR": [2, 9, 10, 12]},
        "CHOLESTEROL": {"LBDTCSI": [5.0, 6.0, 4.0, NAN], **hdl},
        "GLU": {"WTSAF2YR": [0, 5000, 0, 9000]},
    }  # fmt: skip


KINDS = {
    "LAB10AM": "GLU", "L10AM": "GLU", "GLU": "GLU", "LAB10": "GHB", "L10": "GHB", "GHB": "GHB",
    "LAB18": "BIOPRO", "L40": "BIOPRO", "BIOPRO": "BIOPRO", "PH": "FASTING", "FASTQX": "FASTING",
    "LAB13": "CHOLESTEROL", "L13": "CHOLESTEROL", "TCHOL": "CHOLESTEROL", "HDL": "CHOLESTEROL",
}  # fmt: skip


def publisher(url: str) -> bytes:
    year, name = int(url.split("/")[-3]), url.rsplit("/", 1)[1].removesuffix(".XPT")
    stem = name[:-2] if name[-2:-1] == "_" else name
    columns = contents(year)[KINDS.get(stem, stem)]
    return xport({"SEQN": PEOPLE, **columns})


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    download_nhanes(folder, fetch=publisher)
    return folder


def test_the_study_file_has_every_column_that_the_loader_reads(data):
    table = load_nhanes(data)
    assert len(table) == 8 * 4
    assert table.quantities["systolic_bp_mmhg"][:2] == pytest.approx([122, NAN], nan_ok=True)
    assert table.quantities["diastolic_bp_mmhg"][0] == 80
    assert table.quantities["hdl_cholesterol_mmol_per_l"][:3].tolist() == [1.0, 1.5, 2.0]
    assert table.quantities["male"][:4].tolist() == [1, 0, 0, 1]


def test_answers_follow_the_skips_and_changes_of_the_questionnaires(data):
    table = load_nhanes(data)
    for start in range(0, 32, 4):
        four = {k: v[start : start + 4] for k, v in table.answers.items()}
        assert np.array_equal(four["bp_treated"], [1, 0, 0, 0])
        assert np.array_equal(four["smoker_current"], [1, 0, 0, 1])
        assert np.array_equal(four["family_history_diabetes"], [1, 0, NAN, 0], equal_nan=True)
    early, late = table.answers["physically_active"][:4], table.answers["physically_active"][-4:]
    assert np.array_equal(early, [1, 0, 0, NAN], equal_nan=True)
    assert np.array_equal(late, [1, 0, 1, NAN], equal_nan=True)


def test_labels_are_those_of_the_notes(data):
    """Borderline counts as not diagnosed, glucose only when fasting, nobody under 20 or treated."""
    table = load_nhanes(data)
    assert table.labels["is_eligible"][:4].tolist() == [1, 1, 0, 0]
    found = table.labels["undiagnosed_diabetes"][:4]
    assert np.array_equal(found, [1, 0, NAN, NAN], equal_nan=True)
    assert table.labels["dysglycaemia"][1] == 1
    glucose = table.quantities["fasting_glucose_mmol_per_l"][:2]
    assert np.array_equal(glucose, [NAN, 5.6], equal_nan=True)


def test_what_is_there_is_not_fetched_again(data):
    def never(url):
        raise AssertionError(url)

    assert download_nhanes(data, fetch=never).is_file()


def test_a_changed_file_of_the_publisher_is_refused(data):
    changed = data / "nhanes" / "raw" / "BMX_C.XPT"
    changed.unlink()
    with pytest.raises(DataError, match="the publisher has changed it"):
        download_nhanes(data, fetch=lambda url: publisher(url) + b" " * 80)
    known = json.loads((data / "nhanes" / LOCK).read_text())
    assert len(known) == sum(len(c["files"]) for c in publisher_files()["cycle"])
    download_nhanes(data, fetch=publisher)


def test_a_cycle_without_files_is_named(tmp_path):
    described = {**publisher_files(), "cycle": [{"name": "2031-2032", "year": 2031, "files": []}]}
    with pytest.raises(DataError, match="no file is named for the cycle 2031-2032"):
        study_table(tmp_path, described)
