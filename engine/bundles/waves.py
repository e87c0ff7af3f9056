"""Open a bundle that reads signals: seal, graph, numbers, known answers; then it may be asked.

The seal, the graph and the numbers are checked when models are loaded; the network itself is
started, and its known answers are asked, when the first ECG comes. A visit without an ECG does not
wait for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..ecg.delineation.delineate import Delineator
from ..ecg.delineation.network import INPUT, MULTIPLE, OUTPUT, OUTPUTS, Session
from ..ecg.delineation.prepare import NET_RATE_HZ
from ..ecg.delineation.rules import DecodeRules, parse_rules
from ..errors import ContractBroken
from ..runtime import ORT_ERRORS, open_session
from .golden import LARGEST_TOLERANCE
from .graph import RISK_OPERATORS, GraphSummary, Port, read_graph
from .sealed import at, read_sealed_as
from .signing import Trust
from .waves_manifest import SIGNAL_FILES, SignalManifest, parse_signal_manifest

SIGNAL_OPERATORS = RISK_OPERATORS | {"Conv", "GlobalAveragePool", "Pad", "Resize"}
DECODE = "decode.toml"
RULES = "rules.toml"
WAVES_GOLDEN_SCHEMA = "laennec.waves_golden/1"
WAVES_TOLERANCE = 1e-4
"""Single-precision convolutions differ between processors by the order of their sums."""
_KEYS = {"schema", "made_by", "tolerance", "signal", "probability"}


@dataclass(slots=True, eq=False)
class SignalBundle:
    """A bundle that reads signals, whose signature, hashes and graph hold.

    Parameters
    ----------
    folder : where it was read
    manifest : what it says about itself
    sha256 : of the manifest's bytes; pins every other file
    files : name -> bytes, manifest and signature left out
    rules : how the network's answers are read
    """

    folder: Path
    manifest: SignalManifest
    sha256: str
    files: Mapping[str, bytes]
    rules: DecodeRules
    _ready: Delineator | None = field(default=None, repr=False)

    def delineator(self) -> Delineator:
        """Start the network, ask it its known answers once, and return it.

        Raises
        ------
        ContractBroken  if onnxruntime does not run the graph or a known answer differs
        """
        if self._ready is None:
            where = at(self.folder, "model.onnx")
            session = open_session(self.files["model.onnx"], path=where)
            check_known_waves(session, self.files["golden.json"], self.folder)
            m = self.manifest
            self._ready = Delineator(session, self.rules, m.id, m.version, self.sha256)
        return self._ready


def is_signal_folder(folder: Path) -> bool:
    """Say which reader a bundle is for; the reader itself believes nothing of it."""
    return (folder / DECODE).is_file() and not (folder / RULES).exists()


def open_signal_bundle(folder: Path, trust: Trust) -> SignalBundle:
    """Verify a bundle that reads signals.

    Raises
    ------
    FileChanged  if a file is missing, added, altered, too large, a link, or not signed
    ContractBroken  if what was signed is not a network that this engine can run
    """
    manifest, sha256, files = read_sealed_as(folder, trust, parse_signal_manifest, SIGNAL_FILES)
    where = at(folder, "model.onnx")
    graph = read_graph(files["model.onnx"], operators=SIGNAL_OPERATORS, path=where)
    _check_ports(graph, manifest, where)
    rules = parse_rules(files[DECODE], path=at(folder, DECODE))
    return SignalBundle(folder, manifest, sha256, files, rules)


def _check_ports(graph: GraphSummary, manifest: SignalManifest, path: str) -> None:
    m = manifest.input
    inputs = [p for p in graph.inputs if p.name not in graph.initializers]
    pairs = {
        "inputs": ([str(p) for p in inputs], [str(Port(INPUT, "float32", (None, None, None)))]),
        "outputs": (
            [(p.name, p.dtype) for p in graph.outputs],
            [(OUTPUT, "float32")],
        ),
        "the manifest's outputs": (manifest.outputs, OUTPUTS),
        "the manifest's input": (
            (m.name, m.sampling_rate_hz, m.time_multiple),
            (INPUT, float(NET_RATE_HZ), MULTIPLE),
        ),
    }
    problems = [
        f"{what} are {found}, expected {wanted}"
        for what, (found, wanted) in pairs.items()
        if found != wanted
    ]
    if problems:
        raise _broken("; ".join(problems), path)


def write_waves_golden(
    signal: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    probability: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    *,
    made_by: str,
) -> str:
    """Return ``golden.json`` of a network: a short signal and what other software answered.

    Parameters
    ----------
    signal : shape (leads, time)
    probability : shape (leads, outputs, time)
    made_by : software and command, other than the ONNX file
    """
    table = {
        "schema": WAVES_GOLDEN_SCHEMA,
        "made_by": made_by,
        "tolerance": WAVES_TOLERANCE,
        "signal": np.round(signal.astype(np.float64), 4).tolist(),
        "probability": np.round(probability.astype(np.float64), 6).tolist(),
    }
    return json.dumps(table, allow_nan=False) + "\n"


def check_known_waves(session: Session, raw: bytes, folder: Path) -> None:
    """Ask a network its known answers.

    Raises
    ------
    ContractBroken  if the file is not of its schema, or an answer differs
    """
    path = at(folder, "golden.json")
    signal, wanted, tolerance = _read_golden(raw, path)
    try:
        found = session.run([OUTPUT], {INPUT: signal[None]})[0][0]
    except ORT_ERRORS as error:
        raise _broken(f"the network stopped with {type(error).__name__}", path) from error
    if found.shape != wanted.shape:
        raise _broken(f"answers of shape {found.shape}, known are {wanted.shape}", path)
    worst = float(np.abs(found - wanted).max())
    if not worst <= tolerance:
        raise _broken(f"a known answer differs by {worst:.3g}, tolerance {tolerance:g}", path)


Arrays = tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    float,
]


def _read_golden(raw: bytes, path: str) -> Arrays:
    try:
        table = json.loads(raw.decode("utf-8"))
        if not isinstance(table, dict) or set(table) != _KEYS:
            raise ValueError(f"not the keys {', '.join(sorted(_KEYS))}")  # noqa: TRY004, TRY301 - one way out for all that is wrong with the file
        signal = np.array(table["signal"], np.float32)
        wanted = np.array(table["probability"], np.float32)
        tolerance = float(table["tolerance"])
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise _broken(f"not a readable {WAVES_GOLDEN_SCHEMA} file ({error})", path) from error
    good = table["schema"] == WAVES_GOLDEN_SCHEMA and bool(table["made_by"])
    good = good and LARGEST_TOLERANCE <= tolerance <= WAVES_TOLERANCE
    if not good or signal.ndim != 2 or wanted.size == 0:  # noqa: PLR2004 - leads and time
        raise _broken(f"not a {WAVES_GOLDEN_SCHEMA} file with an answer and a tolerance", path)
    return signal, wanted, tolerance


def _broken(found: str, path: str) -> ContractBroken:
    return ContractBroken(
        found=found,
        why="waves could be found by another network than the one that was validated",
        remedy="Restore the bundle from its release, or export and sign it again",
        path=path,
    )
