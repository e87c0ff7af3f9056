"""The golden requests and answers, as the real service gave them once (`make golden`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...engine.errors import DataError

FILE: Final = "golden.json"
SCHEMA: Final = "laennec.golden/1"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    Parameters
    ----------
    name : what it shows
    role : who asks; software, physician or nobody
    method, path : of the request; names in braces stand for what an earlier answer gave
    headers : of the request, likewise
    body : JSON of the request, None without one
    status, media_type : of the answer
    answer : its JSON, or its text
    keep : name -> key of the answer that later requests need
    """

    name: str
    role: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    status: int
    media_type: str
    answer: Any
    keep: Mapping[str, str]


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return the golden exchanges, in the order in which they were made.

    Raises
    ------
    DataError : their file is of another schema
    """
    said = json.loads(files(__package__ or "").joinpath(FILE).read_text(encoding="utf-8"))
    if said.get("schema") != SCHEMA:
        raise DataError(
            found=f"golden exchanges of another schema than {SCHEMA}",
            why="what they say can't be told",
            remedy="Write them again with `make golden`",
            path=FILE,
        )
    return tuple(Exchange(**row) for row in said["exchanges"])
