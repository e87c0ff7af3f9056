"""The rows of the site file that name visit software, and issuers that announce their addresses."""

import pytest
from http_support import make_site
from laennec.engine.errors import DataError
from laennec.serving.site import load_site

SMART = """
[[smart]]
iss = "https://ehr.example.org/fhir/"
client_id = "laennec"

[smart.users]
"Practitioner/1" = "RPPS:10001234567"
"""
ISSUER = """
[[issuer]]
issuer = "https://id.example.org"
audience = "laennec"
discover = true
"""


def site_with(folder, text):
    site = make_site(folder)
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    return load_site(site)


def test_a_row_of_visit_software_is_read(tmp_path):
    (row,) = site_with(tmp_path, SMART).smart
    assert row.iss == "https://ehr.example.org/fhir"
    assert row.users == {"Practitioner/1": "RPPS:10001234567"}
    assert row.session_minutes == 60


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("https://ehr", "http://ehr", "smart.0.iss"),
        ('"laennec"\n', '"laennec"\nscope = "launch openid"\n', "the scope needs fhirUser"),
        (
            '"laennec"\n',
            '"laennec"\nclient_secret = "x"\nclient_key = true\n',
            "client_secret or client_key, one of the two",
        ),
        ('"laennec"\n', '"laennec"\nsession_minutes = 9000\n', "session_minutes"),
        ('"laennec"\n', '"laennec"\nmisspelt = 1\n', "misspelt"),
        ("RPPS:10001234567", "RPPS:1", "an account of visit software that belongs to nobody"),
        ("RPPS:10001234567", "Martin", "SYSTEM:number"),
    ],
    ids=["no TLS", "scope", "two proofs", "long session", "misspelt", "nobody", "no system"],
)
def test_a_row_that_can_not_be_meant_refuses_the_site_file(tmp_path, old, new, words):
    assert old in SMART
    with pytest.raises(DataError, match=words):
        site_with(tmp_path, SMART.replace(old, new))


def test_the_same_visit_software_twice_refuses_the_site_file(tmp_path):
    with pytest.raises(DataError, match="the same visit software twice"):
        site_with(tmp_path, SMART + SMART.replace("fhir/", "fhir"))


def test_smart_links_need_visit_software_that_launches(tmp_path):
    client = """
[[cds_client]]
issuer = "https://visits.example.org"
person = "SITE:visits-1"
jwks = "keys.json"
smart = true
"""
    with pytest.raises(DataError, match="smart links and no"):
        site_with(tmp_path, client)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("https://id.example.org", "http://id.example.org", "an https address"),
        ("discover = true", 'discover = true\njwks = "keys.json"', "no other is written"),
        (
            "discover = true",
            'discover = true\ntoken_url = "https://id.example.org/token"',
            "no other is written",
        ),
    ],
    ids=["no TLS", "keys written", "an address written"],
)
def test_a_discovered_issuer_writes_no_address(tmp_path, old, new, words):
    assert site_with(tmp_path / "good", ISSUER).issuers[0].has_sign_in
    with pytest.raises(DataError, match=words):
        site_with(tmp_path / "bad", ISSUER.replace(old, new))
