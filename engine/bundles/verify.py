"""Judge the content of a sealed bundle: graph, rules, known answers; then make its model ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ContractBroken, DataError
from ..fixedpoint import FloatArray
from ..fuzzy.mamdani import evaluate_mamdani
from ..fuzzy.system import MamdaniSystem, TskSystem, parse_system
from ..fuzzy.tsk import evaluate_tsk
from ..model_output import RecordState
from ..record import BoolArray
from ..runtime import MAMDANI_OUTPUTS, TSK_OUTPUTS, RiskModel, open_session
from .golden import Golden, read_golden
from .graph import GraphSummary, Port, read_graph
from .manifest import Manifest
from .sealed import at, read_sealed
from .signing import Trust

FURTHER_OUTPUTS = frozenset({"status", "risk_low", "risk_high", "score_low", "score_high"})
"""What a graph may also compute; the engine does not read it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature and hashes hold.

    Parameters
    ----------
    folder : where it was read
    manifest : what it says about itself
    sha256 : of the manifest's bytes; pins every other file
    files : name -> bytes, manifest and signature left out
    model : ready to run
    rules : the rules as they are printed
    """

    folder: Path
    manifest: Manifest
    sha256: str
    files: Mapping[str, bytes]
    model: RiskModel
    rules: MamdaniSystem | TskSystem


def open_bundle(folder: Path, trust: Trust) -> Bundle:
    """Verify a bundle and make its model ready.

    Parameters
    ----------
    folder : ``.../<model>/bundles/<form>``
    trust : keys whose signature is accepted

    Raises
    ------
    FileChanged  if a file is missing, added, altered, too large, a link, or not signed
    ContractBroken  if what was signed is not a model that this engine can run
    """
    manifest, sha256, files = read_sealed(folder, trust)
    rules = read_rules(files["rules.toml"], manifest, path=at(folder, "rules.toml"))
    k, r = len(manifest.inputs), len(rules.rules)
    golden = read_golden(files["golden.json"], k, r, path=at(folder, "golden.json"))
    where = at(folder, "model.onnx")
    check_ports(read_graph(files["model.onnx"], path=where), manifest, r, where)
    session = open_session(files["model.onnx"], path=where)
    model = RiskModel(manifest=manifest, rule_ids=rules.rule_ids, sha256=sha256, session=session)
    check_known_answers(model, golden, where)
    check_printed_rules(model, rules, golden, where)
    return Bundle(folder, manifest, sha256, files, model, rules)


def read_rules(raw: bytes, manifest: Manifest, *, path: str) -> MamdaniSystem | TskSystem:
    """Read the rules and compare their inputs with the manifest's.

    Raises
    ------
    ContractBroken  if the rules can't be read, or are of other inputs, units or universes
    """
    try:
        system = parse_system(raw.decode("utf-8"), path)
    except (UnicodeDecodeError, DataError) as error:
        raise _broken(f"the rules can't be read ({error})", path) from error
    kind = "tsk" if isinstance(system, TskSystem) else "mamdani"
    pairs = {
        "kind": (kind, manifest.kind),
        "inputs": (system.inputs, manifest.input_names),
        "units": (tuple(v.unit for v in system.variables), tuple(i.unit for i in manifest.inputs)),
        "universes": (
            tuple((v.universe.low, v.universe.high) for v in system.variables),
            tuple(i.universe for i in manifest.inputs),
        ),
        "optional inputs": (
            system.optional,
            tuple(i.name for i in manifest.inputs if not i.required),
        ),
    }
    problems = [
        f"{what} are {found}, the manifest says {wanted}"
        for what, (found, wanted) in pairs.items()
        if found != wanted
    ]
    if problems or not system.rules:
        raise _broken("; ".join(problems) or "no rule", path)
    return system


def _broken(found: str, path: str) -> ContractBroken:
    return ContractBroken(
        found=found,
        why="answers and explanations could be of something else than the manifest says",
        remedy="Export the model again as in docs/how-to/bundles.md and sign the bundle again",
        path=path,
    )


def check_ports(graph: GraphSummary, manifest: Manifest, rules: int, path: str) -> None:
    """Compare the graph's inputs and outputs with manifest and rules.

    Raises
    ------
    ContractBroken  naming every difference
    """
    k = len(manifest.inputs)
    outputs = TSK_OUTPUTS if manifest.kind == "tsk" else MAMDANI_OUTPUTS
    widths = {"rule_firing": (None, rules), "rule_contribution": (None, rules)}
    widths["rule_share"] = (None, rules)
    wanted_in = [Port("x", "float64", (None, k)), Port("observed", "bool", (None, k))]
    wanted_out = [Port(name, "float64", widths.get(name, (None,))) for name in outputs]
    inputs = [p for p in graph.inputs if p.name not in graph.initializers]
    outputs_found = [p for p in graph.outputs if p.name not in FURTHER_OUTPUTS]
    problems = [
        *_differences("inputs", wanted_in, inputs),
        *_differences("outputs", wanted_out, outputs_found),
    ]
    if problems:
        raise _broken("; ".join(problems), path)


def _differences(what: str, wanted: list[Port], found: list[Port]) -> list[str]:
    by_name = {p.name: p for p in found}
    if len(by_name) != len(found) or set(by_name) != {p.name for p in wanted}:
        names = ", ".join(p.name for p in found) or "none"
        return [f"{what} are {names}, expected {', '.join(p.name for p in wanted)}"]
    return [
        f"{what} has {by_name[p.name]}, expected {p}"
        for p in wanted
        if by_name[p.name].dtype != p.dtype or not _fits(by_name[p.name].shape, p.shape)
    ]


def _fits(found: tuple[int | None, ...] | None, wanted: tuple[int | None, ...] | None) -> bool:
    """Say whether a shape has the wanted rank, a free batch, and the wanted or a free width."""
    if found is None or wanted is None or len(found) != len(wanted) or found[0] is not None:
        return False
    return all(f is None or f == w for f, w in zip(found[1:], wanted[1:], strict=True))


def check_known_answers(model: RiskModel, golden: Golden, path: str) -> None:
    """Run the known answers.

    Raises
    ------
    ContractBroken  if one differs by more than the stated tolerance, or is not answered
    """
    observed = ~np.isnan(golden.x)
    output = model.run(golden.x, observed)
    if not output.ok.all():
        first = int(np.flatnonzero(~output.ok)[0])
        state = RecordState(output.state[first]).name.lower()
        why = f" ({'; '.join(output.failures)})" if output.failures else ""
        raise _broken(f"known answer {first} is not answered: {state}{why}", path)
    pairs = (
        (output.value, golden.value),
        (output.bias, golden.bias),
        (output.rule_firing, golden.firing),
        (output.rule_contribution, golden.parts),
    )
    worst = max(float(np.abs(a - b).max()) for a, b in pairs)
    if worst > golden.tolerance:
        raise _broken(
            f"a known answer differs by {worst:.3g}, tolerance {golden.tolerance:g}", path
        )


def check_printed_rules(
    model: RiskModel, rules: MamdaniSystem | TskSystem, golden: Golden, path: str
) -> None:
    """Compare the graph with the rules as they are printed, where every input is there.

    Without this the text that a physician reads could be of another model than the one that runs.

    Raises
    ------
    ContractBroken  if an answer, firing or part differs; or no known answer has every input
    """
    x = golden.x[~np.isnan(golden.x).any(axis=1)]
    if not len(x):
        raise _broken("no known answer has every input", path)
    observed = np.ones(x.shape, dtype=np.bool_)
    output = model.run(x, observed)
    given = (output.value, output.rule_firing, output.rule_contribution)
    printed = _evaluate(rules, x, observed)
    worst = max(float(np.abs(a - b).max()) for a, b in zip(given, printed, strict=True))
    if worst > golden.tolerance:
        raise _broken(f"the printed rules and the graph differ by {worst:.3g}", path)


def _evaluate(
    rules: MamdaniSystem | TskSystem, x: FloatArray, observed: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return answer, firings and parts by the plain numpy reference."""
    if isinstance(rules, TskSystem):
        tsk = evaluate_tsk(rules, x, observed)
        return tsk.risk, tsk.rule_firing, tsk.rule_contribution
    mamdani = evaluate_mamdani(rules, x, observed)
    return mamdani.score, mamdani.rule_firing, mamdani.rule_share
