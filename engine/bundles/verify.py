"""Read a bundle once and believe nothing of it that is not signed.

Order: the folder's names, the manifest's signature, the sha256 of every file, then content. The
bytes that were hashed are the bytes that are used; no file is opened twice.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ContractBroken, FileChanged
from ..runtime import MAMDANI_OUTPUTS, TSK_OUTPUTS, RecordState, RiskModel, open_session
from .golden import Golden, read_golden
from .graph import GraphSummary, Port, read_graph
from .manifest import MANIFEST, REQUIRED_FILES, SIGNATURE, Manifest
from .manifest_file import parse_manifest, sha256_of
from .signing import Trust

SIGNATURE_BYTES = 64
SIZE_CAPS: Mapping[str, int] = {
    MANIFEST: 1 << 18,
    SIGNATURE: SIGNATURE_BYTES,
    "model.onnx": 1 << 26,
    "golden.json": 1 << 24,
}
OTHER_CAP = 1 << 21
_RESTORE = "Restore the bundle from its release, or sign it again if the change is meant"


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
    """

    folder: Path
    manifest: Manifest
    sha256: str
    files: Mapping[str, bytes]
    model: RiskModel


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
    manifest, sha256, files = read_files(folder, trust)
    rules = rule_ids(files["rules.toml"], path=_at(folder, "rules.toml"))
    golden = read_golden(
        files["golden.json"], len(manifest.inputs), len(rules), path=_at(folder, "golden.json")
    )
    where = _at(folder, "model.onnx")
    check_ports(read_graph(files["model.onnx"], path=where), manifest, len(rules), where)
    session = open_session(files["model.onnx"])
    model = RiskModel(manifest=manifest, rule_ids=rules, sha256=sha256, session=session)
    check_known_answers(model, golden, where)
    return Bundle(folder, manifest, sha256, files, model)


def read_files(folder: Path, trust: Trust) -> tuple[Manifest, str, dict[str, bytes]]:
    """Read every file once; check names, signature and hashes.

    Returns
    -------
    manifest, sha256 of its bytes, bytes of the other files by name
    """
    names = _names(folder)
    raw, signature = _read(folder, MANIFEST), _read(folder, SIGNATURE)
    if len(signature) != SIGNATURE_BYTES:
        raise _changed(f"a signature of {len(signature)} bytes", folder, SIGNATURE)
    try:
        manifest = parse_manifest(raw, path=_at(folder, MANIFEST))
    except ContractBroken:
        _refuse_unsigned(raw, signature, trust, folder)
        raise
    trust.verify(manifest.key, signature, raw, path=_at(folder, SIGNATURE))
    _check_place(folder, manifest)
    expected = {MANIFEST, SIGNATURE, *manifest.files}
    for name in sorted(names ^ expected):
        found = "missing" if name in expected else "not in the manifest's list"
        raise _changed(f"the file {name} is {found}", folder, name)
    files = {name: _read(folder, name) for name in sorted(manifest.files)}
    for name, content in files.items():
        expect, actual = manifest.files[name], sha256_of(content)
        if actual != expect:
            raise _changed(f"sha256 {actual}, the signed manifest says {expect}", folder, name)
    return manifest, sha256_of(raw), files


def _refuse_unsigned(raw: bytes, signature: bytes, trust: Trust, folder: Path) -> None:
    """Say "changed" rather than "badly written" when nobody trusted has signed these bytes."""
    errors = []
    for key in trust.keys:
        try:
            trust.verify(key, signature, raw, path=_at(folder, SIGNATURE))
        except FileChanged as error:
            errors.append(error)
    if len(errors) == len(trust.keys):
        raise _changed(
            f"sha256 {sha256_of(raw)} is signed by none of {', '.join(sorted(trust.keys))}",
            folder,
            MANIFEST,
        )


def _names(folder: Path) -> set[str]:
    if not folder.is_dir():
        raise _changed("the folder is missing", folder, "")
    names = {entry.name for entry in folder.iterdir()}
    for name in (MANIFEST, SIGNATURE, *REQUIRED_FILES):
        if name not in names:
            raise _changed(f"the file {name} is missing", folder, name)
    return names


def _read(folder: Path, name: str) -> bytes:
    """Read one regular file that is not a link, up to its size cap."""
    cap = SIZE_CAPS.get(name, OTHER_CAP)
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        what = "a link or unreadable" if (folder / name).is_symlink() else "unreadable"
        raise _changed(f"the file is {what} ({error.strerror})", folder, name) from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _changed("not a regular file", folder, name)
        content = file.read(cap + 1)
    if len(content) > cap:
        raise _changed(f"larger than {cap} bytes", folder, name)
    return content


def _check_place(folder: Path, manifest: Manifest) -> None:
    """Refuse a genuine bundle that stands in another model's folder."""
    place = folder.resolve()
    found = f"{place.parents[1].name}/{place.name}"
    if place.parent.name != "bundles" or found != manifest.id:
        raise _changed(
            f"the bundle {manifest.id} stands in the folder of {found}", folder, MANIFEST
        )


def _at(folder: Path, name: str) -> str:
    parts = folder.resolve().parts[-3:]
    return "/".join((*parts, name)) if name else "/".join(parts)


def _changed(found: str, folder: Path, name: str) -> FileChanged:
    return FileChanged(
        found=found,
        why="a bundle is used only exactly as it was signed",
        remedy=_RESTORE,
        path=_at(folder, name),
    )


def rule_ids(raw: bytes, *, path: str = "rules.toml") -> tuple[str, ...]:
    """Return the ids of the ``[[rule]]`` tables, in order.

    Raises
    ------
    ContractBroken  if the file is not TOML, has no rule, or an id is missing or stands twice
    """
    try:
        rules = tomllib.loads(raw.decode("utf-8")).get("rule", [])
        ids = tuple(str(rule["id"]) for rule in rules)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise _broken(f"no readable list of rules with ids ({error!r})", path) from error
    if not ids or len(set(ids)) != len(ids):
        raise _broken(f"{len(ids)} rules with {len(set(ids))} different ids", path)
    return ids


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
    problems = [
        *_differences("inputs", wanted_in, inputs),
        *_differences("outputs", wanted_out, graph.outputs),
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
