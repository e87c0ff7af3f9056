"""The JSON Schema of a protocol, derived from its dataclasses; run to write the published file."""

import json
from pathlib import Path

from laennec.validation.protocol.model import SCHEMA, Protocol
from manifest_schema import of_class

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "protocol.schema.json"


def schema() -> dict:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **of_class(Protocol),
        "title": "a study's protocol, TOML read as JSON",
    }


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text(), encoding="utf-8")
