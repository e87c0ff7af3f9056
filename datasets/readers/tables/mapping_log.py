"""Collects what is wrong with a mapping file while it is read, so that it comes back at once."""

from collections.abc import Mapping
from typing import Any

from .problems import TableProblem


class MappingLog:
    """Collects the problems of one mapping file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[TableProblem] = []

    def add(self, code: str, key: str, found: str, why: str, remedy: str) -> None:
        """Note one problem."""
        self.problems.append(TableProblem(code, f"{self.path}: {key}", found, why, remedy))

    def unknown(self, given: Mapping[str, Any], known: tuple[str, ...], key: str) -> None:
        """Note every key that is not known there, by name."""
        for name in given:
            if name not in known:
                where = f"{key}.{name}" if key else name
                self.add(
                    "unknown_key", where, f"the key {name!r}", "no such key is read there",
                    "Use one of: " + ", ".join(known),
                )  # fmt: skip

    def text(self, value: object, key: str) -> str:
        """Return a text, or note that it is none."""
        if isinstance(value, str):
            return value
        self.add(
            "wrong_type", key, f"a value of type {type(value).__name__}", "text is read there",
            'Put it between quotes, e.g. "9999"',
        )  # fmt: skip
        return ""

    def table(self, value: object, key: str) -> Mapping[str, Any]:
        """Return a table, or note that it is none."""
        if isinstance(value, Mapping):
            return value
        self.add(
            "wrong_type", key, f"a value of type {type(value).__name__}", "a table is read there",
            "Write it as { a = ..., b = ... }",
        )  # fmt: skip
        return {}

    def texts(self, value: object, key: str) -> tuple[str, ...]:
        """Return a list of texts, or note what is wrong with it."""
        if isinstance(value, list):
            return tuple(self.text(entry, f"{key}[{i}]") for i, entry in enumerate(value))
        self.add(
            "wrong_type", key, f"a value of type {type(value).__name__}", "a list is read there",
            'Write it as ["a", "b"]',
        )  # fmt: skip
        return ()
