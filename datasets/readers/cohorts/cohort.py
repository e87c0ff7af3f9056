"""A cohort: a named search in a TOML file; its hash is that of what it asks."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ....engine.errors import DataError
from .criteria import Criteria, LocalCodes, parse_criteria

SCHEMA: Final = "laennec.cohort/1"


@dataclass(frozen=True, slots=True)
class Cohort:
    """A named search, as a plan and a study can name it."""

    title: str
    criteria: Criteria

    @property
    def sha256(self) -> str:
        """Return the hash of what it asks, a site's own codes as those of the house."""
        return hashlib.sha256(self.criteria.meaning.encode("utf-8")).hexdigest()


def read_cohort(path: Path, site: LocalCodes | None = None) -> Cohort:
    """Read a saved cohort.

    Parameters
    ----------
    path : TOML of the schema ``laennec.cohort/1``
    site : codes that ``local.CODE`` may name

    Raises
    ------
    DataError  if it can't be read, or a condition of it can't
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(f"a file that can't be read ({type(error).__name__})", path.name) from error
    wrong = _wrong(raw)
    if wrong:
        raise _broken(wrong, path.name)
    return Cohort(raw.get("title", ""), parse_criteria(raw["where"], site))


def _wrong(raw: Mapping[str, Any]) -> str:
    """Return what is no cohort in a file, by its key; empty where it is one."""
    strangers = sorted(set(raw) - {"schema", "title", "where"})
    where = raw.get("where")
    if raw.get("schema") != SCHEMA:
        return f"a cohort with the schema {raw.get('schema')!r}"
    if strangers:
        return f"a cohort with {', '.join(strangers)}, which no cohort has"
    if not isinstance(where, list) or not all(isinstance(line, str) for line in where):
        return (
            f"a cohort with {'no where' if where is None else 'a where that is no list of texts'}"
        )
    return "" if isinstance(raw.get("title", ""), str) else "a cohort with a title that is no text"


def cohort_toml(cohort: Cohort) -> str:
    """Write a cohort; reading it gives the same search."""
    lines = [f"  {json.dumps(c.text, ensure_ascii=False)}," for c in cohort.criteria.conditions]
    title = json.dumps(cohort.title, ensure_ascii=False)
    return "\n".join([f'schema = "{SCHEMA}"', f"title = {title}", "where = [", *lines, "]", ""])


def _broken(found: str, path: str) -> DataError:
    return DataError(
        found=found,
        why="a search with other criteria than meant would be believed",
        remedy=f'Write schema = "{SCHEMA}", title, and where = ["NAME OP VALUE", ...]',
        path=path,
    )
