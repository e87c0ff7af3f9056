"""A service with visit software that may open its review page, and a browser that is led about."""

import ssl
from contextlib import contextmanager

import httpx
import pytest
from http_support import People, make_site, send, visit
from smart_ehr import SECRET, Ehr

PERSON = {"id": "person-01", "birth_date": "1974-03-02", "sex": "female"}


@contextmanager
def smart_service(folder, beside="", **row):
    """Visit software and the service that trusts it; ``row`` changes its row in the site file."""

    def site_with_ehr(where):
        site = make_site(where)
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(ehr.row(**row) + beside)
        (site / "ehr.secret").write_text(SECRET + "\n", encoding="utf-8")
        return site

    with pytest.MonkeyPatch.context() as patch, Ehr(folder) as ehr:
        patch.setenv("SSL_CERT_FILE", str(ehr.certificate))
        patch.setattr("http_support.make_site", site_with_ehr)
        with People(folder, f"sqlite:///{folder / 'laennec.db'}") as people:
            yield ehr, people


def send_visit(people):
    """A visit that waits, of the person and with the number that the visit software has open."""
    answer = send(people.as_("software"), visit(visit_id="visit-01"))
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def launched(people, ehr, **said):
    """A browser that followed a launch to the authorization page, and the way back it was given."""
    browser = people.as_(None, follow_redirects=False)
    away = browser.get("/smart/launch", params={"iss": ehr.base, "launch": "l-1", **said})
    assert away.status_code == 303, away.text
    trusted = ssl.create_default_context(cafile=str(ehr.certificate))
    with httpx.Client(verify=trusted) as elsewhere:
        back = elsewhere.get(away.headers["location"]).headers["location"]
    return browser, back


def refused(answer, status, words):
    """The page of a refusal, with its words, that signed nobody in."""
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert "La page de revue n&#39;a pas été ouverte" in answer.text
    assert "laennec_session" not in answer.headers.get("set-cookie", "")
