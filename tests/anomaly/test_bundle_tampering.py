"""Whatever is done to a sealed bundle, it is refused by name, and its neighbour still runs."""

import os
import random
import shutil

import bundle_maker
import pytest
from bundle_refusal import refusal
from laennec.engine.bundles import generate_key, load_trust, read_private_key, sign_bundle
from laennec.engine.bundles.load import load_models
from laennec.engine.bundles.manifest_file import sha256_of
from laennec.engine.errors import FileChanged

FILES = ("manifest.toml", "signature", "model.onnx", "rules.toml", "golden.json", "card.md")
SAMPLES = 60


@pytest.fixture
def folder(tmp_path):
    """The bundle that is attacked; a good one stands beside it."""
    bundle_maker.make(tmp_path, "mamdani")
    return bundle_maker.make(tmp_path)


def resealed(folder):
    sign_bundle(folder, read_private_key(bundle_maker.KEY), "development")


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_in_any_file(folder, name):
    """Every bit of the first and last bytes, and a sample of those between."""
    path = folder / name
    good = path.read_bytes()
    bits = range(len(good) * 8)
    chosen = {*bits[:16], *bits[-16:], *random.Random(1).sample(bits, min(SAMPLES, len(bits)))}  # noqa: S311 - a sample, not a secret
    trust = load_trust()
    for bit in sorted(chosen):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(bytes(bad))
        models = load_models([folder], trust=trust)
        assert models.loaded == (), f"bit {bit} of {name}"
        error = models.refused[0].error
        assert isinstance(error, FileChanged), f"bit {bit} of {name}: {error}"
        assert f"bundles/tsk_form/{'signature' if name == 'manifest.toml' else name}" in str(
            error
        ) or name in ("manifest.toml",)
    path.write_bytes(good)
    assert load_models([folder], trust=trust).refused == ()


@pytest.mark.parametrize("name", ["model.onnx", "rules.toml", "golden.json", "card.md"])
def test_an_altered_file_is_named_with_both_hashes(folder, name):
    path = folder / name
    before = sha256_of(path.read_bytes())
    path.write_bytes(path.read_bytes() + b"\n")
    error = refusal(folder)
    assert error.path == f"toy_disease/bundles/tsk_form/{name}"
    assert f"sha256 {sha256_of(path.read_bytes())}, the signed manifest says {before}" in str(error)
    assert "Restore the bundle from its release" in error.remedy


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    assert f"the file {name} is missing" in refusal(folder).found


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file(folder, name):
    (folder / name).write_bytes(b"")
    assert refusal(folder).path.startswith("toy_disease/bundles/tsk_form/")


@pytest.mark.parametrize("name", ["note.txt", ".hidden", "model.onnx.data", "MODEL.ONNX"])
def test_an_added_file(folder, name):
    (folder / name).write_text("x")
    assert f"the file {name} is not in the manifest's list" in refusal(folder).found


def test_an_added_folder(folder):
    (folder / "more").mkdir()
    assert "the file more is not in the manifest's list" in refusal(folder).found


def test_a_listed_further_file_that_goes_missing(folder):
    (folder / "report.json").write_text("{}")
    resealed(folder)
    (folder / "report.json").unlink()
    assert "the file report.json is missing" in refusal(folder).found


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file_with_the_right_content(folder, tmp_path, name):
    aside = tmp_path / "aside"
    shutil.move(folder / name, aside)
    (folder / name).symlink_to(aside)
    assert "the file is a link" in refusal(folder).found


def test_a_folder_in_place_of_a_file(folder):
    (folder / "card.md").unlink()
    (folder / "card.md").mkdir()
    assert "not a regular file" in refusal(folder).found


def test_a_pipe_in_place_of_a_file_does_not_hang(folder):
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    assert "not a regular file" in refusal(folder).found


def test_a_file_that_vanishes_between_listing_and_reading(folder, monkeypatch):
    """The listing still shows it."""
    from laennec.engine.bundles import sealed

    names = sealed._names(folder)
    (folder / "card.md").unlink()
    monkeypatch.setattr(sealed, "_names", lambda *_: names)
    error = load_models([folder]).refused[0].error
    assert "the file is unreadable (No such file or directory)" in error.found


@pytest.mark.parametrize("name", ["manifest.toml", "card.md"])
def test_a_file_that_is_too_large(folder, name):
    with (folder / name).open("ab") as file:
        file.write(b" " * (1 << 22))
    assert "larger than" in refusal(folder).found


def test_the_signature_of_another_bundle(folder):
    other = folder.parent / "mamdani_form" / "signature"
    (folder / "signature").write_bytes(other.read_bytes())
    assert "the key development has not signed this manifest, sha256" in refusal(folder).found


def test_the_signature_of_an_older_version(folder):
    old = (folder / "signature").read_bytes()
    (folder / "card.md").write_text("# Toy, second edition\n")
    resealed(folder)
    (folder / "signature").write_bytes(old)
    error = refusal(folder)
    assert "the key development has not signed this manifest, sha256" in error.found
    assert error.path == "toy_disease/bundles/tsk_form/signature"


def test_an_older_manifest_with_its_own_signature(folder):
    """Both genuine, but the files are of another version."""
    kept = {n: (folder / n).read_bytes() for n in ("manifest.toml", "signature")}
    (folder / "card.md").write_text("# Toy, second edition\n")
    resealed(folder)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    assert refusal(folder).path == "toy_disease/bundles/tsk_form/card.md"


def test_another_key_under_the_same_name(folder):
    sign_bundle(folder, generate_key(), "development")
    assert "the key development has not signed this manifest" in refusal(folder).found


def test_a_key_that_nobody_trusts(folder):
    sign_bundle(folder, generate_key(), "hospital")
    assert "signed with the key 'hospital', trusted are development" in refusal(folder).found


def test_a_manifest_that_no_longer_parses_is_called_changed(folder):
    (folder / "manifest.toml").write_text("id = ")
    assert "is signed by none of development" in refusal(folder).found


def test_a_genuine_bundle_in_the_folder_of_another(folder):
    moved = folder.parent / "other_form"
    folder.rename(moved)
    error = refusal(moved)
    assert "toy_disease/tsk_form stands in the folder of toy_disease/other_form" in error.found


def test_a_bundle_outside_a_bundles_folder(folder, tmp_path):
    place = tmp_path / "toy_disease" / "parcels" / "tsk_form"
    place.parent.mkdir()
    folder.rename(place)
    from laennec.engine.bundles.verify import open_bundle

    with pytest.raises(FileChanged, match="stands in the folder of toy_disease/tsk_form"):
        open_bundle(place, load_trust())


def test_no_file_of_a_bundle_is_opened_twice(folder, monkeypatch):
    """Between a check and a use nothing can be swapped: the checked bytes are the used bytes."""
    opened = []
    real = os.open

    def counting(path, flags, *args, **kwargs):
        opened.append(str(path))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", counting)
    assert load_models([folder]).refused == ()
    ours = [p for p in opened if p.startswith(str(folder))]
    assert sorted(ours) == sorted(str(folder / n) for n in FILES)
