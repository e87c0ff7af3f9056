import pytest
from databases import database_url, postgres_server, store  # noqa: F401 - fixtures
from store_support import HandClock


@pytest.fixture
def clock():
    return HandClock()
