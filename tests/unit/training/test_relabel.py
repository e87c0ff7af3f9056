"""Other words for people in a signed bundle, and nothing else."""

import shutil
from pathlib import Path

import pytest
from laennec.engine.bundles import load_trust
from laennec.engine.bundles.verify import open_bundle
from laennec.engine.errors import DataError
from laennec.models import cardiovascular
from laennec.training.relabel import main, relabel

MODEL = Path(cardiovascular.__file__).parent
START = MODEL / "visit.toml"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(MODEL / "bundles/visit", tmp_path / "cardiovascular/bundles/visit"))


@pytest.fixture
def start(tmp_path):
    text = START.read_text(encoding="utf-8")
    path = tmp_path / "start.toml"
    path.write_text(text.replace('label_en = "well past forty"', 'label_en = "beyond forty"'))
    return path


def test_only_words_version_and_signature_change(folder, start):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    found = relabel(folder, start, "9.0.0")
    assert found.manifest.version == "9.0.0"
    after = {p.name: p.read_bytes() for p in folder.iterdir()}
    changed = {name for name, content in before.items() if after[name] != content}
    assert changed == {"rules.toml", "manifest.toml", "signature"}
    lines = zip(
        before["rules.toml"].decode().splitlines(),
        after["rules.toml"].decode().splitlines(),
        strict=True,
    )
    assert [b for a, b in lines if a != b] == ['label_en = "beyond forty"']
    assert open_bundle(folder, load_trust()).sha256 == found.sha256


def test_the_shipped_words_are_those_of_the_start(folder):
    """The bug it pins: a label mended in the start stayed wrong in the bundle."""
    before = (folder / "rules.toml").read_bytes()
    relabel(folder, START, "9.0.0")
    assert (folder / "rules.toml").read_bytes() == before


def test_a_version_that_stays_and_other_words_are_refused(folder, start, capsys):
    version = open_bundle(folder, load_trust()).manifest.version
    with pytest.raises(DataError, match="that the bundle has already"):
        relabel(folder, start, version)
    text = START.read_text(encoding="utf-8")
    start.write_text(text.replace("past_forty", "beyond_forty"), encoding="utf-8")
    assert main([str(folder), str(start), "9.0.0"]) == 1
    assert "age_years" in capsys.readouterr().err
    assert main([]) == 2
    assert "BUNDLE START.toml VERSION" in capsys.readouterr().err
    assert open_bundle(folder, load_trust()).manifest.version == version


def test_the_command_names_what_it_wrote(folder, start, capsys):
    assert main([str(folder), str(start), "9.0.0"]) == 0
    assert capsys.readouterr().out.startswith("cardiovascular/visit 9.0.0 ")
