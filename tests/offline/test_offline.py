"""One folder installs on a machine without a network, and says so where it can't."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.offline, pytest.mark.timeout(3600)]


def no_network():
    """What runs a program without a network; nothing where the kernel does not let us."""
    shut = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None:
        return []
    return shut if subprocess.run([*shut, "true"], check=False).returncode == 0 else []


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "laennec-offline"
    tool = ROOT / "docs" / "tools" / "offline.py"
    subprocess.run([sys.executable, str(tool), "--out", str(out)], check=True, timeout=1800)
    return out


def install(folder, target, *more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        [*no_network(), sys.executable, str(folder / "install.py"), str(target), *more],
        cwd="/", env=kept, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip


def test_a_fresh_environment_is_made_and_screens_with_no_network(made, tmp_path):
    assert no_network(), "needs unshare, so that the network is really shut"
    target = tmp_path / "laennec"
    done = install(made, target, "--extras", "text")
    assert done.returncode == 0, done.stderr
    assert "signatures, hashes and known answers are right" in done.stdout
    program = [*no_network(), str(target / "bin" / "laennec")]
    visit = str(made / "examples" / "visits" / "03-urgent.json")
    said = subprocess.run(
        [*program, "screen", visit, "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert '"urgency": "U0"' in said.stdout
    matched = subprocess.run(
        [*program, "codes", "match", "cariste"], capture_output=True, text=True, check=True
    )
    assert "job.forklift_driver" in matched.stdout
    again = install(made, target)
    assert "nothing is written over" in again.stderr


@pytest.mark.parametrize("fault", ["changed", "missing", "strange"])
def test_a_copy_that_is_not_what_was_made_is_not_installed(made, tmp_path, fault):
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, copy_function=os.link)
    page = copy / "README.txt"
    text = page.read_bytes()
    page.unlink()
    if fault == "changed":
        page.write_bytes(text + b"x")
    if fault == "strange":
        page.write_bytes(text)
        (copy / "wheels" / "other.whl").write_bytes(b"x")
    done = install(copy, tmp_path / "target")
    assert done.returncode == 1
    assert "missing, strange or changed" in done.stderr
    assert not (tmp_path / "target").exists()


def test_a_wheel_that_is_not_there_ends_in_words(made, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(made, copy, copy_function=os.link)
    (wheel,) = (copy / "wheels").glob("numpy-*.whl")
    name = wheel.relative_to(copy).as_posix()
    wheel.unlink()
    sums = copy / "SHA256SUMS"
    lines = [x for x in sums.read_text("utf-8").splitlines(keepends=True) if name not in x]
    sums.unlink()
    sums.write_text("".join(lines), encoding="utf-8")
    done = install(copy, tmp_path / "target")
    assert done.returncode == 1
    assert "numpy" in done.stderr
    assert "Traceback" not in done.stderr
