import http_support
import pytest
from cds_client import Sandbox, trust_client
from http_support import People


@pytest.fixture
def running(tmp_path, monkeypatch):
    """The service at a site that trusts a CDS Hooks client."""
    made = http_support.make_site

    def trusted(folder):
        site = made(folder)
        trust_client(site)
        return site

    monkeypatch.setattr(http_support, "make_site", trusted)
    with People(tmp_path, f"sqlite:///{tmp_path / 'laennec.db'}") as people:
        yield people


@pytest.fixture
def sandbox(running):
    return Sandbox(running.as_(None), running.address)
