import pytest
from databases import store  # noqa: F401 - a fixture
from document_support import kept
from store_support import HandClock


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def draft_id(store, clock):  # noqa: F811 - the fixture above
    return kept(store, clock)
