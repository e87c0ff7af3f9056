"""The services that other software may call, as CDS Hooks 2.0 discovers them.

The version stands in ``services.toml``; another version of the specification is another folder
beside this one, with its own form of cards.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ...engine.errors import RecordError
from ...engine.words import check_language
from ...engine.words.load import load_folder

Json = dict[str, Any]


class NoSuchService(RecordError):
    """A service that is not offered."""

    code = "no_such_service"


@cache
def settings() -> Mapping[str, Any]:
    """Return the tables of ``services.toml``."""
    text = files(__package__ or "").joinpath("services.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    folder = files(f"{__package__}.words")
    return {str(lang): table for lang, table in load_folder(folder).items()}


def words(lang: str, message_id: str, /, **parameters: object) -> str:
    """Fill one sentence of a card.

    >>> words("en", "link.review")
    'Open the review page'
    """
    return _tables()[check_language(lang)][message_id].format_map(parameters)


def service_of(service_id: str) -> Mapping[str, Any]:
    """Return one service.

    Raises
    ------
    NoSuchService : with the services that there are
    """
    rows: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in settings()["service"]}
    if service_id not in rows:
        raise NoSuchService(
            found="a service that is not offered here",
            why="nothing can be called",
            remedy=f"Call one of {', '.join(sorted(rows))}",
            path="service",
        )
    return rows[service_id]


def discovery(lang: str) -> Json:
    """Return what ``GET /cds-services`` says."""
    about = words(lang, "service.about")
    return {
        "services": [
            {
                "hook": row["hook"],
                "title": words(lang, f"service.{row['id']}"),
                "description": about,
                "id": row["id"],
                "prefetch": dict(row["prefetch"]),
            }
            for row in settings()["service"]
        ]
    }
