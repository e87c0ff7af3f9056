"""A site's own codes stand beside those of the house in all that leaves as data."""

import json
from datetime import UTC, datetime

import http_support
import jsonschema
import pytest
from fhir_support import is_r4, of
from house import ROOT
from laennec.engine import load_guidelines
from laennec.engine.errors import DataError
from laennec.serving.codes.own_codes import labels
from laennec.serving.codes.site_codes import SiteCodes
from laennec.serving.codes.site_maps import lint_map, template
from laennec.serving.commands.report import release_command, show_command
from laennec.serving.commands.screen import ScreenOptions, screen_file

SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
VISIT = ROOT / "examples" / "visits" / "01-raised-risk.json"
SYSTEM = "urn:oid:1.2.250.1.999.1"


@pytest.fixture
def thesaurus(tmp_path):
    """A map that answers for everything: a code for each, and once that there is none."""
    text = (
        template().replace('name = ""', 'name = "Made up"').replace('version = ""', 'version = "1"')
    )
    text = text.replace('system = ""', f'system = "{SYSTEM}"')
    for number, key in enumerate(labels()):
        said = "no_mapping = true" if key == "measurement:waist" else f'code = "M{number:03d}"'
        text = text.replace(f'"{key}" = {{ code = "" }}', f'"{key}" = {{ {said} }}')
    path = tmp_path / "thesaurus.toml"
    path.write_text(text, encoding="utf-8")
    assert lint_map(path) == []
    return path


def screened(form, codes):
    options = ScreenOptions(
        http_support.models(), load_guidelines(), "fr", form, datetime(2026, 11, 30, tzinfo=UTC),
        codes=codes,
    )  # fmt: skip
    return json.loads(screen_file(VISIT, options).rendered)


def code_of(path, key):
    return SiteCodes.read(path).codings(key)[0]["code"]


def test_json_names_the_sites_codes_beside_what_is_said_and_keeps_its_hash(thesaurus):
    said, bare = screened("json", SiteCodes.read(thesaurus)), screened("json", SiteCodes())
    jsonschema.validate(said, SCHEMA)
    rows = {row["of"]: row for row in said.pop("site_codes")}
    assert said == bare
    assert rows["finding:t2d_undiagnosed"]["system"] == SYSTEM
    assert {key.partition(":")[0] for key in rows} == {"finding", "measurement", "question"}
    assert "measurement:waist" not in rows
    assert "measurement:systolic_bp" in rows


def test_fhir_carries_them_as_further_codings(thesaurus):
    said = screened("fhir", SiteCodes.read(thesaurus))
    assert is_r4(said)
    for risk in of(said, "RiskAssessment"):
        house, own = risk["code"]["coding"]
        assert house["system"] == "urn:laennec:finding"
        expected = code_of(thesaurus, f"finding:{house['code']}")
        assert (own["system"], own["code"], own["version"]) == (SYSTEM, expected, "1")
    assert of(said, "Observation")[0]["code"]["coding"][1]["system"] == SYSTEM


def test_a_snomed_file_stands_beside_it(thesaurus, tmp_path):
    text = template().replace('version = ""', 'version = "20260531"')
    text = text.replace('system = ""', 'system = "http://snomed.info/sct"')
    text = text.replace('"finding:bmi" = { code = "" }', '"finding:bmi" = { code = "60621009" }')
    snomed = tmp_path / "snomed.toml"
    snomed.write_text(text, encoding="utf-8")
    both = SiteCodes.read(thesaurus, snomed).codings("finding:bmi")
    assert [one["system"] for one in both] == [SYSTEM, "http://snomed.info/sct"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SYSTEM, "SPSTI", "no address of the code system"),
        ('version = "1"', 'version = ""', "no edition"),
        ('"finding:t2d_undiagnosed"', '"finding:none"', "the house has no such code"),
    ],
)
def test_a_map_with_an_error_is_never_sent_along(thesaurus, old, new, words):
    text = thesaurus.read_text(encoding="utf-8")
    assert old in text
    thesaurus.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=f"{words}.*carry a wrong code.*codes lint"):
        SiteCodes.read(thesaurus)


def test_the_service_of_a_site_sends_them_to_whoever_may_see_the_finding(
    thesaurus, tmp_path, monkeypatch
):
    made = http_support.People(tmp_path, f"sqlite:///{tmp_path / 's.db'}")
    (made.site / "thesaurus.toml").write_bytes(thesaurus.read_bytes())
    with (made.site / "site.toml").open("a", encoding="utf-8") as file:
        file.write('\n[codes]\nthesaurus = "thesaurus.toml"\n')
    with made as people:
        sent = http_support.send(people.as_("software")).json()
        full = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}").json()
        assert "finding:t2d_undiagnosed" in {row["of"] for row in full["site_codes"]}
        status = people.as_("nurse").get(f"/v1/prediagnoses/{sent['id']}").json()
        assert not [r for r in status["site_codes"] if r["of"].startswith("finding:")]
        said = http_support.decide(people.as_("martin"), sent, {"verdict": "confirm"})
        assert said.status_code == 200, said.text
        decided = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}/report.json").json()
        assert decided["report"]["site_codes"] == full["site_codes"]
        bundle = people.as_("martin").get(f"/fhir/Bundle/{sent['id']}").json()
        assert of(bundle, "RiskAssessment")[0]["code"]["coding"][1]["system"] == SYSTEM
        asked = people.as_(None).get("/fhir/Questionnaire/visit").json()
        coded = [q for group in asked["item"] for q in group.get("item", ()) if "code" in q]
        assert coded
        assert coded[0]["code"][0]["system"] == SYSTEM
    monkeypatch.setenv("LAENNEC_SITE", str(made.site))
    for command in (show_command, release_command):
        printed = json.loads(command(sent["id"], database=f"sqlite:///{tmp_path / 's.db'}").text)
        part = printed.get("report") or printed["prediagnosis"]
        assert part["site_codes"] == full["site_codes"]
