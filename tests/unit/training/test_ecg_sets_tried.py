"""Which sets were read from real files: one row each, every record read, the page as it is made."""

import os
from pathlib import Path

import pytest
from laennec.datasets.sources import ecg_sets_tried
from laennec.datasets.sources.ecg_sets import sets
from laennec.datasets.sources.ecg_sets_tried import main, page, tried
from laennec.engine.errors import DataError
from made_ecg_sets import WRITERS

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LAENNEC_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "how-to" / "ecg-sets-tried.md"


def test_the_page_has_one_row_for_each_set():
    told = [line.split("`")[1] for line in PAGE.read_text("utf-8").splitlines() if "| `" in line]
    assert sorted(told) == sorted(sets())


@pytest.mark.skipif(not (DATA / "ecg").is_dir(), reason="no development data")
def test_the_page_is_what_reading_the_records_again_gives():
    assert page(tried(DATA)) == PAGE.read_text(encoding="utf-8")


def test_records_are_read_and_counted_and_a_set_without_files_says_so(monkeypatch, tmp_path):
    WRITERS["georgia"](tmp_path / "some", 2)
    rows = [
        {"set": "georgia", "folder": "some", "kind": "challenge"},
        {"set": "ptbxl", "folder": "some", "kind": "challenge", "begins": "no such name"},
        {"set": "code15", "left": "made folders only"},
    ]
    monkeypatch.setattr(ecg_sets_tried, "_asked", lambda: rows)
    georgia, ptbxl, code15 = tried(tmp_path)
    assert georgia.records == georgia.told == 2
    assert ptbxl.records == code15.records == 0
    assert "| `code15` | 0 | 0 | made folders only |" in page([code15])


def test_a_set_without_a_row_is_refused(monkeypatch):
    monkeypatch.setattr(ecg_sets_tried, "sets", lambda: {"one_more": {}})
    with pytest.raises(DataError, match="would look as if it had been read"):
        ecg_sets_tried._asked()


def test_a_folder_that_is_not_there_and_a_wrong_call_end_in_words(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "what was not read can't be learned from" in capsys.readouterr().err
    assert main([]) == 2
    assert "DIR [PAGE]" in capsys.readouterr().err
