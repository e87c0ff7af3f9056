"""Read a bundle once and believe nothing of it that is not signed.

Order: the folder's names, the manifest's signature, the place, the sha256 of every file. The bytes
that were hashed are the bytes that are used; no file is opened twice.
"""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from ..errors import ContractBroken, FileChanged
from .manifest import MANIFEST, REQUIRED_FILES, SIGNATURE, Manifest
from .manifest_file import parse_manifest, sha256_of
from .signing import Trust

SIGNATURE_BYTES = 64
SIZE_CAPS: Mapping[str, int] = {
    MANIFEST: 1 << 18,
    SIGNATURE: SIGNATURE_BYTES,
    "model.onnx": 1 << 26,
    "golden.json": 1 << 24,
}
OTHER_CAP = 1 << 21
_RESTORE = "Restore the bundle from its release, or sign it again if the change is meant"


class Sealed(Protocol):
    """What every kind of manifest says about its seal."""

    @property
    def id(self) -> str:
        """``<model>/<form>``."""

    @property
    def key(self) -> str:
        """Name of the key that signed."""

    @property
    def files(self) -> Mapping[str, str]:
        """The sha256 of every other file."""


AnyManifest = TypeVar("AnyManifest", bound=Sealed)


def read_sealed(folder: Path, trust: Trust) -> tuple[Manifest, str, dict[str, bytes]]:
    """Read every file of a risk model once; check names, signature and hashes.

    Returns
    -------
    manifest, sha256 of its bytes, bytes of the other files by name
    """
    return read_sealed_as(folder, trust, parse_manifest, REQUIRED_FILES)


def read_sealed_as(
    folder: Path,
    trust: Trust,
    parse: Callable[..., AnyManifest],
    required: Iterable[str],
) -> tuple[AnyManifest, str, dict[str, bytes]]:
    """Read every file of a bundle of some kind once; check names, signature and hashes.

    Parameters
    ----------
    folder : of the bundle
    trust : keys whose signature is accepted
    parse : reads the manifest of this kind, called with its bytes and ``path``
    required : files that this kind must have

    Returns
    -------
    manifest, sha256 of its bytes, bytes of the other files by name
    """
    names = _names(folder, required)
    raw, signature = _read(folder, MANIFEST), _read(folder, SIGNATURE)
    if len(signature) != SIGNATURE_BYTES:
        raise _changed(f"a signature of {len(signature)} bytes", folder, SIGNATURE)
    try:
        manifest = parse(raw, path=at(folder, MANIFEST))
    except ContractBroken:
        _refuse_unsigned(raw, signature, trust, folder)
        raise
    trust.verify(manifest.key, signature, raw, path=at(folder, SIGNATURE))
    _check_place(folder, manifest)
    expected = {MANIFEST, SIGNATURE, *manifest.files}
    for name in sorted(names ^ expected):
        found = "missing" if name in expected else "not in the manifest's list"
        raise _changed(f"the file {name} is {found}", folder, name)
    files = {name: _read(folder, name) for name in sorted(manifest.files)}
    for name, content in files.items():
        expect, actual = manifest.files[name], sha256_of(content)
        if actual != expect:
            raise _changed(f"sha256 {actual}, the signed manifest says {expect}", folder, name)
    return manifest, sha256_of(raw), files


def _refuse_unsigned(raw: bytes, signature: bytes, trust: Trust, folder: Path) -> None:
    """Say "changed" rather than "badly written" when nobody trusted has signed these bytes."""
    errors = []
    for key in trust.keys:
        try:
            trust.verify(key, signature, raw, path=at(folder, SIGNATURE))
        except FileChanged as error:
            errors.append(error)
    if len(errors) == len(trust.keys):
        raise _changed(
            f"sha256 {sha256_of(raw)} is signed by none of {trust.names}",
            folder,
            MANIFEST,
        )


def _names(folder: Path, required: Iterable[str] = REQUIRED_FILES) -> set[str]:
    if not folder.is_dir():
        raise _changed("the folder is missing", folder, "")
    names = {entry.name for entry in folder.iterdir()}
    for name in (MANIFEST, SIGNATURE, *required):
        if name not in names:
            raise _changed(f"the file {name} is missing", folder, name)
    return names


def _read(folder: Path, name: str) -> bytes:
    """Read one regular file that is not a link, up to its size cap."""
    cap = SIZE_CAPS.get(name, OTHER_CAP)
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            is_file = stat.S_ISREG(os.fstat(handle).st_mode)
            content = _read_up_to(handle, cap + 1) if is_file else b""
        finally:
            os.close(handle)
    except OSError as error:
        what = "a link" if (folder / name).is_symlink() else "unreadable"
        raise _changed(f"the file is {what} ({error.strerror})", folder, name) from error
    if not is_file:
        raise _changed("not a regular file", folder, name)
    if len(content) > cap:
        raise _changed(f"larger than {cap} bytes", folder, name)
    return content


def _read_up_to(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _check_place(folder: Path, manifest: Sealed) -> None:
    """Refuse a genuine bundle that stands in another model's folder."""
    found = id_of(folder)
    if folder.resolve().parent.name != "bundles" or found != manifest.id:
        raise _changed(
            f"the bundle {manifest.id} stands in the folder of {found}", folder, MANIFEST
        )


def id_of(folder: Path) -> str:
    """Return ``<model>/<form>`` as the folders say it, whoever wrote the manifest."""
    place = folder.resolve()
    return f"{place.parent.parent.name}/{place.name}"


def at(folder: Path, name: str) -> str:
    """Name a file by its last three folders, without the path of this machine."""
    parts = folder.resolve().parts[-3:]
    return "/".join((*parts, name)) if name else "/".join(parts)


def _changed(found: str, folder: Path, name: str) -> FileChanged:
    return FileChanged(
        found=found,
        why="a bundle is used only exactly as it was signed",
        remedy=_RESTORE,
        path=at(folder, name),
    )
