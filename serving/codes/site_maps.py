"""The maps that a site adds: its occupational-health thesaurus, and an optional SNOMED CT file.

A map answers for every code of the house: with a code, or with ``no_mapping = true``, which is an
answer too. What is not answered is a gap.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ...engine.errors import DataError
from ...engine.vocabulary.site import SiteExposures
from .added_exposures import SECTION, lint_exposures, own_labels, read_added
from .check_digits import is_snomed
from .own_codes import labels
from .problems import CodeProblem

SCHEMA: Final = "laennec.thesaurus/1"
_HEAD: Final = ("schema", "name", "version", "system", "source", "map")
_ADDRESSES: Final = ("urn:", "http://", "https://")
SNOMED: Final = "http://snomed.info/sct"
_EXPOSURES: Final = (
    "# Exposures of the list's own, and codes that are another name of one that is known:",
    "# [exposure]",
    '# pesticides = { fr = "pesticides", en = "pesticides", says_fr = "...", says_en = "...", '
    'source = "...", verified = false }',
    '# "B12.3" = { is = "noise" }',
    "",
)


def read_map(path: Path) -> Mapping[str, Any]:
    """Read a map file.

    Raises
    ------
    DataError : not TOML, another schema, a key that is not known, or an entry of another form
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        said = {}
    keys = set(said) - {SECTION}
    is_whole = said.get("schema") == SCHEMA and keys == set(_HEAD) and _is_map(said["map"])
    if not (is_whole and isinstance(said.get(SECTION, {}), dict)):
        raise DataError(
            found="a map file that can't be read",
            why=f"it must be TOML of the schema {SCHEMA} with the keys {', '.join(_HEAD)} and "
            f"perhaps {SECTION}, and every entry of map a table with a code in quotation marks, or "
            "no_mapping",
            remedy="Write one with `laennec codes template FILE` and fill it in",
            path=str(path.name),
        )
    return said


def site_exposures_of(path: Path | None) -> SiteExposures:
    """Return the exposures that a thesaurus file adds and maps; none where None.

    Raises
    ------
    DataError  if it can't be read, or an exposure in it has an error
    """
    return SiteExposures() if path is None else read_added(read_map(path), path.name)


def _is_map(rows: object) -> bool:
    """Say whether every entry is a table, whose code is text."""
    listed = rows.values() if isinstance(rows, dict) else [rows]
    return all(isinstance(r, dict) and isinstance(r.get("code", ""), str) for r in listed)


def lint_map(path: Path, *, snomed: bool = False) -> list[CodeProblem]:
    """Return the problems of a site's map: unknown entries, gaps, duplicates, check digits.

    Parameters
    ----------
    path : the file
    snomed : its codes are SNOMED CT identifiers

    Raises
    ------
    DataError : as `read_map`
    """
    said = read_map(path)
    rows = said["map"]
    return [
        *_head(said, path.name, snomed=snomed),
        *_entries(said, path.name, snomed=snomed),
        *lint_exposures(said, path.name),
        *_gaps(rows, path.name),
    ]


def _head(said: Mapping[str, Any], name: str, *, snomed: bool) -> Iterator[CodeProblem]:
    """Hold that a reader of the codes can tell whose they are, and of which edition."""
    address = said["system"]
    if not isinstance(address, str) or not address.startswith(_ADDRESSES):
        words = "no address of the code system (urn:..., https://...)"
        yield CodeProblem("error", "system", f"{name} system", words)
    elif snomed and address != SNOMED:
        yield CodeProblem("error", "system", f"{name} system", f"not {SNOMED}")
    if not isinstance(said["version"], str) or not said["version"]:
        yield CodeProblem("error", "version", f"{name} version", "no edition of the list")


def _entries(said: Mapping[str, Any], name: str, *, snomed: bool) -> Iterator[CodeProblem]:
    known, owners = labels() | own_labels(said), dict[str, str]()
    for key, row in said["map"].items():
        where = f"{name} {key}"
        if key not in known:
            yield CodeProblem("error", "unknown", where, "the house has no such code")
        code, none = row.get("code", ""), row.get("no_mapping", False)
        if bool(code) and none is True:
            yield CodeProblem("error", "two_answers", where, "a code and no_mapping")
        if not code:
            continue
        if snomed and not is_snomed(code):
            yield CodeProblem("error", "check_digit", where, "no SNOMED CT identifier")
        if code in owners:
            yield CodeProblem("error", "duplicate", where, f"the code of {owners[code]} too")
        owners[code] = key


def _gaps(rows: Mapping[str, Any], name: str) -> Iterator[CodeProblem]:
    for key in labels():
        row = rows.get(key, {})
        if not row.get("code") and row.get("no_mapping") is not True:
            words = "neither a code nor no_mapping = true"
            yield CodeProblem("warning", "gap", f"{name} {key}", words)


def template() -> str:
    """Return a map with every code of the house and no answer yet."""
    lines = [
        "# Codes of a thesaurus for those of the house: fill in `code`, or no_mapping = true.",
        f'schema = "{SCHEMA}"',
        'name = ""',
        'version = ""',
        "# The address of the list: urn:..., https://... (SNOMED CT: http://snomed.info/sct)",
        'system = ""',
        'source = ""',
        "",
        *_EXPOSURES,
        "[map]",
    ]
    lines += [f'"{key}" = {{ code = "" }} # {label["fr"]}' for key, label in labels().items()]
    return "\n".join(lines) + "\n"
