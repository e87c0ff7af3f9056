"""The engine, and a folder for Bulk Data."""

import pytest
from laennec.engine import load_guidelines, load_models
from laennec.serving.screening import Engine


@pytest.fixture(scope="module")
def engine():
    return Engine(load_models(), load_guidelines())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"
