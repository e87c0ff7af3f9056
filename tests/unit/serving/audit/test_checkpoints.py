"""serving/audit/checkpoints.py: signed outside the database, refused when touched."""

import json
import stat

import pytest
from audit_support import fill
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from laennec.engine.errors import AuditError
from laennec.serving.audit.checkpoints import (
    create_site_key,
    load_public_keys,
    load_site_key,
    read_checkpoints,
)
from laennec.serving.audit.verify import verify, write_checkpoint
from store_support import HandClock


@pytest.fixture
def signed(store, tmp_path):
    """A store with one checkpoint; gives the store, the key, its public keys and the folder."""
    fill(store, HandClock())
    public_file = create_site_key(tmp_path / "keys" / "audit.key")
    key = load_site_key(tmp_path / "keys" / "audit.key")
    folder = tmp_path / "checkpoints"
    write_checkpoint(store, key, folder, clock=HandClock())
    return store, key, load_public_keys([public_file]), folder


def test_a_checkpoint_round_trips(signed):
    store, _, keys, folder = signed
    checkpoints = read_checkpoints(folder, keys)
    assert checkpoints.refused == ()
    assert [c.sequence for c in checkpoints.signed] == [10]
    assert verify(store, checkpoints).is_intact


def test_writing_the_same_checkpoint_again_changes_nothing(signed):
    store, key, _, folder = signed
    before = {file: file.read_bytes() for file in folder.iterdir()}
    write_checkpoint(store, key, folder, clock=HandClock())
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_the_private_key_is_for_its_owner_only(tmp_path):
    create_site_key(tmp_path / "audit.key")
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path):
    create_site_key(tmp_path / "audit.key")
    before = (tmp_path / "audit.key").read_bytes()
    with pytest.raises(AuditError, match="there is a key at this place already"):
        create_site_key(tmp_path / "audit.key")
    assert (tmp_path / "audit.key").read_bytes() == before


@pytest.mark.parametrize("field", ["chain_id", "sequence", "event_hash", "at", "signature"])
def test_every_altered_field_is_refused(signed, field):
    store, _, keys, folder = signed
    file = next(folder.iterdir())
    content = json.loads(file.read_bytes())
    content[field] = 9 if field == "sequence" else content[field][:-1] + "z"
    file.write_text(json.dumps(content))
    checkpoints = read_checkpoints(folder, keys)
    assert checkpoints.signed == ()
    assert f"the signature of {file.name} does not match its content" in checkpoints.refused
    report = verify(store, checkpoints)
    assert [(p.sequence, p.kind) for p in report.problems] == [(0, "checkpoint")]
    assert "no checkpoint was given" in report.truncation


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"schema":"laennec.audit_checkpoint/2","chain_id":"a","sequence":1,"event_hash":"a",'
        b'"at":"a","key_id":"a","signature":"a"}',
        b'{"schema":"laennec.audit_checkpoint/1","chain_id":1,"sequence":1,"event_hash":"a",'
        b'"at":"a","key_id":"a","signature":"a"}',
        b'{"schema":"laennec.audit_checkpoint/1","chain_id":"a","sequence":-1,"event_hash":"a",'
        b'"at":"a","key_id":"a","signature":"a"}',
    ],
)
def test_an_unreadable_file_is_a_problem_and_does_not_hide_the_others(signed, content):
    _, _, keys, folder = signed
    (folder / "checkpoint-x.json").write_bytes(content)
    checkpoints = read_checkpoints(folder, keys)
    assert len(checkpoints.signed) == 1
    assert checkpoints.refused == ("checkpoint-x.json is not a checkpoint of this version",)


def test_a_checkpoint_of_another_key_is_refused(signed, tmp_path):
    store, _, keys, folder = signed
    create_site_key(tmp_path / "foreign.key")
    foreign = load_site_key(tmp_path / "foreign.key")
    write_checkpoint(store, foreign, tmp_path / "foreign", clock=HandClock())
    refused = read_checkpoints(tmp_path / "foreign", keys).refused
    assert "signed with a key that this site does not trust" in refused[0]
    both = {**keys, **load_public_keys([tmp_path / "foreign.pub"])}
    assert read_checkpoints(tmp_path / "foreign", both).refused == ()


def test_a_missing_folder_is_a_problem(tmp_path):
    assert read_checkpoints(tmp_path / "gone", {}).refused == (
        "the folder of the checkpoints is missing",
    )


def test_what_is_not_an_ed25519_key_is_refused(tmp_path):
    other = X25519PrivateKey.generate()
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for content in (b"no key", private, public):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(AuditError, match="not a readable Ed25519 key"):
            load_site_key(tmp_path / "x")
        with pytest.raises(AuditError, match="not a readable Ed25519 key"):
            load_public_keys([tmp_path / "x"])
    with pytest.raises(AuditError, match="laennec audit key"):
        load_site_key(tmp_path / "gone")
