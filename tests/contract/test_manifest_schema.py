"""The published schema of a manifest is the one that the code reads."""

import json
import tomllib

import bundle_maker
import jsonschema
import manifest_schema
import pytest
import waves_maker
from laennec.engine.bundles.load import SHIPPED, find_bundles
from laennec.engine.bundles.statements import is_statements_folder
from laennec.engine.bundles.waves import is_signal_folder

PUBLISHED = json.loads(manifest_schema.PUBLISHED.read_text(encoding="utf-8"))
CHECK = jsonschema.Draft202012Validator(PUBLISHED)
PUBLISHED_SIGNAL = json.loads(manifest_schema.PUBLISHED_SIGNAL.read_text(encoding="utf-8"))
PUBLISHED_STATEMENTS = json.loads(manifest_schema.PUBLISHED_STATEMENTS.read_text(encoding="utf-8"))
CHECK_STATEMENTS = jsonschema.Draft202012Validator(PUBLISHED_STATEMENTS)
CHECK_SIGNAL = jsonschema.Draft202012Validator(PUBLISHED_SIGNAL)


def test_the_published_schema_is_that_of_the_code():
    """Run tests/support/manifest_schema.py after a change of the dataclasses."""
    assert manifest_schema.PUBLISHED.read_text(encoding="utf-8") == manifest_schema.text()
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    published = manifest_schema.PUBLISHED_SIGNAL.read_text(encoding="utf-8")
    assert published == manifest_schema.signal_text()
    jsonschema.Draft202012Validator.check_schema(PUBLISHED_SIGNAL)
    published = manifest_schema.PUBLISHED_STATEMENTS.read_text(encoding="utf-8")
    assert published == manifest_schema.statements_text()
    jsonschema.Draft202012Validator.check_schema(PUBLISHED_STATEMENTS)


@pytest.mark.parametrize("kind", ["tsk", "mamdani"])
def test_a_signed_manifest_validates(tmp_path, kind):
    table = tomllib.loads((bundle_maker.make(tmp_path, kind) / "manifest.toml").read_text())
    assert [e.message for e in CHECK.iter_errors(table)] == []


def test_every_shipped_manifest_validates():
    folders = find_bundles(SHIPPED, research=True)
    for folder in folders:
        table = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        check = CHECK_SIGNAL if is_signal_folder(folder) else CHECK
        check = CHECK_STATEMENTS if is_statements_folder(folder) else check
        assert [e.message for e in check.iter_errors(table)] == [], folder.name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "blue"}, "'colour' was unexpected"),
        ({"kind": "neural"}, "'neural' is not one of"),
        ({"bands": {"low_below": 0.1}}, "'high_from' is a required property"),
        ({"files": {"card.md": "0" * 64}}, "'golden.json' is a required property"),
    ],
)
def test_the_schema_refuses_what_the_code_refuses(tmp_path, change, said):
    table = tomllib.loads((bundle_maker.make(tmp_path) / "manifest.toml").read_text())
    assert any(said in e.message for e in CHECK.iter_errors(table | change))


def test_a_signed_signal_manifest_validates_and_an_unknown_key_does_not(tmp_path):
    table = tomllib.loads((waves_maker.make(tmp_path) / "manifest.toml").read_text())
    assert [e.message for e in CHECK_SIGNAL.iter_errors(table)] == []
    assert any("'bands' was" in e.message for e in CHECK_SIGNAL.iter_errors(table | {"bands": {}}))
