"""Gets a set from its publisher, file by file, each compared with the publisher's checksum.

PhysioNet lists sha256 in ``SHA256SUMS.txt``; Zenodo lists md5 in the record and publishes archives,
whose members are unpacked beside them.

    python -m laennec.datasets.sources.ecg_sets_download ptbxl DIR
"""

import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.request import urlopen

from ...engine.errors import DataError, ScreeningError
from .ecg_sets import SUMS, described, digest_of

_TIMEOUT_S = 120
_PIECE: Final = 1 << 20
Fetch = Callable[[str], Iterator[bytes]]
Listed = tuple[str, str, str, str]
"""Name, address, kind of checksum, checksum."""


def fetch_url(url: str) -> Iterator[bytes]:
    """Get one file from the publisher, piece by piece."""
    with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the address is the publisher's
        while piece := answer.read(_PIECE):
            yield bytes(piece)


def fetch_set(name: str, folder: Path, *, fetch: Fetch = fetch_url) -> int:
    """Download what of a set is not there yet; an interrupted download is taken up again.

    Parameters
    ----------
    name : id in ``ecg_sets.toml``
    folder : to which the publisher's files go, laid out as there
    fetch : gets the bytes of an address

    Returns
    -------
    how many files were fetched

    Raises
    ------
    DataError : a file differs from its checksum, or its name leads out of the folder
    """
    about = described(name)
    folder.mkdir(parents=True, exist_ok=True)
    files, text = _listed(about, fetch)
    fetched = 0
    for member, address, kind, wanted in files:
        path = folder / _inside(member)
        if path.is_file() and digest_of(path, kind) == wanted:
            continue
        _fetch_one(address, path, (kind, wanted), fetch)
        fetched += 1
        if path.suffix == ".zip":
            _unpack(path, folder)
    (folder / SUMS).write_text(text, encoding="utf-8")
    return fetched


def _listed(about: dict[str, Any] | Any, fetch: Fetch) -> tuple[list[Listed], str]:  # noqa: ANN401 - a row of a TOML file
    """Return what the publisher lists, and the list as it is kept beside the files."""
    url: str = about["url"]
    if about.get("listed") == "zenodo":
        record = json.loads(b"".join(fetch(url)))
        found = []
        for one in record["files"]:
            kind, _, wanted = one["checksum"].partition(":")
            found.append((one["key"], one["links"]["self"], kind, wanted))
        return found, "".join(f"{kind}:{wanted} {key}\n" for key, _, kind, wanted in found)
    text = b"".join(fetch(url + SUMS)).decode("utf-8")
    only, found = tuple(about.get("only", ("",))), []
    for line in text.splitlines():
        wanted, _, rest = line.partition(" ")
        member = rest.strip().lstrip("*")
        if member and (member.startswith(only) or not _is_safe(member)):
            found.append((member, url + member, "sha256", wanted))
    return found, text


def _fetch_one(address: str, path: Path, told: tuple[str, str], fetch: Fetch) -> None:
    """Write one file whole, or not at all."""
    kind, wanted = told
    digest = hashlib.new(kind, usedforsecurity=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as out:
        for piece in fetch(address):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != wanted:
        part.unlink()
        raise _wrong(path.name, "it differs from the checksum that its publisher lists")
    part.replace(path)


def _unpack(archive: Path, folder: Path) -> None:
    """Write the members of an archive beside it; none leads out of the folder."""
    with zipfile.ZipFile(archive) as opened:
        for member in opened.namelist():
            _inside(member)
        opened.extractall(folder)  # noqa: S202 - every name was looked at


def _is_safe(member: str) -> bool:
    parts = PurePosixPath(member)
    return not parts.is_absolute() and ".." not in parts.parts


def _inside(member: str) -> PurePosixPath:
    if not _is_safe(member):
        raise _wrong(member, "its name leads out of the folder")
    return PurePosixPath(member)


def _wrong(name: str, why: str) -> DataError:
    return DataError(
        found=f"the file {name!r} of the publisher",
        why=why,
        remedy="Try again later; if it stays so, tell the publisher",
        path=SUMS,
    )


def main(arguments: list[str]) -> int:
    """Get the named set into the named folder."""
    if len(arguments) != 2:  # noqa: PLR2004 - a name and a folder
        sys.stderr.write("python -m laennec.datasets.sources.ecg_sets_download SET DIR\n")
        return 2
    try:
        fetched = fetch_set(arguments[0], Path(arguments[1]))
    except ScreeningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{arguments[0]}: {fetched} files fetched, each as its publisher lists it\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
