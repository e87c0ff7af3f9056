"""Open a bundle of ECG statements: seal, graph, rules, cut-offs, known answers.

The graph is started and asked its known answers when the first ECG comes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..ecg.findings.cases import parse_cases
from ..ecg.findings.model import OUTPUTS, StatementsModel, StatementsOutput
from ..ecg.findings.spec import StatementTable, parse_statements
from ..errors import ContractBroken, DataError
from ..fixedpoint import FloatArray
from ..fuzzy.status import BoolArray
from ..fuzzy.system import TskSystem, parse_system
from ..runtime import open_session
from .golden import LARGEST_TOLERANCE
from .graph import Port, read_graph
from .sealed import at, read_sealed_as
from .signing import Trust
from .statements_manifest import STATEMENTS_FILES, StatementsManifest, parse_statements_manifest

STATEMENTS = "statements.toml"
METRICS = "metrics.json"
GOLDEN_SCHEMA = "laennec.statements_golden/1"
_KEYS = {"schema", "made_by", "tolerance", "x", "score", "firing", "parts", "bias"}


@dataclass(slots=True, eq=False)
class StatementsBundle:
    """A bundle of statements whose signature, hashes, graph and rules hold.

    Parameters
    ----------
    folder : where it was read
    manifest : what it says about itself
    sha256 : of the manifest's bytes; pins every other file
    files : name -> bytes, manifest and signature left out
    rules : rules and variables
    table : statements with cut-offs
    """

    folder: Path
    manifest: StatementsManifest
    sha256: str
    files: Mapping[str, bytes]
    rules: TskSystem
    table: StatementTable
    _ready: StatementsModel | None = field(default=None, repr=False)

    def model(self) -> StatementsModel:
        """Start the graph, ask it its known answers once, and return it.

        Raises
        ------
        ContractBroken  if onnxruntime does not run the graph or a known answer differs
        """
        if self._ready is None:
            where = at(self.folder, "model.onnx")
            session = open_session(self.files["model.onnx"], path=where)
            m = self.manifest
            cases = parse_cases(self.files.get(METRICS), path=at(self.folder, METRICS))
            ready = StatementsModel(
                session, self.rules, self.table, m.id, m.version, self.sha256, cases
            )
            _check_known(ready, self.files["golden.json"], at(self.folder, "golden.json"))
            self._ready = ready
        return self._ready


def is_statements_folder(folder: Path) -> bool:
    """Say which reader a bundle is for; the reader itself believes nothing of it."""
    return (folder / STATEMENTS).is_file()


def open_statements_bundle(folder: Path, trust: Trust) -> StatementsBundle:
    """Verify a bundle of statements.

    Raises
    ------
    FileChanged  if a file is missing, added, altered, too large, a link, or not signed
    ContractBroken  if what was signed is not a set of rules that this engine can run
    """
    manifest, sha256, files = read_sealed_as(
        folder, trust, parse_statements_manifest, STATEMENTS_FILES
    )
    rules = _rules(files["rules.toml"], at(folder, "rules.toml"))
    table = parse_statements(files[STATEMENTS], rules, path=at(folder, STATEMENTS))
    where = at(folder, "model.onnx")
    if table.names != manifest.statements:
        raise _broken("statements.toml and the manifest name other statements", where)
    graph = read_graph(files["model.onnx"], path=where)
    k, r, s = len(rules.inputs), len(rules.rules), len(table.names)
    wanted = [
        Port("x", "float64", (None, k)),
        Port("observed", "bool", (None, k)),
        *(
            Port(name, "float64", (None, columns))
            for name, columns in zip(OUTPUTS, (s, r, r, s), strict=True)
        ),
    ]
    inputs = [p for p in graph.inputs if p.name not in graph.initializers]
    if [*inputs, *graph.outputs] != wanted:
        found = ", ".join(str(p) for p in (*inputs, *graph.outputs))
        raise _broken(f"the graph has {found}", where)
    return StatementsBundle(folder, manifest, sha256, files, rules, table)


def _rules(raw: bytes, path: str) -> TskSystem:
    try:
        system = parse_system(raw.decode("utf-8"), path)
    except (UnicodeDecodeError, DataError) as error:
        raise _broken(f"rules that can't be read ({error})", path) from error
    if not isinstance(system, TskSystem) or system.normalised:
        raise _broken("rules that are not an additive Takagi-Sugeno-Kang system", path)
    return system


def write_statements_golden(
    x: FloatArray, observed: BoolArray, answers: StatementsOutput, *, made_by: str
) -> str:
    """Return ``golden.json``: inputs, and what other software than the ONNX file answered."""
    rows = [
        [float(v) if o else None for v, o in zip(a, b, strict=True)]
        for a, b in zip(x, observed, strict=True)
    ]
    table = {
        "schema": GOLDEN_SCHEMA,
        "made_by": made_by,
        "tolerance": LARGEST_TOLERANCE,
        "x": rows,
        "score": answers.score.tolist(),
        "firing": answers.rule_firing.tolist(),
        "parts": answers.rule_contribution.tolist(),
        "bias": answers.bias.tolist(),
    }
    return json.dumps(table, allow_nan=False) + "\n"


def _check_known(model: StatementsModel, raw: bytes, path: str) -> None:
    try:
        table = json.loads(raw.decode("utf-8"))
        if set(table) != _KEYS or table["schema"] != GOLDEN_SCHEMA or not table["made_by"]:
            raise ValueError("its keys are not those of the schema")  # noqa: TRY301 - one way out
        x = np.array(table["x"], np.float64)
        wanted = [np.array(table[name]) for name in ("score", "firing", "parts", "bias")]
        tolerance = float(table["tolerance"])
        if not 0 < tolerance <= LARGEST_TOLERANCE or not x.size:
            raise ValueError("no case, or a tolerance that is too wide")  # noqa: TRY301 - as above
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise _broken(f"not a readable {GOLDEN_SCHEMA} file ({error})", path) from error
    found = model.run(x, np.isfinite(x))
    given = (found.score, found.rule_firing, found.rule_contribution, found.bias)
    for answer, expected in zip(given, wanted, strict=True):
        differs = answer.shape != expected.shape or not np.abs(answer - expected).max() <= tolerance
        if differs:
            raise _broken("a known answer differs", path)


def _broken(found: str, path: str) -> ContractBroken:
    return ContractBroken(
        found=found,
        why="statements could be made by other rules than those that were validated",
        remedy="Restore the bundle from its release, or export and sign it again",
        path=path,
    )
