"""The databases on which the same tests run: a file, and a real PostgreSQL server."""

import pytest
from laennec.serving.store.store import open_store
from postgres_server import WHY_NOT, is_there, running_server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = [
    SQLITE,
    pytest.param(POSTGRESQL, marks=pytest.mark.skipif(not is_there(), reason=WHY_NOT)),
]


@pytest.fixture(scope="session")
def postgres_server():
    with running_server() as server:
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == SQLITE:
        return f"sqlite:///{tmp_path / 'laennec.db'}"
    return request.getfixturevalue("postgres_server").new_database()


@pytest.fixture
def store(database_url):
    """An opened store of each kind; a module for one kind has a `database_url` of its own."""
    opened = open_store(database_url)
    yield opened
    opened.close()
