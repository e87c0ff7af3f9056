"""The site's own codes beside those of the house, in everything that leaves as data.

A map says what another list calls a thing; it changes nothing of what is said, and stands outside
what the content hash is of. One with an error is refused before anything leaves with it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from ...engine.errors import DataError
from ...engine.vocabulary import load_vocabulary
from .site_maps import lint_map, read_map

KEY: Final = "site_codes"


@dataclass(frozen=True, slots=True)
class SiteMap:
    """One list of a site: what it calls the codes of the house.

    Parameters
    ----------
    system : its address
    name, version : as the file says
    codes : ``kind:code`` of the house -> its code
    """

    system: str
    name: str
    version: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SiteCodes:
    """The lists of a site, none where it has none."""

    maps: tuple[SiteMap, ...] = ()

    @classmethod
    def read(cls, thesaurus: Path | None = None, snomed: Path | None = None) -> Self:
        """Read the files of a site.

        Parameters
        ----------
        thesaurus, snomed : map files; none where None

        Raises
        ------
        DataError : one can't be read, or `laennec codes lint` finds an error in it
        """
        files = [(thesaurus, False), (snomed, True)]
        return cls(tuple(_read(path, snomed=is_snomed) for path, is_snomed in files if path))

    def codings(self, house_code: str) -> list[dict[str, str]]:
        """Return what the lists call one code of the house, such as ``finding:hypertension``."""
        return [
            {"system": one.system, "version": one.version, "code": one.codes[house_code]}
            for one in self.maps
            if house_code in one.codes
        ]

    def added(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document with the site's codes for all that it names.

        Parameters
        ----------
        document : a pre-diagnosis, or the part of it that somebody may see
        """
        if not self.maps:
            return dict(document)
        rows = [
            {"of": name, **coding}
            for name in dict.fromkeys(_named(document))
            for coding in self.codings(name)
        ]
        return {**document, KEY: rows}

    def added_to_text(self, text: str) -> str:
        """Return a stored report in JSON with the site's codes in it, draft or decided.

        Parameters
        ----------
        text : as `show_report` or `final_report` give it
        """
        if not self.maps:
            return text
        said = json.loads(text)
        part = "report" if "report" in said else "prediagnosis"
        return json.dumps({**said, part: self.added(said[part])}, ensure_ascii=False, indent=2)


def _read(path: Path, *, snomed: bool) -> SiteMap:
    errors = [p for p in lint_map(path, snomed=snomed) if p.level == "error"]
    if errors:
        raise DataError(
            found=f"a map with {len(errors)} errors, the first: {errors[0].words}",
            why="what leaves would carry a wrong code",
            remedy="Mend what `laennec codes lint` names",
            path=errors[0].where,
        )
    said = read_map(path)
    codes = {key: row["code"] for key, row in said["map"].items() if row.get("code")}
    return SiteMap(said["system"], said["name"], said["version"], codes)


def _named(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of the house that a document names: findings, measurements, questions."""
    findings = [*document.get("findings", ()), *document.get("rejected_findings", ())]
    for finding in findings:
        yield f"finding:{finding['id']}"
        reasons = (*finding["reasons_for"], *finding["reasons_against"])
        for name in (i["name"] for reason in reasons for i in reason["inputs"]):
            yield from _item(name)
        for missing in finding["missing"]:
            yield from _item(missing["item"])
    for part in ("refused_items", "suspect_items"):
        for notice in document.get(part, ()):
            yield from _item(notice["item"])


def _item(name: str) -> Iterator[str]:
    vocabulary = load_vocabulary()
    if name in vocabulary.questions:
        yield f"question:{name}"
    elif name.partition(".")[0] in vocabulary.items:
        yield f"measurement:{name.partition('.')[0]}"
