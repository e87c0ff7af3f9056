"""Every example in a docstring runs: an example that lies is worse than none.

``pytest --doctest-modules`` collects by file path and would import each module a second time under
another name, because the folders of the package stand at the root; here they are found by import.
"""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

RUN_BY_ALEMBIC = "laennec.serving.store.migrations."
"""Scripts that only the migration tool can import; the store's tests run them."""
PACKAGES = ("engine", "models", "datasets", "training", "serving", "validation")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def module_names() -> list[str]:
    """Return the name of every module of every room; a package that can't be walked fails here."""
    names = []
    for package in PACKAGES:
        room = importlib.import_module(f"laennec.{package}")
        names.append(room.__name__)
        names += [found.name for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]
    return [name for name in names if not name.startswith(RUN_BY_ALEMBIC)]


def imported(name: str) -> ModuleType:
    """Import one module."""
    return importlib.import_module(name)


@pytest.mark.parametrize("name", module_names())
def test_every_example_is_true(name: str) -> None:
    """A module that can't be imported fails too, for nobody would see that it is dead."""
    result = doctest.testmod(imported(name), optionflags=OPTIONS)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples of {name} fail"


def test_some_examples_exist() -> None:
    """If doctest found nothing at all, the test above would pass over an empty house."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = [n for n in module_names() if n.startswith("laennec.engine.")]
    examples = sum(len(t.examples) for n in names for t in finder.find(imported(n)))
    assert examples > 10
