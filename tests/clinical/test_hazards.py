"""Every hazard has its control, and every control names tests that exist and run."""

import ast
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from house import ROOT, tree

HAZARDS: list[dict[str, Any]] = tomllib.loads(
    (ROOT / "docs" / "regulatory" / "hazards.toml").read_text(encoding="utf-8")
)["hazard"]
SEED = [f"H{number}" for number in range(1, 25)]
LATER_WORK = {"ecg", "service", "batch", "studies", "interop"}
NOT_RUN = re.compile(r"mark\.(skip|xfail)\b")


def test_no_hazard_of_the_seed_is_forgotten() -> None:
    ids = [hazard["id"] for hazard in HAZARDS]
    assert ids[: len(SEED)] == SEED
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda h: h["id"])
def test_a_hazard_is_said_in_full(hazard: dict[str, Any]) -> None:
    for part in ("hazard", "harm", "control"):
        assert len(hazard[part]) > 10, f"{hazard['id']} has no {part}"
    assert hazard["status"] in {"proved", "open"}
    if hazard["status"] == "proved":
        assert hazard["proof"], f"{hazard['id']} is called proved without a test"
        assert not {"missing", "waits_for"} & set(hazard)
    else:
        assert len(hazard["missing"]) > 10, f"{hazard['id']} is open: say what is missing"
        assert hazard["waits_for"] in LATER_WORK


def functions(body: list[ast.stmt]) -> dict[str, ast.AST]:
    """Return tests by name, those in classes as ``Class::test``."""
    found: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{name}": below for name, below in functions(node.body).items()}
    return found


@pytest.mark.parametrize(
    ("hazard", "node_id"),
    [(h["id"], node_id) for h in HAZARDS for node_id in h["proof"]],
)
def test_a_proof_is_a_test_that_runs(hazard: str, node_id: str) -> None:
    """A renamed or skipped test proves nothing; the message says which control lost its proof."""
    file, _, name = node_id.partition("::")
    path = ROOT / file
    assert path.is_file(), f"{hazard}: {file} does not exist"
    tests = functions(tree(path).body)
    assert name in tests, f"{hazard}: {file} has no {name}"
    decorators = getattr(tests[name], "decorator_list", [])
    assert not [d for d in decorators if NOT_RUN.search(ast.unparse(d))], f"{node_id} does not run"
    assert [
        n for n in ast.walk(tests[name]) if isinstance(n, ast.Assert)
    ] or "raises" in ast.unparse(tests[name]), f"{node_id} asserts nothing"


def test_the_check_prints_the_counts() -> None:
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "hazard_count.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    proved = sum(h["status"] == "proved" for h in HAZARDS)
    assert f"Proved: {proved}. Open: {len(HAZARDS) - proved}," in done.stdout
    assert "tests/hazard_count.py" in (ROOT / "Makefile").read_text(encoding="utf-8")
