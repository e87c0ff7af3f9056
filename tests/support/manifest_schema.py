"""The JSON Schema of a manifest, derived from its dataclasses; run to write the published file."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path

from laennec.engine.bundles.decode import is_optional, key_of
from laennec.engine.bundles.manifest import REQUIRED_FILES, Manifest
from laennec.engine.bundles.statements_manifest import STATEMENTS_FILES, StatementsManifest
from laennec.engine.bundles.waves_manifest import SIGNAL_FILES, SignalManifest

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "manifest.schema.json"
PUBLISHED_SIGNAL = PUBLISHED.with_name("signal_manifest.schema.json")
PUBLISHED_STATEMENTS = PUBLISHED.with_name("statements_manifest.schema.json")
SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}


def of_class(cls: type) -> dict:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    return {
        "type": "object",
        "title": cls.__name__,
        "description": cls.__doc__.split("\n")[0],
        "additionalProperties": False,
        "required": [key_of(f) for f in fields if not is_optional(f)],
        "properties": {key_of(f): of_kind(hints[f.name]) for f in fields},
    }


def of_kind(kind) -> dict:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return of_kind(next(a for a in args if a is not type(None)))
    if origin is typing.Literal:
        return {"enum": list(args)}
    if origin is tuple and args[-1] is Ellipsis:
        return {"type": "array", "items": of_kind(args[0])}
    if origin is tuple:
        size = {"minItems": len(args), "maxItems": len(args)}
        return {"type": "array", "prefixItems": [of_kind(a) for a in args], **size}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    return of_class(kind) if dataclasses.is_dataclass(kind) else {"type": SCALARS[kind]}


def schema() -> dict:
    whole = of_class(Manifest)
    whole["required"] += ["key", "files", "input"]
    whole["properties"]["files"] = _files(REQUIRED_FILES)
    whole["properties"]["input"]["minItems"] = 1
    return _titled(whole, "laennec.bundle/1", "manifest.toml of a signed model bundle")


def signal_schema() -> dict:
    whole = of_class(SignalManifest)
    whole["required"] += ["key", "files"]
    whole["properties"]["files"] = _files(SIGNAL_FILES)
    return _titled(whole, "laennec.signal/1", "manifest.toml of a bundle that reads signals")


def statements_schema() -> dict:
    whole = of_class(StatementsManifest)
    whole["required"] += ["key", "files"]
    whole["properties"]["files"] = _files(STATEMENTS_FILES)
    return _titled(whole, "laennec.statements/1", "manifest.toml of a bundle of ECG statements")


def _files(required: tuple[str, ...]) -> dict:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }


def _titled(whole: dict, schema_id: str, title: str) -> dict:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        **whole,
        "title": f"{title}, read as JSON",
    }


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def signal_text() -> str:
    return json.dumps(signal_schema(), indent=2, ensure_ascii=False) + "\n"


def statements_text() -> str:
    return json.dumps(statements_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text(), encoding="utf-8")
    PUBLISHED_SIGNAL.write_text(signal_text(), encoding="utf-8")
    PUBLISHED_STATEMENTS.write_text(statements_text(), encoding="utf-8")
