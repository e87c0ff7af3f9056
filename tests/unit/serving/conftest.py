import pytest
from laennec.serving.store import open_store
from store_support import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'laennec.db'}")
    yield opened
    opened.close()
