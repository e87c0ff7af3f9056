"""Keys that the service makes for itself: private, made once, and said where they can't be had."""

from pathlib import Path

import pytest
from laennec.engine.errors import DataError
from laennec.serving.http.sign_in.local_keys import LocalKey

KEY = LocalKey(Path("keys/own.key.json"), Path("keys/own.jwks.json"), "ES256")


def test_a_key_is_made_once_and_its_private_half_is_the_owners(tmp_path):
    first = KEY.open(tmp_path)
    assert KEY.open(tmp_path).kid == first.kid
    assert oct((tmp_path / KEY.private).stat().st_mode)[-3:] == "600"
    assert '"d"' not in (tmp_path / KEY.public).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kty": "EC"}'])
def test_a_key_file_that_was_cut_is_said(tmp_path, text):
    KEY.open(tmp_path)
    (tmp_path / KEY.private).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="a key of this service that can't be read"):
        KEY.open(tmp_path)


def test_a_folder_that_takes_no_key_is_said(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(DataError, match="can't be written"):
        KEY.open(tmp_path)
