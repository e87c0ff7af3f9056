"""What every part of the FHIR reader takes out of a JSON document of strangers."""

from typing import Any

Json = dict[str, Any]


def items(node: object, key: str) -> list[Json]:
    """Return the objects of a list; empty where there is none."""
    found = node.get(key) if isinstance(node, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text_of_json(value: object) -> str:
    """Return a text; "" for anything else."""
    return value if isinstance(value, str) else ""
