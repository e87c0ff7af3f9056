"""Collects everything that is wrong with one record, so that it comes back at once."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ..record import Problem

Severity = Literal["refused_record", "refused_item", "suspect_item", "note"]
TEXT_SHOWN = 40
_AS_JSON: Mapping[bool | None, str] = {True: "true", False: "false", None: "null"}


class ProblemLog:
    """The problems of one record while it is being read."""

    __slots__ = ("problems", "row")

    def __init__(self, row: int = 0) -> None:
        self.row = row
        self.problems: list[Problem] = []

    def add(
        self, severity: Severity, code: str, path: str, *, item: str = "", **parameters: str
    ) -> None:
        """Note one problem; parameters fill the sentences ``intake.<code>.*``."""
        self.problems.append(Problem(self.row, severity, code, path, item, parameters))

    def refuse_record(self, code: str, path: str, **parameters: str) -> None:
        """Note a problem after which no finding of this record can be trusted."""
        self.add("refused_record", code, path, **parameters)

    def unknown_keys(self, found: Mapping[str, Any], known: Iterable[str], path: str) -> bool:
        """Refuse every key that the schema does not know, by name; true if there was one."""
        strangers = [key for key in found if key not in set(known)]
        for key in strangers:
            self.refuse_record("unknown_key", f"{path}.{shown(key)}", key=shown(key))
        return bool(strangers)

    @property
    def refuses_record(self) -> bool:
        """Whether the whole record is refused."""
        return any(p.severity == "refused_record" for p in self.problems)


def shown(value: object) -> str:
    """Return a short, safe form of something unexpected: it may be long or hostile.

    >>> shown("x" * 60)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
    >>> shown(True), shown(None)
    ('true', 'null')
    """
    value = _AS_JSON.get(value, value) if isinstance(value, bool | None) else value
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN] + "…"
