"""The sets at full scale: each reader on a sample of its format, or on a tiny made folder."""

import hashlib
import io
import json
import os
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from laennec.datasets.sources.challenge12 import read_challenge12
from laennec.datasets.sources.ecg_sets import (
    CODES,
    LARGE,
    SMALL,
    SPLIT,
    SUMS,
    UNSURE,
    aami_class,
    check_set,
    read_set,
    sets,
)
from laennec.datasets.sources.ecg_sets_download import fetch_set, main
from laennec.engine.errors import DataError
from laennec.training.ecg_findings.full_scale import chosen_sets, known_of, records_of
from laennec.training.ecg_findings.labels import FOLDER
from made_ecg_sets import WRITERS, made_ecg, write_marks, write_ptbxl

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LAENNEC_DATA", ROOT.parent / "shared" / "data")) / "ecg"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no development data")
LABELS = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
WORDS = tomllib.loads((FOLDER / "labels_sets.toml").read_text(encoding="utf-8"))


def test_every_set_names_its_terms_its_address_and_a_reader():
    for name, about in sets().items():
        assert about["kind"] in {**LARGE, **SMALL}, name
        assert about["url"].startswith("https://")
        assert about["licence"]
        assert "doi:" in about["citation"]
        assert not set(about.get("train", ())) & set(about.get("test", ()))


def test_beats_have_their_class_and_de_chazal_leaves_paced_records_out():
    assert "".join(aami_class(s) for s in "NLRejAaJSVEF/fQ?") == "NNNNNSSSSVVFQQQQ"
    both = sets()["mitdb"]["train"] + sets()["mitdb"]["test"]
    assert len(both) == 44
    assert not {"102", "104", "107", "217"} & set(both)


def test_every_abbreviation_is_one_that_a_statement_knows_or_describes_a_rhythm():
    rows = LABELS["challenge12"].values()
    known = {a for row in rows for key in ("any", "unclear", "only_with") for a in row.get(key, ())}
    for kind, spelled in WORDS["abbreviation"].items():
        assert set(spelled.values()) <= known | {"SVT"}, kind


@needs_data
def test_challenge_headers_give_the_codes_that_the_table_lists():
    listed = {e.record: e for e in read_challenge12(DATA / "challenge12")}
    found = {e.record: e for e in read_set("chapman_shaoxing_ningbo", DATA / "challenge12/records")}
    assert set(listed) <= set(found)
    same = [
        set(found[n].labels[CODES].split("|")) == set(listed[n].labels["dx_snomed"].split("|"))
        for n in listed
    ]
    assert np.mean(same) > 0.9  # seven headers carry other codes than the table
    known = known_of(found["HR00002"], sets()["georgia"], LABELS, WORDS)
    assert known["sinus_bradycardia"] == 1.0
    assert known["rbbb"] == 0.0


@needs_data
def test_ptbxl_reads_codes_folds_and_people(tmp_path):
    for suffix in (".hea", ".dat"):
        source = DATA / "ptbxl_sample" / f"00001_lr{suffix}"
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "ptbxl_database.csv").write_text(
        "ecg_id,patient_id,age,sex,scp_codes,strat_fold,filename_hr\n"
        "1,15709.0,56.0,1,\"{'NORM': 100.0, 'LVOLT': 0.0, 'SR': 0.0}\",3,00001_lr\n"
    )
    (one,) = read_set("ptbxl", tmp_path)
    assert (one.person, one.labels["sex"], one.labels[SPLIT]) == ("15709", "Female", "3")
    assert one.labels[CODES] == "NORM|LVOLT|SR"
    known = known_of(one, sets()["ptbxl"], LABELS, WORDS)
    assert known["sinus_rhythm"] == 1.0
    assert known["low_qrs_voltage"] == 1.0
    assert known["lvh"] == 0.0
    assert np.isnan(known["left_axis_deviation"])


@needs_data
@pytest.mark.parametrize(
    ("name", "folder"), [("mitdb", "mitdb"), ("qtdb", "qtdb_sel100"), ("mitdb", "svdb_800")]
)
def test_beats_are_read_with_their_symbols(name, folder):
    one = next(iter(read_set(name, DATA / folder)))
    assert len(one.beats) == len(one.labels["symbols"]) > 100


def test_strips_of_2017_are_read_by_their_reference(tmp_path):
    made_ecg(tmp_path / "A00", "A00001")
    (tmp_path / "REFERENCE-v3.csv").write_text("A00001,N\n")
    (one,) = read_set("cinc2017", tmp_path)
    assert one.labels == {"label_v3": "N"}
    (tmp_path / "REFERENCE-v3.csv").write_text("A00002,N\n")
    with pytest.raises(DataError, match="no A00002"):
        list(read_set("cinc2017", tmp_path))


