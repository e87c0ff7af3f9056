"""Writes a signed bundle: graph, rules, known answers, card, measurements, manifest, signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..engine.bundles import (
    Manifest,
    Metric,
    load_trust,
    read_private_key,
    sign_bundle,
    write_manifest,
)
from ..engine.bundles.golden import write_golden
from ..engine.bundles.manifest import MANIFEST
from ..engine.bundles.signing import DEVELOPMENT
from ..engine.bundles.verify import Bundle, open_bundle
from ..engine.fuzzy.completion import ConditionalCompletion
from ..engine.fuzzy.mamdani import evaluate_mamdani
from ..engine.fuzzy.system import MamdaniSystem, TskSystem, system_toml
from ..engine.fuzzy.tsk import evaluate_tsk
from ..engine.runtime import MAMDANI_OUTPUTS, TSK_OUTPUTS, open_session
from .export import differences, mamdani_graph, model_bytes, tsk_graph
from .report import Line
from .survey import FloatArray

BoolArray = NDArray[np.bool_]
DEVELOPMENT_KEY = Path(__file__).parent / "keys" / "development.pem"
PARITY_LIMIT = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A graph and how far it is from the numpy reference.

    Parameters
    ----------
    graph : bytes of ``model.onnx``
    largest_difference : output -> greatest absolute difference over the people compared
    n_compared : number of people
    """

    graph: bytes
    largest_difference: Mapping[str, float]
    n_compared: int


def reference_answers(
    system: TskSystem | MamdaniSystem,
    x: FloatArray,
    observed: BoolArray,
    completion: ConditionalCompletion | None = None,
) -> dict[str, FloatArray]:
    """Answer with the numpy reference, under the names of the graph's outputs."""
    if isinstance(system, TskSystem):
        found = evaluate_tsk(system, x, observed, completion=completion)
        answers = (found.risk, found.rule_firing, found.rule_contribution, found.bias)
        return dict(zip(TSK_OUTPUTS, answers, strict=True))
    read = evaluate_mamdani(system, x, observed)
    shares = (read.score, read.rule_firing, read.rule_share)
    return dict(zip(MAMDANI_OUTPUTS, shares, strict=True))


def export(
    system: TskSystem | MamdaniSystem,
    x: FloatArray,
    observed: BoolArray,
    completion: ConditionalCompletion | None = None,
) -> Export:
    """Build the graph and compare it with the numpy reference on people.

    Parameters
    ----------
    system : learned or written
    x, observed : shape (n, k), people as they are, missing inputs included
    completion : of a system that was learned

    Raises
    ------
    ContractBroken  if an output differs by more than 1e-6
    """
    if isinstance(system, TskSystem):
        graph = model_bytes(tsk_graph(system, completion))
    else:
        graph = model_bytes(mamdani_graph(system))
    expected = reference_answers(system, x, observed, completion)
    given = open_session(graph).run(list(expected), {"x": x, "observed": observed})
    of = f"the graph of {system.name} differs from its rules"
    apart = differences(given, list(expected.values()), PARITY_LIMIT, of)
    return Export(graph, dict(zip(expected, apart, strict=True)), len(x))


def write_bundle(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Bundle:
    """Write a bundle, sign it with the development key and verify it, replacing what stood there.

    A release is signed afterwards, by whoever holds a release key (``laennec models sign``).

    Parameters
    ----------
    folder : ``.../<model>/bundles/<form>``
    manifest : not yet sealed
    files : every other file by name

    Returns
    -------
    the bundle as the engine opened it: signature, hashes, graph and known answers hold
    """
    write_signed(folder, write_manifest(manifest), files)
    return open_bundle(folder, load_trust())


def write_signed(folder: Path, manifest: str, files: Mapping[str, bytes]) -> None:
    """Write the files of a bundle of any kind and sign them, replacing what stood there.

    Parameters
    ----------
    folder : made where it is not there
    manifest : its text
    files : every other file by name
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    sign(folder)


def sign(folder: Path) -> None:
    """Sign a bundle as it stands with the development key."""
    sign_bundle(folder, read_private_key(DEVELOPMENT_KEY), DEVELOPMENT)


def rules_bytes(system: TskSystem | MamdaniSystem) -> bytes:
    """Return the system as ``rules.toml``: what is printed is what is evaluated."""
    return system_toml(system).encode("utf-8")


def known_answers(
    system: TskSystem | MamdaniSystem,
    x: FloatArray,
    observed: BoolArray,
    completion: ConditionalCompletion | None,
    *,
    made_by: str,
) -> bytes:
    """Return ``golden.json`` with the numpy reference's answers."""
    answers = reference_answers(system, x, observed, completion)
    return write_golden(x, observed, answers, made_by=made_by).encode("utf-8")


def invented_people(
    universes: FloatArray,
    typical: FloatArray,
    whole: Sequence[bool],
    *,
    n: int,
    seed: int,
) -> FloatArray:
    """Invent people for known answers, so that no participant of a survey stands in a bundle.

    Parameters
    ----------
    universes : shape (k, 2), values that the model may be asked about
    typical : shape (k, 2), training range; most values lie in it, some anywhere in the universe
    whole : length k, inputs that are whole numbers
    n, seed : how many, and which

    Returns
    -------
    shape (n, k)
    """
    generator = np.random.default_rng(seed)
    usual = generator.uniform(typical[:, 0], typical[:, 1], (n, len(typical)))
    wide = generator.uniform(universes[:, 0], universes[:, 1], (n, len(typical)))
    x = np.where(generator.random(n)[:, None] < 0.85, usual, wide)
    return np.asarray(np.where(np.array(whole), np.round(x), np.round(x, 2)))


def metric_of(line: Line, population: str) -> Metric:
    """Return a line as a manifest carries it."""
    e = line.estimate
    name = f"{line.table} / {line.row} / {line.measure}"
    return Metric(name, e.value, e.ci_low, e.ci_high, e.n, e.method, population)
