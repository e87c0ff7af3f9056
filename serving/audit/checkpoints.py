"""Signed checkpoints of the audit trail, kept outside the database.

A hash chain alone can't show that its last events were cut off, or that all of it was computed
anew. A checkpoint says "event N had this hash", signed with the site's Ed25519 key. Neither the key
nor the checkpoints belong where the person who administers the database can change them.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ...engine.canonical import canonical_bytes
from ...engine.errors import AuditError

CHECKPOINT_SCHEMA = "laennec.audit_checkpoint/1"
_FIELDS = {"schema", "chain_id", "sequence", "event_hash", "at", "key_id", "signature"}
_KEY_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the site signed about its audit trail at one moment.

    Parameters
    ----------
    chain_id : which store
    sequence : the last event at that moment
    event_hash : its hash
    at : UTC text
    key_id : start of the SHA-256 of the site's public key
    signature : Ed25519 over the canonical JSON of the fields above, hexadecimal
    """

    chain_id: str
    sequence: int
    event_hash: str
    at: str
    key_id: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return the bytes that are signed."""
        return canonical_bytes(
            {
                "schema": CHECKPOINT_SCHEMA,
                "chain_id": self.chain_id,
                "sequence": self.sequence,
                "event_hash": self.event_hash,
                "at": self.at,
                "key_id": self.key_id,
            }
        )

    def as_json(self) -> bytes:
        """Return the bytes of the checkpoint's file."""
        signed = json.loads(self.signed_bytes())
        return canonical_bytes({**signed, "signature": self.signature}) + b"\n"


def key_id(key: Ed25519PublicKey) -> str:
    """Return the short name of a public key."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:_KEY_ID_LENGTH]


def create_site_key(private_file: Path) -> Path:
    """Make the site's key pair; never overwrites one.

    Parameters
    ----------
    private_file : where the private key goes, readable by its owner only

    Returns
    -------
    The file of the public key, beside it, with the ending ``.pub``

    Raises
    ------
    AuditError : a key is already there
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    public_file = private_file.with_suffix(".pub")
    private_file.parent.mkdir(parents=True, exist_ok=True)
    for file, content, mode in ((private_file, pem, 0o600), (public_file, public, 0o644)):
        try:
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        except FileExistsError:
            raise AuditError(
                found="there is a key at this place already",
                why="overwriting it would leave the earlier checkpoints without their key",
                remedy="keep it, or choose another file for a new key and keep the old public key",
                path=str(file),
            ) from None
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    return public_file


def load_site_key(file: Path) -> Ed25519PrivateKey:
    """Read the site's private key (PEM, not encrypted)."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise _unreadable_key(file) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable_key(file)
    return key


def load_public_keys(files: Iterable[Path]) -> Mapping[str, Ed25519PublicKey]:
    """Read public keys (PEM), by their key id; old keys stay valid for old checkpoints."""
    keys: dict[str, Ed25519PublicKey] = {}
    for file in files:
        try:
            key = load_pem_public_key(file.read_bytes())
        except (OSError, ValueError):
            raise _unreadable_key(file) from None
        if not isinstance(key, Ed25519PublicKey):
            raise _unreadable_key(file)
        keys[key_id(key)] = key
    return keys


def _unreadable_key(file: Path) -> AuditError:
    return AuditError(
        found="this is not a readable Ed25519 key in PEM form",
        why="checkpoints can be neither signed nor checked with it",
        remedy="restore the key from its safe place, or make one with `laennec audit key`",
        path=str(file),
    )


def sign_checkpoint(unsigned: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    """Return the checkpoint with the key's id and signature."""
    named = replace(unsigned, key_id=key_id(key.public_key()))
    return replace(named, signature=key.sign(named.signed_bytes()).hex())


def store_checkpoint(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint to its own file, forced to the disk; an existing one is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"checkpoint-{checkpoint.sequence:012d}-{checkpoint.event_hash[:12]}.json"
    if file.exists():
        return file
    half = file.with_suffix(".part")
    with half.open("wb") as stream:
        stream.write(checkpoint.as_json())
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return file


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoints of a site.

    Parameters
    ----------
    signed : those whose signature is the site's, oldest first
    refused : what is wrong with the others, one sentence each; a problem for the verification
    """

    signed: tuple[Checkpoint, ...] = ()
    refused: tuple[str, ...] = ()


def read_checkpoints(folder: Path, trusted_keys: Mapping[str, Ed25519PublicKey]) -> Checkpoints:
    """Read every checkpoint of a folder; one that is altered does not hide the others.

    Parameters
    ----------
    folder : where `store_checkpoint` put them
    trusted_keys : the site's public keys by key id, from `load_public_keys`
    """
    if not folder.is_dir():
        return Checkpoints(refused=("the folder of the checkpoints is missing",))
    read = [_read_one(file, trusted_keys) for file in sorted(folder.glob("*.json"))]
    signed = [checkpoint for checkpoint in read if isinstance(checkpoint, Checkpoint)]
    return Checkpoints(
        signed=tuple(sorted(signed, key=lambda checkpoint: checkpoint.sequence)),
        refused=tuple(problem for problem in read if isinstance(problem, str)),
    )


def _read_one(file: Path, trusted_keys: Mapping[str, Ed25519PublicKey]) -> Checkpoint | str:
    """Return a checkpoint, or what is wrong with its file."""
    try:
        fields = json.loads(file.read_bytes())
    except (OSError, ValueError):
        fields = None
    if not _is_well_formed(fields):
        return f"{file.name} is not a checkpoint of this version"
    checkpoint = Checkpoint(**{name: fields[name] for name in fields if name != "schema"})
    key = trusted_keys.get(checkpoint.key_id)
    if key is None:
        return f"{file.name} is signed with a key that this site does not trust"
    try:
        key.verify(bytes.fromhex(checkpoint.signature), checkpoint.signed_bytes())
    except (InvalidSignature, ValueError):
        return f"the signature of {file.name} does not match its content"
    return checkpoint


def _is_well_formed(fields: object) -> TypeGuard[dict[str, Any]]:
    if not isinstance(fields, dict) or set(fields) != _FIELDS:
        return False
    words = [value for name, value in fields.items() if name != "sequence"]
    is_numbered = isinstance(fields["sequence"], int) and fields["sequence"] >= 0
    return (
        is_numbered
        and all(isinstance(word, str) for word in words)
        and (fields["schema"] == CHECKPOINT_SCHEMA)
    )
