import pytest
from databases import database_url, postgres_server, store  # noqa: F401 - fixtures
from http_support import People


@pytest.fixture
def people(tmp_path, database_url):  # noqa: F811 - the fixture above
    """The service on each kind of database."""
    with People(tmp_path, database_url) as running:
        yield running
