"""A site's own exposures: added by its thesaurus, checked, shown as context, read by nothing."""

import json

import pytest
from laennec.cli import app
from laennec.engine.errors import DataError
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.vocabulary.site import SiteExposures, exposures_in_use, site_exposures
from laennec.serving.codes.site_maps import lint_map, site_exposures_of
from laennec.serving.fhir import questionnaire
from laennec.serving.pages.visit_form import visit_form
from typer.testing import CliRunner

HEAD = """\
schema = "laennec.thesaurus/1"
name = "site"
version = "2026"
system = "urn:site:thesaurus"
source = "site"

"""
OWN = (
    'pesticides = { fr = "pesticides", en = "pesticide", says_fr = "phrase du site", '
    'says_en = "what the site says.", source = "Guide du site 2026", verified = true }'
)
FILE = f"""{HEAD}[exposure]
{OWN}
"B12.3" = {{ is = "noise" }}
"C7" = {{ is = "pesticides" }}

[map]
"question:exposure.night_work" = {{ code = "N1" }}
"question:exposure.pesticides" = {{ code = "P9" }}
"""


@pytest.fixture
def thesaurus(tmp_path):
    path = tmp_path / "thesaurus.toml"
    path.write_text(FILE)
    return path


def visit(tmp_path, exposures):
    said = {
        "schema": "laennec.visit/1", "visit_id": "v",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": "p", "birth_date": "1964-03-02", "sex": "male"},
        "measurements": [{"code": "waist", "value": "104", "unit": "cm"}],
        "exposures": exposures,
    }  # fmt: skip
    path = tmp_path / "visit.json"
    path.write_text(json.dumps(said))
    return path


def screened(path, *more):
    done = CliRunner().invoke(app, ["screen", str(path), "--lang", "en", "--format", "json", *more])
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}


def test_an_own_exposure_and_the_codes_of_the_site_are_shown_with_their_source(tmp_path, thesaurus):
    path = visit(tmp_path, ["C7", "N1", "B12.3"])
    code, draft = screened(path, "--thesaurus", str(thesaurus))
    assert code == 0
    shown = {e["code"]: e for e in draft["exposures"]}
    assert list(shown) == ["night_work", "noise", "pesticides"]
    own = shown["pesticides"]
    assert own["label"] == "pesticide"
    assert "what the site says. Source: Guide du site 2026" in own["text"]
    assert own["source_verified"]


def test_no_number_moves_with_an_own_exposure(tmp_path, thesaurus):
    with_it = screened(visit(tmp_path, ["P9"]), "--thesaurus", str(thesaurus))[1]
    without = screened(visit(tmp_path, []), "--thesaurus", str(thesaurus))[1]
    assert with_it["exposures"]
    assert with_it["findings"] == without["findings"]
    assert with_it["urgent"] == without["urgent"]


@pytest.mark.parametrize("entry", ["pesticides", "P9", "N1"])
def test_without_the_file_its_codes_keep_their_told_refusal(tmp_path, entry):
    code, draft = screened(visit(tmp_path, [entry]))
    assert code == 1
    assert [e["code"] for e in draft["exposures"]] == []
    assert any(i["code"] == "unknown_entry" for i in draft["refused_items"])


def test_an_unknown_code_is_refused_with_the_file_too(tmp_path, thesaurus):
    code, draft = screened(visit(tmp_path, ["P9", "Z1"]), "--thesaurus", str(thesaurus))
    assert code == 1
    assert any(i["code"] == "unknown_entry" for i in draft["refused_items"])


def test_the_list_of_a_site_lasts_as_long_as_its_command(tmp_path, thesaurus):
    screened(visit(tmp_path, ["P9"]), "--thesaurus", str(thesaurus))
    assert site_exposures() == SiteExposures()
    assert "exposure.pesticides" not in load_vocabulary().questions


def test_the_pages_and_the_questionnaire_ask_for_an_own_exposure(thesaurus):
    before = questionnaire.version()
    with exposures_in_use(site_exposures_of(thesaurus)):
        asked = {one.code: one.label for one in visit_form("fr").lists["exposure"]}
        assert asked["pesticides"] == "pesticides"
        assert '"pesticides"' in json.dumps(questionnaire.questionnaire("en"))
        assert questionnaire.version() != before
    assert "pesticides" not in {one.code for one in visit_form("fr").lists["exposure"]}
    assert questionnaire.version() == before


WRONG = [
    ('noise = { fr = "a", en = "a", says_fr = "a", says_en = "a", source = "a", verified = true }',
     "the list has it"),
    ('"Pest B" = { fr = "a", en = "a", says_fr = "a", says_en = "a", source = "a", '
     "verified = true }", "lower-case letters"),
    ('none = { fr = "a", en = "a", says_fr = "a", says_en = "a", source = "a", verified = true }',
     "not none or unknown"),
    ('pest = { fr = "a", en = "a", says_fr = "a", says_en = "a", verified = true }', "source is"),
    ('pest = { fr = " ", en = "a", says_fr = "a", says_en = "a", source = "a", verified = true }',
     "fr is no line"),
    ('pest = { fr = "a\\nb", en = "a", says_fr = "a", says_en = "a", source = "a", '
     "verified = true }", "fr is no line"),
    ('pest = { fr = "a", en = "a", says_fr = "a", says_en = "a", source = "a" }', "verified"),
    ('pest = { fr = "a", en = "a", says_fr = "a", says_en = "a", source = "a", verified = true, '
     "risk = 2 }", "'risk'"),
    ('"B1" = { is = "noyse" }', "which no list has"),
    ('"B1" = { is = "noise", fr = "a" }', "stands alone"),
    ('"lead" = { is = "noise" }', "another exposure"),
    ('"N1" = { is = "noise" }', "stands for"),
    ("pest = 3", "no table"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), WRONG)
def test_the_check_names_what_is_wrong_and_nothing_runs_with_it(tmp_path, row, said):
    path = tmp_path / "thesaurus.toml"
    path.write_text(
        f'{HEAD}[exposure]\n{row}\n[map]\n"question:exposure.night_work" = {{ code = "N1" }}\n'
    )
    errors = [p for p in lint_map(path) if p.level == "error"]
    assert any(said in p.words for p in errors), errors
    with pytest.raises(DataError) as refused:
        site_exposures_of(path)
    assert refused.value.remedy == "Mend what `laennec codes lint --thesaurus FILE` names"


def test_the_check_of_a_right_file_has_no_error(thesaurus):
    assert [p for p in lint_map(thesaurus) if p.level == "error"] == []
