import batch_support
import pytest
from databases import database_url, postgres_server, store  # noqa: F401 - fixtures


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return (batch_support.toy_bundle(tmp_path_factory.mktemp("models")),)
