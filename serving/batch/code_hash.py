"""The hash of the code that takes part in a screening: it stands in the plan of a run."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_CODE: Final = ("engine", "datasets/readers", "serving/batch", "serving/fhir")
_CODE_SUFFIXES: Final = (".py", ".toml")


@cache
def code_sha256() -> str:
    """Return the hash of every source and data file that takes part in a screening."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _code_files() -> Iterator[Path]:
    for folder in _CODE:
        inside = (_ROOT / folder).rglob("*")
        yield from sorted(p for p in inside if p.suffix in _CODE_SUFFIXES and p.is_file())
