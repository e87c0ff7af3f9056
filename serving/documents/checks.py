"""An XDM package holds what its metadata say: names, hashes, sizes, one person in both.

Source: IHE ITI TF-2 3.32 (names of the files and folders), TF-3 4.2 (metadata).
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import ParseError  # noqa: S405 - read by defusedxml below

from defusedxml.ElementTree import fromstring

from ...engine.errors import DataError
from .metadata_in import RIM, identifier_name, slot
from .same_person import other_person

_ROOT: Final = "IHE_XDM/"
_METADATA: Final = "METADATA.XML"
_NEEDED: Final = ("INDEX.HTM", "README.TXT")
_NAME: Final = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
_MOST_BYTES: Final = 200_000_000


class PackageBroken(DataError):
    """A package that does not hold what its metadata say."""

    code = "package_broken"


def checked_package(data: bytes) -> bytes:
    """Return a package that holds what its metadata say.

    Parameters
    ----------
    data : a zip

    Raises
    ------
    PackageBroken : with every fault that was found
    """
    faults = list(_faults(data))
    if faults:
        raise PackageBroken(
            found=f"an XDM package that can't be relied on ({'; '.join(faults)})",
            why="who receives it would file nothing, or something else",
            remedy="Make it again; if it came from elsewhere, ask its sender",
            path="package",
        )
    return data


def _faults(data: bytes) -> Iterator[str]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > _MOST_BYTES or archive.testzip():
            yield "an entry that is damaged or too large"
            return
        files = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError):
        yield "no zip that can be read"
        return
    yield from _wrong_names(files)
    subsets = [name for name in files if name.startswith(_ROOT) and name.endswith(_METADATA)]
    if not subsets:
        yield f"no {_ROOT}SUBSETnn/{_METADATA}"
    for name in subsets:
        folder = name.removesuffix(_METADATA)
        yield from _wrong_subset(folder, files)


def _wrong_names(files: dict[str, bytes]) -> Iterator[str]:
    yield from (f"no {name}" for name in _NEEDED if name not in files)
    for name in files:
        if not all(_NAME.fullmatch(part) for part in name.split("/")):
            yield "a name that is not of capitals in 8.3"


def _wrong_subset(folder: str, files: dict[str, bytes]) -> Iterator[str]:
    try:
        root = fromstring(files[folder + _METADATA])
    except (ParseError, ValueError):
        yield "metadata that can't be read"
        return
    documents = root.findall(f".//{RIM}ExtrinsicObject")
    named = {slot(entry, "URI") for entry in documents}
    present = {name.removeprefix(folder) for name in files if name.startswith(folder)}
    if not documents or named != present - {_METADATA}:
        yield "documents and metadata that do not name each other"
    for entry in documents:
        content = files.get(folder + slot(entry, "URI"), b"")
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if slot(entry, "hash") != digest or slot(entry, "size") != str(len(content)):
            yield "a document of another hash or size than its metadata say"
        else:
            yield from other_person(entry, content)
    people = {
        one.get("value")
        for one in root.iter(f"{RIM}ExternalIdentifier")
        if identifier_name(one).endswith(".patientId")
    }
    if len(people) != 1:
        yield "documents of several people, or of nobody"
