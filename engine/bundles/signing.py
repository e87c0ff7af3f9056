"""Ed25519 keys, trust and signatures of bundles.

The repository holds one key pair, named ``development``; its private half is public on purpose, so
a model signed with it is worth nothing more than "development model". A release key never stands in
the repository: a site puts the public keys that it trusts, one PEM file each, into its trust
folder.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import ContractBroken, FileChanged
from .manifest import MANIFEST, SIGNATURE, Manifest
from .manifest_file import parse_manifest, sha256_of, write_manifest
from .statements_manifest import (
    StatementsManifest,
    is_statements_manifest,
    parse_statements_manifest,
    write_statements_manifest,
)
from .waves_manifest import (
    SignalManifest,
    is_signal_manifest,
    parse_signal_manifest,
    write_signal_manifest,
)

DEVELOPMENT = "development"
DEVELOPMENT_KEY = Path(__file__).parents[1] / "keys" / "development.pem"
_KEY_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Trust:
    """The public keys whose signatures are accepted, by name."""

    keys: Mapping[str, Ed25519PublicKey]

    @property
    def names(self) -> str:
        """Names of the trusted keys, for a message."""
        return ", ".join(sorted(self.keys)) or "none"

    def verify(self, key: str, signature: bytes, signed: bytes, *, path: str) -> None:
        """Check a signature.

        Raises
        ------
        FileChanged  if the key is not trusted or the signature is not of these bytes
        """
        public = self.keys.get(key)
        if public is None:
            raise FileChanged(
                found=f"signed with the key {key!r}, trusted are {self.names}",
                why="a model of an unknown signer is not used",
                remedy="Put the signer's public key into the trust folder, or restore the bundle",
                path=path,
            )
        try:
            public.verify(signature, signed)
        except InvalidSignature as error:
            raise FileChanged(
                found=f"the key {key} has not signed this manifest, sha256 {sha256_of(signed)}",
                why="the manifest or its signature was changed after signing",
                remedy="Restore both from the release, or sign the bundle again",
                path=path,
            ) from error


def load_trust(folder: Path | None = None, *, development: bool = True) -> Trust:
    """Return the trusted keys: the development key and those of the site's trust folder.

    Parameters
    ----------
    folder : holds ``<key name>.pem`` files with Ed25519 public keys
    development : False refuses development models

    Raises
    ------
    ContractBroken  if the folder is missing, or a file is no Ed25519 public key or takes the name
        ``development``
    """
    keys = {DEVELOPMENT: _public_key(DEVELOPMENT_KEY)} if development else {}
    for path in _pem_files(folder):
        if path.stem == DEVELOPMENT or not _KEY_NAME.fullmatch(path.stem):
            raise ContractBroken(
                found=f"a trusted key is named {path.stem!r}",
                why="the name development is reserved for the worthless key of the repository, "
                "and a key name has small letters, digits, - and _ only",
                remedy="Rename the file",
                path=path.name,
            )
        keys[path.stem] = _public_key(path)
    return Trust(keys)


def _pem_files(folder: Path | None) -> Iterable[Path]:
    if folder is not None and not folder.is_dir():
        raise ContractBroken(
            found="the trust folder is not there",
            why="without it every model of the site would be refused for no visible reason",
            remedy="Create it, or correct its path",
            path=folder.name,
        )
    return () if folder is None else sorted(folder.glob("*.pem"))


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(_bytes_of(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ContractBroken(
            found="the file is not an Ed25519 public key in PEM form",
            why="only such keys verify bundles",
            remedy="Export the public key again, or remove the file",
            path=path.name,
        )
    return key


def generate_key() -> Ed25519PrivateKey:
    """Return a new private key; keep a release key outside the repository."""
    return Ed25519PrivateKey.generate()


def private_key_pem(key: Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    """Return a private key as PEM (PKCS 8), encrypted when a password is given."""
    how: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        how = serialization.BestAvailableEncryption(password)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, how)


def public_key_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def read_private_key(path: Path, password: bytes | None = None) -> Ed25519PrivateKey:
    """Read a private key for ``sign_bundle``.

    Raises
    ------
    ContractBroken  if the file is no Ed25519 private key, or the password does not open it
    """
    try:
        key = serialization.load_pem_private_key(_bytes_of(path), password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ContractBroken(
            found="the file is not an Ed25519 private key that this password opens",
            why="only such keys sign bundles",
            remedy="Give the PEM file of the signing key, and its password if it has one",
            path=path.name,
        )
    return key


def sign_bundle(
    folder: Path, private_key: Ed25519PrivateKey, key_name: str
) -> Manifest | SignalManifest | StatementsManifest:
    """Seal a bundle: write key name and sha256 of every file into its manifest, then sign it.

    Parameters
    ----------
    folder : ``models/<model>/bundles/<form>`` with manifest.toml and every other file in place
    private_key : the signer's key
    key_name : the name under which sites trust the public half

    Returns
    -------
    the sealed manifest, as written

    Raises
    ------
    ContractBroken  if the manifest is broken or a file is missing, extra or of a forbidden name
    """
    raw_draft = _bytes_of(folder / MANIFEST)
    names = sorted(p.name for p in folder.iterdir() if p.name not in (MANIFEST, SIGNATURE))
    files = {name: sha256_of(_bytes_of(folder / name)) for name in names}
    sealed, raw = _seal(raw_draft, key_name, files)
    (folder / MANIFEST).write_bytes(raw)
    (folder / SIGNATURE).write_bytes(private_key.sign(raw))
    return sealed


def _seal(
    raw: bytes, key_name: str, files: Mapping[str, str]
) -> tuple[Manifest | SignalManifest | StatementsManifest, bytes]:
    """Write key and hashes into a manifest of its kind, and check what was written."""
    if is_signal_manifest(raw):
        signal = replace(parse_signal_manifest(raw, sealed=False), key=key_name, files=files)
        written = write_signal_manifest(signal).encode()
        return parse_signal_manifest(written), written
    if is_statements_manifest(raw):
        said = replace(parse_statements_manifest(raw, sealed=False), key=key_name, files=files)
        written = write_statements_manifest(said).encode()
        return parse_statements_manifest(written), written
    risk = replace(parse_manifest(raw, sealed=False), key=key_name, files=files)
    written = write_manifest(risk).encode()
    return parse_manifest(written), written


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContractBroken(
            found=f"the file can't be read ({error.strerror})",
            why="neither a key nor a bundle is guessed",
            remedy="Correct the path, or make the file readable",
            path=path.name,
        ) from error
