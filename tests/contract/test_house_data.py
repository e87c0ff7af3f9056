"""The data of the house: every row has its source, every file ships, no sentence clears anyone."""

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from house import ROOMS, ROOT, files, named, tables, toml

LAYERS = {"neurofuzzy"}  # what definitions are built from, no model of its own
WORKSHOP_ONLY = ("training/keys/",)

# Words that would end a conversation which only a physician may end.
ALL_CLEAR = re.compile(
    r"\b(normal|normale|normaux|normales|normally|sain|saine|healthy person|no disease"
    r"|disease[- ]free|aucune maladie|pas de maladie|absence de maladie|bonne santé|all clear"
    r"|nothing to worry|rien à signaler|reassuring|rassurante?|sick|malade"
    r"|fit for work|unfit|apte|inapte|aptitude)\b",
    re.IGNORECASE,
)
# (file, id) -> why the word is no conclusion there
NO_CONCLUSION: dict[tuple[str, str], str] = {}

ROW_FIELDS = ("guideline", "read_in", "signed_by")


def strings(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return every string below a value, with its path."""
    if isinstance(value, str):
        return [(path, value)]
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    return [s for key, below in pairs for s in strings(below, f"{path}.{key}".lstrip("."))]


def data_files(*folders: str) -> list[Path]:
    """Return the TOML files below folders."""
    return [p for folder in folders for p in files(folder) if p.suffix == ".toml"]


def sentence_files() -> list[Path]:
    """Return the files whose words a person reads."""
    words = [p for p in data_files("engine/words", "serving", "engine/scores")]
    texts = [p for p in words if re.search(r"(core|text|sentence|label|reason|words)", p.name)]
    return texts + data_files("engine/vocabulary")


@pytest.mark.parametrize("path", sentence_files(), ids=named)
def test_no_sentence_gives_an_all_clear(path: Path) -> None:
    """Screening finds what it looks for; it never shows that a person has nothing."""
    said = [
        f"{key}: {text}"
        for key, text in strings(toml(path))
        if ALL_CLEAR.search(text) and (named(path), key) not in NO_CONCLUSION
    ]
    assert not said, f"{named(path)}: {said}"


def test_the_all_clear_words_are_found_when_they_stand_there() -> None:
    for text in ("ECG normal", "Apte au poste", "no disease was found", "Rien à signaler."):
        assert ALL_CLEAR.search(text), text
    for text in ("abnormal", "inaptitudes", "normalised"):
        assert not ALL_CLEAR.search(text), text


@pytest.mark.parametrize("path", data_files("engine/guidelines"), ids=named)
def test_a_guideline_row_says_where_it_comes_from(path: Path) -> None:
    """A cut-off nobody can trace back is a cut-off nobody can correct."""
    for where, table in tables(toml(path)):
        if "grade" in table and "id" in table and not isinstance(table["grade"], list):
            missing = [f for f in ROW_FIELDS if f not in table]
            assert not missing, f"{named(path)}, {where} ({table['id']}): {missing}"
            assert table["guideline"].strip(), f"{named(path)}, {where}"
            assert table["read_in"].strip(), f"{named(path)}, {where}"


def test_an_urgent_rule_says_where_it_comes_from() -> None:
    rules = toml(ROOT / "engine" / "guidelines" / "urgency.toml").get("rule", [])
    assert rules
    for rule in rules:
        missing = [f for f in ROW_FIELDS if f not in rule]
        assert not missing, f"{rule.get('id')}: {missing}"
        assert rule["guideline"].strip(), rule["id"]


@pytest.mark.parametrize("path", data_files("engine/scores"), ids=named)
def test_a_published_score_cites_its_paper(path: Path) -> None:
    if path.name == "texts.toml":
        pytest.skip("sentences")
    source = toml(path).get("source")
    assert source, f"{named(path)} has no source"
    if isinstance(source, dict):
        assert source["citation"]
        assert source["read_in"]
        assert "signed_by" in source


def test_a_measured_item_says_where_its_limits_come_from() -> None:
    items = toml(ROOT / "engine" / "vocabulary" / "measurements.toml")["item"]
    assert all(item["source"].strip() for item in items)
    assert len({item["code"] for item in items}) == len(items)


def test_every_model_folder_ships_a_bundle() -> None:
    """A definition without a bundle is a disease that the catalogue promises and nobody answers."""
    folders = {p.name for p in (ROOT / "models").iterdir() if p.is_dir() and p.name[0] not in "_."}
    without = [
        name
        for name in sorted(folders - LAYERS)
        if not list((ROOT / "models" / name).glob("bundles/*/manifest.toml"))
    ]
    assert not without


@pytest.mark.parametrize(
    "path", [p for p in files("models") if p.name == "rules.toml"] or [None], ids=str
)
def test_a_rule_of_a_model_says_where_it_comes_from(path: Path | None) -> None:
    assert path is not None, "no model has rules"
    rules = toml(path).get("rule", [])
    assert rules, f"{named(path)} has no rules"
    assert not [r["id"] for r in rules if not str(r.get("source", "")).strip()]


def test_nobody_signs_by_accident() -> None:
    """A signature is a name and a date that a clinician gave; until then the field is empty."""
    for path in data_files("engine", "serving"):
        for where, table in tables(toml(path)):
            signed = table.get("signed_by", "")
            assert signed == "" or re.search(r"\w+ \w+.*\d{4}-\d\d-\d\d", str(signed)), (
                f"{named(path)}, {where}: {signed!r}"
            )


def distribution() -> dict[str, Any]:
    """Return what setup.py declares, asked from setuptools itself."""
    code = (
        "import json, setuptools; from distutils.core import run_setup; "
        "d = run_setup('setup.py', stop_after='init'); "
        "print(json.dumps({'packages': d.packages, 'data': d.package_data}))"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def test_every_folder_with_code_is_a_package_that_ships() -> None:
    """Explicit lists forget the folder that was made last; the wheel then fails in the clinic."""
    declared = set(distribution()["packages"])
    for room in ROOMS:
        for path in files(room):
            if path.suffix == ".py":
                package = ".".join(("laennec", *path.parent.relative_to(ROOT).parts))
                assert (path.parent / "__init__.py").exists(), f"{named(path.parent)}: no __init__"
                assert package in declared, f"{package} is not in the wheel"
    assert not [p for p in declared if p.startswith(("laennec.tests", "laennec.benchmarks"))]


def ships(path: Path, packages: set[str], globs: dict[str, list[str]]) -> bool:
    """Say whether setuptools would put a data file into the wheel."""
    for folder in path.parents:
        package = ".".join(("laennec", *folder.relative_to(ROOT).parts))
        if package in packages:
            inside = path.relative_to(folder).as_posix()
            own = [g for key in ("", package) for g in globs.get(key, [])]
            depth = inside.count("/")
            if any(g.count("/") == depth and fnmatch.fnmatch(inside, g) for g in own):
                return True
        if folder == ROOT:
            return False
    return False


def test_every_data_file_of_a_room_ships() -> None:
    """A sentence file that is not in the wheel is a crash on the first visit."""
    declared = distribution()
    packages = set(declared["packages"])
    missing = [
        named(path)
        for room in ROOMS
        for path in files(room)
        if path.suffix not in {".py", ".pyc"}
        and not named(path).startswith(WORKSHOP_ONLY)
        and not ships(path, packages, declared["data"])
    ]
    assert not missing
