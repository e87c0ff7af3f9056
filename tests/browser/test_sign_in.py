"""Sign-in at the provider of the house in a real browser, which decides which cookies are sent."""

import pytest
from http_support import PEOPLE, People, make_site
from oidc_provider import SECRET, Provider


@pytest.fixture
def provider(tmp_path, monkeypatch):
    with Provider(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        running.person = PEOPLE["nurse"]
        yield running


@pytest.fixture
def people(tmp_path, provider, monkeypatch):
    def site_with_provider(folder):
        site = make_site(folder)
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(provider.row())
        (site / "client.secret").write_text(SECRET, encoding="utf-8")
        return site

    monkeypatch.setattr("http_support.make_site", site_with_provider)
    with People(tmp_path, f"sqlite:///{tmp_path / 'laennec.db'}") as running:
        yield running


def test_one_click_leads_to_the_provider_and_back_to_the_nurses_page(chromium, people):
    page = chromium.new_page(base_url=people.address, ignore_https_errors=True)
    page.goto("/review")
    page.click("a.provider")
    page.wait_for_url("**/visit?lang=fr")
    assert page.is_visible("#send")
    assert "Infirmière Petit" in page.inner_text(".bar")
    page.reload()
    assert page.is_visible("#send"), "the session holds"
