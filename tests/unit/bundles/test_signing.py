"""Keys, trust and sealing."""

import bundle_maker
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from laennec.engine.bundles import generate_key, load_trust, read_private_key, sign_bundle
from laennec.engine.bundles.load import load_models
from laennec.engine.bundles.signing import DEVELOPMENT_KEY, private_key_pem, public_key_pem
from laennec.engine.errors import ContractBroken, FileChanged


def test_the_two_halves_of_the_development_key_belong_together():
    key = read_private_key(bundle_maker.KEY)
    assert public_key_pem(key) == DEVELOPMENT_KEY.read_bytes()


def test_a_site_adds_its_own_key(tmp_path):
    key = generate_key()
    trusted = tmp_path / "trust"
    trusted.mkdir()
    (trusted / "hospital.pem").write_bytes(public_key_pem(key))
    folder = bundle_maker.make(tmp_path / "models")
    sign_bundle(folder, key, "hospital")
    models = load_models([folder], trust=load_trust(trusted))
    assert models.loaded[0].manifest.key == "hospital"
    assert not models.is_development
    refused = load_models([folder]).refused[0].error
    assert isinstance(refused, FileChanged)
    assert "signed with the key 'hospital', trusted are development" in str(refused)


def test_a_site_may_refuse_development_models(tmp_path):
    folder = bundle_maker.make(tmp_path)
    refused = load_models([folder], trust=load_trust(development=False)).refused[0].error
    assert "signed with the key 'development', trusted are none" in str(refused)
    assert load_models([folder]).is_development


@pytest.mark.parametrize("name", ["development", "Upper", "a b"])
def test_a_trusted_key_may_not_take_a_reserved_or_odd_name(tmp_path, name):
    (tmp_path / f"{name}.pem").write_bytes(public_key_pem(generate_key()))
    with pytest.raises(ContractBroken, match=f"named '{name}': the name development is reserved"):
        load_trust(tmp_path)


def test_a_trust_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ContractBroken, match=r"trust folder is not there: .*correct its path"):
        load_trust(tmp_path / "tursted")


def test_files_that_cannot_be_read_are_said(tmp_path):
    with pytest.raises(ContractBroken, match=r"can't be read \(No such file.*\[release.pem\]"):
        read_private_key(tmp_path / "release.pem")
    with pytest.raises(ContractBroken, match=r"can't be read \(No such file.*\[manifest.toml\]"):
        sign_bundle(tmp_path, generate_key(), "site")


def test_only_ed25519_keys_are_trusted(tmp_path):
    other = rsa.generate_private_key(65537, 2048).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    path = tmp_path / "site.pem"
    for content in (b"nothing", other.public_bytes(serialization.Encoding.PEM, form)):
        path.write_bytes(content)
        with pytest.raises(ContractBroken, match="not an Ed25519 public key in PEM form"):
            load_trust(tmp_path)


def test_a_private_key_may_have_a_password(tmp_path):
    key, path = generate_key(), tmp_path / "release.pem"
    path.write_bytes(private_key_pem(key, b"secret"))
    assert public_key_pem(read_private_key(path, b"secret")) == public_key_pem(key)
    for password in (None, b"wrong"):
        with pytest.raises(ContractBroken, match="not an Ed25519 private key that this password"):
            read_private_key(path, password)


def test_a_private_key_without_password_is_read(tmp_path):
    key, path = generate_key(), tmp_path / "test.pem"
    path.write_bytes(private_key_pem(key))
    assert public_key_pem(read_private_key(path)) == public_key_pem(key)


def test_sealing_lists_every_file_and_nothing_else(tmp_path):
    folder = bundle_maker.make(tmp_path)
    (folder / "report.json").write_text("{}")
    sealed = sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")
    assert sorted(sealed.files) == [
        "card.md", "golden.json", "model.onnx", "report.json", "rules.toml",
    ]  # fmt: skip
    assert load_models([folder]).loaded[0].files["report.json"] == b"{}"


def test_sealing_twice_gives_the_same_bytes(tmp_path):
    folder = bundle_maker.make(tmp_path)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_bundle_with_a_forbidden_or_missing_file_is_not_sealed(tmp_path):
    folder = bundle_maker.make(tmp_path)
    before = (folder / "manifest.toml").read_bytes()
    (folder / "model.pkl").write_bytes(b"")
    with pytest.raises(ContractBroken, match=r"'model.pkl' is not a name that a bundle may hold"):
        sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")
    (folder / "model.pkl").unlink()
    (folder / "card.md").unlink()
    with pytest.raises(ContractBroken, match="card.md is missing"):
        sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")
    assert (folder / "manifest.toml").read_bytes() == before
