"""A study's protocol as data: what will be asked of which people, written before they are seen."""

from .freeze import Frozen, freeze, freeze_path, read_frozen
from .model import Protocol
from .read import parse_protocol, read_protocol, template

__all__ = [
    "Frozen",
    "Protocol",
    "freeze",
    "freeze_path",
    "parse_protocol",
    "read_frozen",
    "read_protocol",
    "template",
]
