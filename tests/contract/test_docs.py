"""What the documents say is so: links, commands, modules, figures, examples."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from house import ROOT, files, modules, named, toml

MARKDOWN = [p for p in files() if p.suffix == ".md" and "bundles" not in p.parts]
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
ADR_PARTS = ("## Context", "## Decision", "## Consequences", "Status:", "Hazards touched:")
KINDS = {"added", "changed", "fixed", "removed", "clinical"}


def read(path: Path) -> str:
    """Return a text."""
    return path.read_text(encoding="utf-8")


def commands() -> dict[str, Any]:
    """Return the commands and groups of the command line."""
    import typer.main
    from laennec.cli import app

    group = typer.main.get_command(app)
    found: dict[str, Any] = group.commands  # type: ignore[attr-defined]  # a typer app is a group
    return found


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = [
        target
        for target in LINK.findall(read(path))
        if not target.startswith(("http:", "https:", "mailto:"))
        and not (path.parent / target).resolve().exists()
    ]
    assert not broken, f"{named(path)}: {broken}"


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_every_command_in_a_document_exists(path: Path) -> None:
    known = commands()
    text = "\n".join(
        CODE.findall(read(path)) + re.findall(r"^ {4}(\S.*)$", read(path), re.MULTILINE)
    )
    for name, below in re.findall(r"\blaennec ([a-z]+(?:-[a-z]+)*)\b(?: ([a-z]+)\b)?", text):
        assert name in known, f"{named(path)}: laennec {name}"
        group = getattr(known[name], "commands", None)
        assert group is None or not below or below in group, f"{named(path)}: {name} {below}"
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named_targets = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)?)\b", text))
    assert named_targets <= targets, f"{named(path)}: {named_targets - targets}"


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_every_file_in_a_document_exists(path: Path) -> None:
    rooms = r"(?:engine|models|datasets|training|serving|validation|tests|docs|examples|benchmarks)"
    for code in CODE.findall(read(path)):
        if re.fullmatch(rf"{rooms}/[\w./-]+", code):
            assert (ROOT / code).exists(), f"{named(path)}: {code}"


def test_the_readme_shows_what_is_really_printed() -> None:
    """An example typed by hand is out of date the day after; a figure, from the start."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "tools" / "readme.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run `make readme`\n{done.stderr}"
    assert read(ROOT / "README.md").count("\n    make ") == 2


def test_every_setting_is_written_down() -> None:
    """A setting nobody can look up is set by nobody, or wrongly."""
    used = {
        name
        for path in (*modules(), *(ROOT / "cli").glob("*.py"), ROOT / "Makefile")
        for name in re.findall(r"\bLAENNEC_[A-Z_]+\b", read(path))
    }
    told = set(re.findall(r"\bLAENNEC_[A-Z_]+\b", "\n".join(read(path) for path in MARKDOWN)))
    assert used <= told, used - told


def test_the_index_leads_to_every_document() -> None:
    index = read(ROOT / "docs" / "README.md")
    targets = {(ROOT / "docs" / t).resolve() for t in LINK.findall(index)}
    lost = [
        named(path)
        for path in files("docs")
        if path.suffix in {".md", ".toml", ".json"}
        and path != ROOT / "docs" / "README.md"
        and not ({path, path.parent} & targets)
    ]
    assert not lost


def test_decisions_are_numbered_and_complete() -> None:
    adrs = [p for p in files("docs/adr") if p.suffix == ".md"]
    numbers = [p.name[:4] for p in adrs]
    assert numbers == [f"{n:04d}" for n in range(1, len(adrs) + 1)]
    for path in adrs:
        missing = [part for part in ADR_PARTS if part not in read(path)]
        assert not missing, f"{named(path)}: {missing}"


def test_the_changelog_has_its_headings() -> None:
    text = read(ROOT / "CHANGELOG.md")
    for heading in ("Clinical", "Added", "Changed", "Fixed", "Removed"):
        assert f"### {heading}" in text
    for path in files("changelog.d"):
        if path.name != "README.md":
            assert path.name.split(".")[-2] in KINDS, f"{path.name}: which heading?"
            assert len(read(path).strip()) > 10, path.name


def test_every_library_of_the_clinic_is_accounted_for() -> None:
    """A library nobody wrote down is a library whose known faults nobody reads."""
    base = toml(ROOT / "pyproject.toml")["project"]["dependencies"]
    wanted = {re.split(r"[<>=!~\[; ]", line)[0] for line in base}
    soup = toml(ROOT / "docs" / "regulatory" / "soup.toml")["soup"]
    assert {row["name"] for row in soup} == wanted
    pinned = read(ROOT / "constraints.txt").lower()
    for row in soup:
        assert re.search(rf"^{row['name']}==", pinned, re.MULTILINE), (
            f"{row['name']} has no version"
        )
        assert row["licence"]
        assert row["purpose"]
        assert row["guard"] == "" or (ROOT / row["guard"]).exists(), row["guard"]


@pytest.mark.parametrize(
    "path", [p for p in files("docs/schema") if p.name != "openapi.json"], ids=named
)
def test_a_published_schema_is_json_schema(path: Path) -> None:
    import jsonschema

    schema = json.loads(read(path))
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert schema["$schema"].startswith("https://json-schema.org/")
