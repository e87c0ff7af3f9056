"""What arrives in a clinic: a wheel with every data file, and not one library of the workshop."""

import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from house import NOT_OURS, ROOMS, ROOT, files

EXAMPLE = "examples/visits/01-raised-risk.json"
WORKSHOP = (
    "torch",
    "mlflow",
    "sklearn",
    "pandas",
    "wfdb",
    "onnx",
    "onnxscript",
    "skfuzzy",
    "networkx",
    "shap",
    "matplotlib",
)

REFUSE = """
import runpy, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {workshop!r}:
            raise ImportError(f"a library of the workshop was asked for: {{name}}")

sys.meta_path.insert(0, Refuse())
sys.argv = ["laennec", "screen", {visit!r}, "--lang", {lang!r}, "--format", {form!r}]
from laennec.cli import main
main()
"""


def python(code: str, *, executable: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter, away from the repository."""
    return subprocess.run(
        [executable, "-P", "-c", code],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def screening(lang: str = "fr", form: str = "text") -> str:
    """Return code that screens the example with the libraries of the workshop refused."""
    return REFUSE.format(workshop=set(WORKSHOP), visit=str(ROOT / EXAMPLE), lang=lang, form=form)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that no stale build folder gives it a file."""
    copy = tmp_path_factory.mktemp("source") / "laennec"
    skip = shutil.ignore_patterns(*NOT_OURS, "tests", "*.egg-info", "*_cache", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=skip, symlinks=True)
    out = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
        + ["--disable-pip-version-check", "-w", str(out), str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.whl"))


def contents(wheel: Path) -> set[str]:
    """Return the names of the package's files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return {name.removeprefix("laennec/") for name in names if name.startswith("laennec/")}


def test_the_wheel_is_the_rooms_and_nothing_else(wheel: Path) -> None:
    """Exactly what stands in the rooms: no file lost, no test, no workshop key, no stale module."""
    rooms = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in files(room)
        if not path.relative_to(ROOT).as_posix().startswith("training/keys/")
    }
    assert contents(wheel) == rooms | {
        "__init__.py",
        "py.typed",
        *(path.name for path in ROOT.glob("cli*.py")),
    }


def test_the_wheel_holds_public_keys_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert b"PRIVATE KEY" not in archive.read(name) or name.endswith(".py"), name


def test_the_wheel_asks_for_no_workshop_library(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    required = re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", metadata, re.MULTILINE)
    assert "onnxruntime" in required
    assert not {"scikit-learn", "scikit-fuzzy", *WORKSHOP} & set(required)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_visit_is_screened_without_the_workshop(lang: str, form: str) -> None:
    """The import linter reads imports; this runs them, also the ones hidden in functions."""
    done = python(screening(lang, form))
    assert done.returncode == 0, done.stderr
    assert "a library of the workshop" not in done.stderr
    assert len(done.stdout) > 500


def test_the_refusal_itself_works() -> None:
    """If the hook let everything through, the test above would prove nothing."""
    code = screening().split("sys.argv")[0] + "import sklearn"
    assert "a library of the workshop was asked for: sklearn" in python(code).stderr


@pytest.mark.slow
def test_a_base_install_screens_a_visit(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment with the base dependencies at their pinned versions, and no extra."""
    place = tmp_path / "clinic"
    venv.create(place, with_pip=True)
    executable = str(place / "bin" / "python")
    installed = subprocess.run(
        [executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        + ["-c", str(ROOT / "constraints.txt"), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    for module in WORKSHOP:
        assert python(f"import {module}", executable=executable).returncode != 0, module
    done = python(screening(), executable=executable)
    assert done.returncode == 0, done.stderr
    assert done.stdout == python(screening()).stdout, "another answer than in the repository"
    models = python(
        "import sys; sys.argv = ['laennec', 'models', 'verify']; "
        "from laennec.cli import main; main()",
        executable=executable,
    )
    assert models.returncode == 0, models.stderr
