"""A card with its studies: the numbers of the documents, of this very version and no other."""

import json

import pytest
from house import ROOT
from laennec.cli import app
from laennec.engine import load_models
from laennec.validation.errors import StudyError
from laennec.validation.report.card import SAW, card_with_studies
from laennec.validation.report.seal import SEAL, sealed
from typer.testing import CliRunner

REPORT = ROOT / "docs" / "studies" / "cardiovascular_death_nhanes" / "report.json"


@pytest.fixture(scope="module")
def bundle():
    loaded = load_models().loaded
    return next(b for b in loaded if b.manifest.id == "cardiovascular/visit")


@pytest.fixture
def told(bundle):
    """The shipped report, of the model that is loaded: a new training must not break this test."""
    document = json.loads(REPORT.read_text(encoding="utf-8"))
    document["model"]["sha256"] = bundle.model.sha256
    return document


def written(tmp_path, told):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(sealed(told)), encoding="utf-8")
    return path


def test_the_sealed_card_stands_first_and_every_number_is_the_documents(bundle, told, tmp_path):
    text = card_with_studies(bundle, [written(tmp_path, told)])
    sealed = bundle.files["card.md"].decode("utf-8").rstrip()
    assert text.startswith(sealed)
    section = text[len(sealed) :]
    for among in ("counted", "weighted"):
        found = told["analyses"][among]
        value = found["discrimination"]["tests"]["index"]["c_index"]["value"]
        assert f"| {value:.3f} |" in section
        assert f"| {found['calibration']['observed_to_expected']['value']:.3f} |" in section
    assert told["protocol"]["sha256"] in section
    assert "not judged: development data" in section
    assert SAW in section


def test_of_data_that_the_model_never_saw_nothing_of_the_kind_is_said(bundle, told, tmp_path):
    told["model"]["saw_these_data"] = False
    told["protocol"]["content"]["study"]["data_role"] = "external"
    assert SAW not in card_with_studies(bundle, [written(tmp_path, told)])


def test_a_study_of_another_version_never_stands_on_this_card(bundle, told, tmp_path):
    told["model"]["sha256"] = "0" * 64
    with pytest.raises(StudyError, match=r"another model's numbers.*Run the study again"):
        card_with_studies(bundle, [written(tmp_path, told)])


@pytest.mark.parametrize("carried", ["as it was written", None])
def test_a_report_that_was_changed_by_hand_stands_on_no_card(bundle, told, tmp_path, carried):
    """A sensitivity of 0.65 was made 0.95 by hand, and printed beside 0.582 to 0.713."""
    path = written(tmp_path, told)
    text = path.read_text(encoding="utf-8")
    value = told["analyses"]["counted"]["discrimination"]["tests"]["index"]["c_index"]["value"]
    assert str(value) in text
    changed = json.loads(text.replace(str(value), "0.99"))
    if carried is None:
        del changed[SEAL]
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(StudyError, match=r"changed after it was written.*Restore the report.json"):
        card_with_studies(bundle, [path])


@pytest.mark.parametrize("where", ["table", "endpoint"])
def test_an_estimate_outside_of_its_interval_stands_on_no_card(bundle, told, tmp_path, where):
    counted = told["analyses"]["counted"]["discrimination"]["tests"]["index"]["c_index"]
    result = counted if where == "table" else told["endpoints"][0]["result"]
    result["value"] = result["ci_high"] + 0.01
    with pytest.raises(StudyError, match="outside of its interval.*a card would print it"):
        card_with_studies(bundle, [written(tmp_path, told)])


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_file_that_is_no_report_is_refused(bundle, tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(StudyError, match="no report of a study"):
        card_with_studies(bundle, [path])


def test_the_command_writes_the_card_and_names_the_models_that_there_are(tmp_path, told):
    study = written(tmp_path, told)
    out = tmp_path / "card.md"
    done = CliRunner().invoke(
        app,
        ["models", "card", "cardiovascular/visit", "--study", str(study), "-o", str(out)],
    )
    assert done.exit_code == 0, done.output
    assert "## Studied: " in out.read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["models", "card", "nothing"])
    assert refused.exit_code != 0