@needs_data
def test_a_part_of_2017_with_a_table_of_its_own_is_read():
    """Pinned: training on the provided strips was refused for the publisher's table."""
    one = next(iter(read_set("cinc2017", DATA / "cinc2017")))
    assert one.labels["label_v3"] in {"N", "A", "O", "~"}


def test_code15_cuts_its_padding_and_says_nothing_of_other_statements(tmp_path):
    h5py = pytest.importorskip("h5py")
    tracings = np.zeros((1, 4096, 12), np.float32)
    tracings[0, 48:-48] = 0.1
    with h5py.File(tmp_path / "exams_part0.hdf5", "w") as part:
        part["exam_id"], part["tracings"] = np.array([77]), tracings
    (tmp_path / "exams.csv").write_text(
        "exam_id,age,is_male,1dAVb,RBBB,LBBB,SB,ST,AF,patient_id\n77,61,True,False,True,False,False,False,False,5\n"
    )
    (one,) = read_set("code15", tmp_path)
    assert one.signal.n_samples == 4000
    assert (one.person, one.labels["sex"]) == ("5", "Male")
    known = known_of(one, sets()["code15"], LABELS, WORDS)
    assert (known["rbbb"], known["lbbb"]) == (1.0, 0.0)
    assert np.isnan(known["lvh"])


def test_a_config_chooses_sets_and_names_what_is_wrong(tmp_path):
    made_ecg(tmp_path / "records", "E1", ("Age: 60", "Sex: Male", "Dx: 426783006,59118001"))
    config = tmp_path / "sets.toml"
    config.write_text(f'[[set]]\nname = "georgia"\nfolder = "{tmp_path / "records"}"\n')
    ((source, ecg, known),) = records_of(config)
    assert (source, ecg.labels["age"]) == ("georgia", "60")
    assert (known["rbbb"], known["sinus_rhythm"], known["lbbb"]) == (1.0, 1.0, 0.0)
    for text, said in (
        ("", "no \\[\\[set\\]\\]"),
        ("set = 3", "no \\[\\[set\\]\\]"),
        ("[[set", "a file that can't be read"),
        ('[[set]]\nname = "georgia"', "without its name or its folder"),
        ('[[set]]\nname = 3\nfolder = "x"', "without its name or its folder"),
        ('[[set]]\nname = "other"\nfolder = "x"', "the set 'other'"),
        ('[[set]]\nname = "mitdb"\nfolder = "x"', "no twelve-lead statements"),
        ('[[set]]\nname = "georgia"\nfolder = "x"\npart = "test"', "the part 'test' of georgia"),
    ):
        config.write_text(text)
        with pytest.raises(DataError, match=said):
            chosen_sets(config)


def test_a_download_is_compared_taken_up_again_and_stays_in_its_folder(tmp_path):
    content = {"training/georgia/a.dat": b"one", "training/georgia/x/b.dat": b"two"}
    listed = "".join(f"{hashlib.sha256(c).hexdigest()} {n}\n" for n, c in content.items())
    listed += f"{'1' * 64} training/ptb/other.dat\n"
    url = sets()["georgia"]["url"]
    asked = []

    def fetch(address):
        asked.append(address.removeprefix(url))
        yield listed.encode() if address.endswith(SUMS) else content[address.removeprefix(url)]

    assert fetch_set("georgia", tmp_path, fetch=fetch) == 2
    assert fetch_set("georgia", tmp_path, fetch=fetch) == 0
    assert asked == [SUMS, *content, SUMS]
    assert check_set(tmp_path) == 2
    (tmp_path / "training/georgia/a.dat").write_bytes(b"changed")
    with pytest.raises(DataError, match=r"a\.dat with sha256"):
        check_set(tmp_path)
    content["training/georgia/a.dat"] = b"other"
    with pytest.raises(DataError, match="differs from the checksum"):
        fetch_set("georgia", tmp_path, fetch=fetch)
    listed = f"{'0' * 64} ../out\n"
    with pytest.raises(DataError, match="leads out of the folder"):
        fetch_set("georgia", tmp_path, fetch=lambda _: iter([listed.encode()]))
    assert not list(tmp_path.rglob("*.part"))


