"""Gets a set from its publisher, file by file, each compared with the publisher's checksum."""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.request import urlopen

from ...engine.errors import DataError
from .ecg_sets import SUMS, described

_TIMEOUT_S = 120
Fetch = Callable[[str], bytes]


def fetch_url(url: str) -> bytes:
    """Get one file from the publisher."""
    with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the address is the publisher's
        return bytes(answer.read())


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
    url = described(name)["url"]
    folder.mkdir(parents=True, exist_ok=True)
    listed = fetch(url + SUMS)
    fetched = 0
    for line in listed.decode("utf-8").splitlines():
        wanted, _, rest = line.partition(" ")
        member = PurePosixPath(rest.strip().lstrip("*"))
        if not rest or member.is_absolute() or ".." in member.parts:
            raise _wrong(rest, "its name leads out of the folder")
        path = folder / member
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == wanted:
            continue
        content = fetch(url + str(member))
        if hashlib.sha256(content).hexdigest() != wanted:
            raise _wrong(str(member), "it differs from the checksum that its publisher lists")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        fetched += 1
    (folder / SUMS).write_bytes(listed)
    return fetched


def _wrong(name: str, why: str) -> DataError:
    return DataError(
        found=f"the file {name!r} of the publisher",
        why=why,
        remedy="Try again later; if it stays so, tell the publisher",
        path=SUMS,
    )
