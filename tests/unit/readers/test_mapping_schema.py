"""The published schema of a mapping is the one that the code reads."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from laennec.datasets.readers.tables import mapping_file
from laennec.datasets.readers.tables.dates import FORMATS

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "mapping.schema.json").read_text())
EXAMPLES = sorted(ROOT.glob("examples/**/*mapping*.toml"))


def entry_keys(name):
    return set(SCHEMA["$defs"][name]["anyOf"][1]["properties"])


def test_keys_are_those_of_the_reader():
    assert set(SCHEMA["properties"]) == set(mapping_file._TOP_KEYS)
    assert set(SCHEMA["properties"]["csv"]["properties"]) == set(mapping_file._CSV_KEYS)
    assert set(SCHEMA["$defs"]) == set(mapping_file._ENTRY_KEYS)
    for kind, keys in mapping_file._ENTRY_KEYS.items():
        assert entry_keys(kind) == set(keys), kind
    date = SCHEMA["$defs"]["date"]["anyOf"][1]["properties"]
    assert date["format"]["enum"] == list(FORMATS)
    assert SCHEMA["properties"]["schema"]["const"] == mapping_file.SCHEMA


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_the_examples_hold(path):
    jsonschema.validate(tomllib.loads(path.read_text()), SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["", 'schema="laennec.mapping/1"\nx=1', 'schema="laennec.mapping/1"\ncolumns.sex={}',
     'schema="laennec.mapping/1"\ncolumns.waist={column="a", unti="m"}'],
)  # fmt: skip
def test_what_the_reader_refuses_the_schema_refuses(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)
    with pytest.raises(mapping_file.TableRefused):
        mapping_file.parse_mapping(text)