def test_zenodo_lists_md5_and_its_archives_are_unpacked(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("exams_part0.hdf5", b"tracings")
    content = {"exams.csv": b"exam_id\n", "exams_part0.zip": buffer.getvalue()}
    record = {
        "files": [
            {
                "key": name,
                "checksum": f"md5:{hashlib.md5(c, usedforsecurity=False).hexdigest()}",
                "links": {"self": f"https://zenodo.org/api/records/4916206/files/{name}/content"},
            }
            for name, c in content.items()
        ]
    }

    def fetch(address):
        known = {one["links"]["self"]: content[one["key"]] for one in record["files"]}
        yield known.get(address, json.dumps(record).encode())

    assert fetch_set("code15", tmp_path, fetch=fetch) == 2
    assert (tmp_path / "exams_part0.hdf5").read_bytes() == b"tracings"
    assert fetch_set("code15", tmp_path, fetch=fetch) == 0
    assert check_set(tmp_path) == 2
    (tmp_path / "exams.csv").write_bytes(b"changed")
    with pytest.raises(DataError, match=r"exams\.csv with md5"):
        check_set(tmp_path)


def test_an_archive_that_leads_out_of_the_folder_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../out", b"x")
    digest = hashlib.md5(buffer.getvalue(), usedforsecurity=False).hexdigest()
    one = {"key": "a.zip", "checksum": f"md5:{digest}", "links": {"self": "https://x/a.zip"}}
    answers = {"https://x/a.zip": buffer.getvalue()}
    listed = json.dumps({"files": [one]}).encode()
    with pytest.raises(DataError, match="leads out of the folder"):
        fetch_set("code15", tmp_path / "in", fetch=lambda a: iter([answers.get(a, listed)]))
    assert not (tmp_path / "out").exists()


def test_the_download_command_says_what_it_takes(capsys):
    assert main([]) == 2
    assert "SET DIR" in capsys.readouterr().err
    assert main(["nothing", "x"]) == 1
    assert "the set 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["georgia", "ptbxl", "code15", "cinc2017"])
def test_records_are_passed_over_and_the_rest_is_the_same(tmp_path, name):
    WRITERS[name](tmp_path, 3)
    every = [(e.record, e.signal.signal_mv.sum()) for e in read_set(name, tmp_path)]
    assert len(every) == 3
    assert [
        (e.record, e.signal.signal_mv.sum()) for e in read_set(name, tmp_path, start=2)
    ] == every[2:]


def test_what_cpsc_did_not_label_is_not_known(tmp_path):
    made_ecg(tmp_path, "A0001", ("Age: 60", "Sex: Male", "Dx: 59118001"))
    (one,) = read_set("cpsc2018", tmp_path)
    known = known_of(one, sets()["cpsc2018"], LABELS, WORDS)
    assert (known["rbbb"], known["lbbb"]) == (1.0, 0.0)
    assert np.isnan(known["lvh"])
    assert known_of(one, sets()["cpsc2018_extra"], LABELS, WORDS)["lvh"] == 0.0


def test_a_diagnosis_less_likely_than_not_is_neither_case_nor_control(tmp_path):
    write_ptbxl(tmp_path, 1, codes="{'IMI': 15.0, 'LVH': 100.0, 'SR': 0.0}")
    (one,) = read_set("ptbxl", tmp_path)
    assert one.labels[UNSURE] == "IMI"
    known = known_of(one, sets()["ptbxl"], LABELS, WORDS)
    assert np.isnan(known["old_mi_q_waves"])
    assert (known["lvh"], known["sinus_rhythm"], known["rbbb"]) == (1.0, 1.0, 0.0)


def test_waves_of_the_qt_database_are_read_where_a_cardiologist_marked_them(tmp_path):
    made_ecg(tmp_path, "sel100")
    (bare,) = read_set("qtdb", tmp_path)
    assert bare.waves == {}
    assert len(bare.beats) == 0
    write_marks(tmp_path / "sel100", "q1c", (100, 110, 120, 150, 160, 170), "(p)(N)")
    write_marks(tmp_path / "sel100", "atr", [160], "N")
    (one,) = read_set("qtdb", tmp_path)
    assert one.waves["II"]["p"].tolist() == [[100, 110, 120]]
    assert one.waves["V1"]["qrs"].tolist() == [[150, 160, 170]]
    assert one.beats.tolist() == [160]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ptbxl", "ptbxl_database"),
        ("georgia", "challenge record"),
        ("cinc2017", "REFERENCE"),
        ("code15", "exams.csv"),
        ("x", "the set 'x'"),
    ],
)
def test_what_is_absent_is_named(tmp_path, name, said):
    with pytest.raises(DataError, match=said):
        list(read_set(name, tmp_path))
