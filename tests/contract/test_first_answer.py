"""The first answer of a fresh interpreter is not slowed by what that answer does not need."""

import subprocess
import sys

import pytest
from house import ROOT

HEAVY = ("scipy", "pandas", "torch", "sklearn", "mlflow", "fastapi", "sqlalchemy", "pyarrow")
"""Each takes longer to load than the whole visit takes to screen."""

VISIT = "examples/visits/01-raised-risk.json"
SCREEN = f"""
import sys
from laennec.engine import load_guidelines, load_models, parse, screen
with open({VISIT!r}, "rb") as visit:
    screen(parse(visit.read()), load_models(), load_guidelines())
print(sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
COMMAND = f"""
import contextlib, io, sys
from laennec.cli import main
sys.argv = ["laennec", "screen", {VISIT!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print(sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


@pytest.mark.parametrize("code", [SCREEN, COMMAND], ids=["python", "command"])
def test_a_visit_without_an_ecg_loads_nothing_heavy(code):
    """The bug it pins: the filters of the ECG were loaded at every start, three times its time."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "numpy" in loaded
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []
