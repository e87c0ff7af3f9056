"""The protocol of the study: data with a hash, and what of a run deviates from it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import ProtocolRefused, StudyProblem
from ..protocol.freeze import note_opened, protocol_sha256, read_frozen

SCHEMA: Final = "laennec.ecg_statements_protocol/1"
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "study": ("id", "title", "question", "data_role"),
    "population": ("description", "sources", "exclusions"),
    "index_test": ("model", "answers"),
    "reference_standard": ("description",),
    "comparators": ("crisp", "untrained", "boosting"),
    "endpoints": ("primary", "secondary", "hypothesis"),
    "cells": ("fewest_cases", "fewest_controls"),
    "subgroups": ("by", "not_by"),
    "missing_data": ("plan",),
    "sample_size": ("reason",),
    "analysis": ("replicates", "seed"),
}


@dataclass(frozen=True, slots=True)
class StatementsProtocol:
    """What was planned.

    Attributes
    ----------
    content : the file as plain data
    sha256 : of the content in canonical form; it names the plan
    """

    content: Mapping[str, Any]
    sha256: str

    @property
    def model(self) -> str:
        """Return the id of the index test."""
        return str(self.content["index_test"]["model"])

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the databases that take part."""
        return tuple(self.content["population"]["sources"])

    @property
    def seed(self) -> int:
        """Return the seed of every resampling."""
        return int(self.content["analysis"]["seed"])

    def deviations(self, sources: Sequence[str], replicates: int, fewest: int) -> tuple[str, ...]:
        """Return what a run did otherwise than planned."""
        found = []
        if set(sources) != set(self.sources):
            absent, more = set(self.sources) - set(sources), set(sources) - set(self.sources)
            found.append(
                f"sources: planned and not there: {', '.join(sorted(absent)) or 'none'}; "
                f"there and not planned: {', '.join(sorted(more)) or 'none'}"
            )
        planned = int(self.content["analysis"]["replicates"])
        if planned != replicates:
            found.append(f"replicates: {planned} planned, {replicates} made")
        for kind in ("cases", "controls"):
            least = int(self.content["cells"][f"fewest_{kind}"])
            if least != fewest:
                found.append(f"fewest {kind} of a cell: {least} planned, {fewest} asked for")
        return tuple(found)


def read_statements_protocol(path: Path) -> StatementsProtocol:
    """Read a protocol.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ProtocolRefused(
            [_problem(path.name, f"a file that can't be read ({type(error).__name__})")]
        ) from error
    problems = [_problem(where, found) for where, found in _wrong(raw)]
    if problems:
        raise ProtocolRefused(problems)
    return StatementsProtocol(raw, protocol_sha256(raw, ""))


def frozen_facts(protocol: StatementsProtocol, path: Path, records_sha256: str) -> dict[str, Any]:
    """Return what a report says of the plan's freeze; every run is noted beside the plan.

    Parameters
    ----------
    path : of the protocol, beside which its freeze stands
    records_sha256 : of the records that were opened

    Raises
    ------
    StudyError  if the freeze was touched, or the note can't be written
    """
    frozen = read_frozen(path)
    note_opened(path, records_sha256)
    if frozen is None:
        told = ["not frozen before the data were opened"]
        return {"frozen_sha256": None, "frozen_on": None, "deviations": told}
    changed = [
        f"changed after the freeze: {c.path} was {c.frozen!r}, is now {c.now!r}"
        for c in frozen.changes_of(protocol.content, "")
    ]
    opened = [f"opened before the freeze: records {s[:12]}" for s in frozen.opened_before]
    return {
        "frozen_sha256": frozen.sha256,
        "frozen_on": frozen.frozen_on,
        "deviations": [*changed, *opened],
    }


def _problem(where: str, found: str) -> StudyProblem:
    return StudyProblem(
        "protocol_refused", where, found, "a gap in a plan can be filled when the result is known",
        "Write it as in examples/studies/ecg_statements.toml",
    )  # fmt: skip


def _wrong(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where something is wrong, and what."""
    if raw.get("schema") != SCHEMA:
        yield "schema", f"no schema {SCHEMA!r}"
    for name in raw:
        if name != "schema" and name not in SECTIONS:
            yield name, f"an unknown section {name!r}"
    for name, keys in SECTIONS.items():
        section = raw.get(name)
        if not isinstance(section, Mapping):
            yield name, f"no section [{name}]"
            continue
        yield from ((f"{name}.{key}", "nothing") for key in keys if section.get(key) in ("", None))
        unknown = (key for key in section if key not in keys)
        yield from ((f"{name}.{key}", f"an unknown key {key!r}") for key in unknown)
