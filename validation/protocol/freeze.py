"""A protocol's freeze: its content and hash, kept beside it before the data are opened.

The freeze holds the whole content, so that a later change is told key by key and not only as
another hash. Every run leaves a note beside the protocol; a freeze made after a run says so for
good. What no file of a person's own machine can prove is the day: whoever removes freeze and note,
or writes another hash, can freeze anew. Its hash, registered elsewhere, proves it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...engine.bundles.decode import encode
from ...engine.canonical import content_hash
from ..errors import ProtocolRefused, StudyError, StudyProblem
from .model import Protocol

SCHEMA = "laennec.protocol_freeze/1"
SUFFIX = ".frozen.json"
OPENED_SUFFIX = ".opened.json"


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs from the frozen protocol; None where it was not there."""

    path: str
    frozen: object
    now: object


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was frozen.

    Parameters
    ----------
    sha256 : of the content in canonical form, and of the mapping file
    frozen_on : the day, as the person's machine had it
    content : the protocol as plain data
    mapping_sha256 : of the mapping file's bytes, empty where there is none
    opened_before : sha256 of the data that this protocol had already been run on
    """

    sha256: str
    frozen_on: str
    content: Mapping[str, Any]
    mapping_sha256: str = ""
    opened_before: tuple[str, ...] = ()

    @property
    def freeze_sha256(self) -> str:
        """Return the hash of the whole freeze: what was planned, the day, what was opened."""
        return content_hash(
            {
                "protocol": self.sha256,
                "frozen_on": self.frozen_on,
                "opened_before": list(self.opened_before),
            }
        )

    def changes(self, protocol: Protocol, mapping_sha256: str) -> tuple[Change, ...]:
        """Return what differs now."""
        return self.changes_of(encode(protocol), mapping_sha256)

    def changes_of(self, content: Mapping[str, Any], mapping_sha256: str) -> tuple[Change, ...]:
        """Return what differs now, of a protocol as plain data."""
        found = list(_differences(self.content, content, ""))
        if mapping_sha256 != self.mapping_sha256:
            found.append(Change("data.mapping (content)", self.mapping_sha256, mapping_sha256))
        return tuple(found)


def protocol_sha256(content: Mapping[str, Any], mapping_sha256: str) -> str:
    """Return the hash of a protocol's content and its mapping."""
    return content_hash({"protocol": content, "mapping": mapping_sha256})


def mapping_sha256(protocol: Protocol, folder: Path) -> str:
    """Return the sha256 of the mapping file, empty where the protocol names none.

    Raises
    ------
    ProtocolRefused  if it can't be read
    """
    if protocol.data.mapping is None:
        return ""
    path = folder / protocol.data.mapping
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "mapping_unreadable",
                    "data.mapping",
                    f"a mapping {protocol.data.mapping!r} that can't be read",
                    "the columns stay unknown without it",
                    "Put it beside the protocol, or correct its name",
                )
            ]
        ) from error


def freeze_path(protocol_file: Path) -> Path:
    """Return where the freeze of a protocol file stands."""
    return protocol_file.with_name(protocol_file.stem + SUFFIX)


def _opened_path(protocol_file: Path) -> Path:
    return protocol_file.with_name(protocol_file.stem + OPENED_SUFFIX)


def freeze(protocol: Protocol, protocol_file: Path, today: date) -> Frozen:
    """Write the freeze of a protocol beside it.

    Raises
    ------
    StudyError  if it is frozen already: another freeze would hide what was changed
    """
    mapping = mapping_sha256(protocol, protocol_file.parent)
    return freeze_content(encode(protocol), mapping, protocol_file, today)


def freeze_content(
    content: Mapping[str, Any], mapping: str, protocol_file: Path, today: date
) -> Frozen:
    """Write the freeze of a protocol, as plain data, beside its file.

    Raises
    ------
    StudyError  if it is frozen already
    """
    path = freeze_path(protocol_file)
    if path.exists():
        raise StudyError(
            found=f"{path.name} exists",
            why="a second freeze would hide what was changed after the first",
            remedy="Run the study as it is: the report prints every change; "
            "a new study gets a new file",
            path=path.name,
        )
    frozen = Frozen(
        sha256=protocol_sha256(content, mapping),
        frozen_on=today.isoformat(),
        content=content,
        mapping_sha256=mapping,
        opened_before=_opened(protocol_file),
    )
    table = {
        "schema": SCHEMA,
        "freeze_sha256": frozen.freeze_sha256,
        "sha256": frozen.sha256,
        "frozen_on": frozen.frozen_on,
        "mapping_sha256": frozen.mapping_sha256,
        "opened_before": list(frozen.opened_before),
        "content": content,
    }
    _write(path, json.dumps(table, ensure_ascii=False, indent=1) + "\n")
    return frozen


def read_frozen(protocol_file: Path) -> Frozen | None:
    """Return the freeze of a protocol file, None where there is none.

    Raises
    ------
    StudyError  if it can't be read, or content, day or what was opened do not have their hash
    """
    path = freeze_path(protocol_file)
    if not path.exists():
        return None
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        frozen = Frozen(
            table["sha256"],
            table["frozen_on"],
            table["content"],
            table["mapping_sha256"],
            tuple(table["opened_before"]),
        )
        found = protocol_sha256(frozen.content, frozen.mapping_sha256)
        whole = str(table["freeze_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"a freeze that can't be read ({type(error).__name__})") from error
    if found != frozen.sha256:
        raise _broken(path, f"a freeze whose content has the hash {found[:12]}...")
    if frozen.freeze_sha256 != whole:
        raise _broken(path, "a freeze whose day, or note of what was opened, was changed")
    return frozen


def _broken(path: Path, found: str) -> StudyError:
    return StudyError(
        found=found,
        why="nobody can say then what was planned before the data were seen",
        remedy="Restore the file as it was written by `laennec validate --freeze`",
        path=path.name,
    )


def note_opened(protocol_file: Path, data_sha256: str) -> None:
    """Keep that data were opened with a protocol: a freeze made after this says so.

    Raises
    ------
    StudyError  if the note can't be read or written
    """
    seen = dict.fromkeys((*_opened(protocol_file), data_sha256))
    _write(_opened_path(protocol_file), json.dumps({"opened": list(seen)}) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StudyError(
            found=f"a file that can't be written ({error.strerror})",
            why="nobody could say later whether the plan came before the data",
            remedy="Put the protocol into a folder that may be written to",
            path=path.name,
        ) from error


def _opened(protocol_file: Path) -> tuple[str, ...]:
    path = _opened_path(protocol_file)
    if not path.exists():
        return ()
    try:
        return tuple(str(x) for x in json.loads(path.read_text(encoding="utf-8"))["opened"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"a note that can't be read ({type(error).__name__})") from error


def _differences(before: object, now: object, path: str) -> Iterator[Change]:
    """Yield every leaf that differs."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            where = f"{path}.{key}" if path else key
            yield from _differences(before.get(key), now.get(key), where)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (a, b) in enumerate(zip(before, now, strict=True)):
            yield from _differences(a, b, f"{path}[{index}]")
    elif before != now:
        yield Change(path, before, now)
