"""A result is there whole or not at all, and nothing that was there before is lost."""

import errno

import pytest
from laennec.engine.errors import DataError
from laennec.serving.new_files import new_file, new_folder


def test_a_file_is_written_once_and_never_over_another(tmp_path):
    path = tmp_path / "package.zip"
    with new_file(path) as file:
        file.write(b"whole")
    told = "something lies already.*Give another name"
    with pytest.raises(DataError, match=told), new_file(path) as file:
        file.write(b"other")
    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError(errno.ENOSPC, "No space left on device"), DataError), (KeyError("x"), KeyError)],
)
def test_what_fails_half_way_leaves_nothing(tmp_path, error, told):
    path = tmp_path / "package.zip"
    with pytest.raises(told), new_file(path) as file:
        file.write(b"half")
        raise error
    assert not path.exists()


def test_a_folder_is_new_or_empty(tmp_path):
    new_folder(tmp_path / "a" / "b")
    new_folder(tmp_path / "a" / "b")
    with pytest.raises(DataError, match="not empty.*Give another folder"):
        new_folder(tmp_path / "a")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="something lies already"):
        new_folder(tmp_path / "file")
