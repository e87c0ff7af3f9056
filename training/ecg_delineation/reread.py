"""Give the signed delineator other reading rules, without learning anything again.

    python -m laennec.training.ecg_delineation.reread DATA BUNDLE

The graph and its known answers stay byte for byte. What is measured with the shipped network alone
is measured again by ``decode.toml``; the tables of LUDB, which need the networks of the folds, stay
as the last training counted them, and the card says so.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ...datasets.sources.ludb import read_ludb
from ...engine.bundles import load_trust
from ...engine.bundles.sealed import read_sealed_as
from ...engine.bundles.waves import SignalBundle
from ...engine.bundles.waves_manifest import SIGNAL_FILES, parse_signal_manifest
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.delineation.rules import parse_rules
from ...engine.errors import DataError, ScreeningError
from ...engine.runtime import open_session
from .. import bundle as bundles
from ..options import Say, silent
from ..report import Line, from_json, to_json
from .anatomy import LEADS_TABLE
from .anatomy import TABLE as ERRORS_TABLE
from .card import render
from .run import CARD_TABLES, MODEL, open_run, outside_lines, write_bundle

BY_FOLD = ("boundaries", "folds", "intervals", "single lead", ERRORS_TABLE, LEADS_TABLE)
EXPORT = "export"


def reread(data: Path, folder: Path, *, say: Say = silent) -> SignalBundle:
    """Measure a bundle again by the rules and words of the package, and sign it.

    Parameters
    ----------
    data : folder of development data; it holds ``ecg``
    folder : of the bundle
    say : called with lines of progress

    Returns
    -------
    the bundle, verified, its known answers asked

    Raises
    ------
    DataError  if the version of ``about.toml`` is the one that the bundle has
    """
    run = open_run(data, folder, say=say)
    manifest, _, files = read_sealed_as(folder, load_trust(), parse_signal_manifest, SIGNAL_FILES)
    version = str(run.about["version"])
    if manifest.version == version:
        raise DataError(
            found=f"the version {version} that the bundle has already",
            why="two bundles of one version would find other waves",
            remedy="Give the next version in about.toml",
            path="about.toml",
        )
    rules = parse_rules(run.rules_text)
    _, before, old = from_json(files["metrics.json"].decode("utf-8"))
    ready = Delineator(open_session(files["model.onnx"]), rules)
    new = outside_lines(run, ready, list(read_ludb(run.data / "ludb")))
    lines = joined(old, new)
    facts = [*before["run"], read_again(manifest.version, version)]
    about = {**run.about, "run": facts}
    text, model_id = run.about["text"], f"{MODEL}/{run.about['form']}"
    population = "LUDB, cross-validated by person; challenge and MIT-BIH records"
    told = replace(
        manifest,
        version=version,
        limits=tuple(text["limits"]),
        metrics=tuple(bundles.metric_of(x, population) for x in lines if x.table in CARD_TABLES),
    )
    made = {
        "model.onnx": files["model.onnx"],
        "golden.json": files["golden.json"],
        "decode.toml": run.rules_text,
        "metrics.json": to_json(model_id, {"run": facts}, lines).encode("utf-8"),
        "card.md": render(model_id, about, lines).encode("utf-8"),
    }
    return write_bundle(folder, told, made)


def joined(old: Sequence[Line], new: Sequence[Line]) -> list[Line]:
    """Return what the folds said before, what was measured again, and the export, in this order."""
    first = [line for line in old if line.table in BY_FOLD]
    return [*first, *new, *(line for line in old if line.table == EXPORT)]


def read_again(old: str, new: str) -> str:
    """Say in one line what was measured by which rules."""
    today = date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
    return (
        f"Read again by the rules of {new}, {today}: the tables of LUDB are those of {old}, every "
        f"other one is new; command: python -m laennec.training.ecg_delineation.reread."
    )


def main(arguments: list[str]) -> int:
    """Read the named bundle again."""
    if len(arguments) != 2:  # noqa: PLR2004 - data, bundle
        sys.stderr.write("python -m laennec.training.ecg_delineation.reread DATA BUNDLE\n")
        return 2
    try:
        found = reread(Path(arguments[0]), Path(arguments[1]), say=print)
    except ScreeningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{found.manifest.id} {found.manifest.version} {found.sha256}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
