"""What is in the house: its files, its rooms, its tables. Shared by the contract tests."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cli", "engine", "models", "datasets", "training", "serving", "validation")
NOT_OURS = frozenset({".git", ".venv", ".stubs", "build", "dist", "out", "mlruns", "mlartifacts"})
MADE_BY_TOOLS = (".egg-info", "_cache", "__pycache__", ".hypothesis")


def is_ours(path: Path) -> bool:
    """Say whether a path belongs to the house, not to a tool that ran in it."""
    parts = path.relative_to(ROOT).parts
    return not any(
        part in NOT_OURS or part.startswith(".coverage") or part.endswith(MADE_BY_TOOLS)
        for part in parts
    )


@cache
def files(folder: str = ".") -> tuple[Path, ...]:
    """Return every file of the house below a folder."""
    found: list[Path] = []
    stack = [ROOT / folder]
    while stack:
        for path in stack.pop().iterdir():
            if is_ours(path) and not path.is_symlink():
                (stack if path.is_dir() else found).append(path)
    return tuple(sorted(found))


def named(path: Path) -> str:
    """Return a path as it is written in lists of the house."""
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> tuple[Path, ...]:
    """Return the Python files below folders, or of every room."""
    return tuple(p for f in folders or ROOMS for p in files(f) if p.suffix == ".py")


@cache
def tree(path: Path) -> ast.Module:
    """Return a parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of every absolute import, also those inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module


def called(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every call."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@cache
def toml(path: Path) -> dict[str, Any]:
    """Return a parsed TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tables(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every table below a value, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, below in value.items():
            yield from tables(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from tables(below, f"{path}[{index}]")
