"""What a command writes over is replaced whole, or stands as it stood."""

import contextlib
import resource
import stat
from pathlib import Path

import pytest
from laennec.cli.printing import write_text as write_report
from laennec.engine.errors import DataError
from laennec.serving.ecg.commands import EcgDone, write_json
from laennec.serving.whole_files import kept_whole, write_text

FULL = 1_000
"""Bytes after which no file grows, as on a full disk."""


@contextlib.contextmanager
def full_disk():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def beats(target):
    write_json(EcgDone(target, target.stem, plain={"r": list(range(FULL))}), target.parent)


@pytest.mark.parametrize("write", [lambda target: write_report(target, "x" * 2 * FULL), beats])
def test_a_full_disk_leaves_the_answer_of_before(tmp_path, write):
    """Pinned: the file was cut at once, so a disk that was full left neither answer."""
    target = tmp_path / "answer.json"
    target.write_text("the answer of before")
    with full_disk(), pytest.raises(DataError, match="can't be written.*would be lost"):
        write(target)
    assert target.read_text() == "the answer of before"
    assert list(tmp_path.iterdir()) == [target]


def test_who_may_read_a_file_is_kept_and_a_link_stays_one(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("before")
    real.chmod(0o600)
    link.symlink_to(real)
    write_text(link, "after")
    assert link.is_symlink()
    assert real.read_text() == "after"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_device_is_written_itself():
    with kept_whole(Path("/dev/null")) as aside:
        assert aside == Path("/dev/null")
