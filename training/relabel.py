"""Give a signed bundle other words for people, without learning anything again.

    python -m laennec.training.relabel BUNDLE START.toml VERSION

Labels stand in ``rules.toml`` of a bundle and nowhere in its graph. They are taken from the system
that learning started from; everything else of the bundle, the graph's bytes first, stays as it was.
"""

import sys
from dataclasses import replace
from pathlib import Path

from ..engine.bundles import load_trust
from ..engine.bundles.manifest import MANIFEST
from ..engine.bundles.verify import Bundle, open_bundle
from ..engine.errors import DataError, ScreeningError
from ..engine.fuzzy import load_system
from ..engine.fuzzy.system import MamdaniSystem, TskSystem
from ..engine.fuzzy.variables import LinguisticVariable
from . import bundle as bundles

RULES = "rules.toml"
System = TskSystem | MamdaniSystem


def relabel(folder: Path, start: Path, version: str) -> Bundle:
    """Write the labels of a starting system into a bundle, under another version, and sign it.

    Parameters
    ----------
    folder : the bundle
    start : TOML of the system that it was learned from
    version : other than the one that it has

    Returns
    -------
    the bundle, verified, its known answers asked

    Raises
    ------
    DataError  if the version stays, or the starting system has other variables or words
    """
    trust = load_trust()
    before = open_bundle(folder, trust)
    if before.manifest.version == version:
        raise DataError(
            found=f"the version {version} that the bundle has already",
            why="two bundles of one version would say different words",
            remedy="Give the next version",
            path=MANIFEST,
        )
    system = with_labels(load_system(folder / RULES), load_system(start))
    (folder / RULES).write_bytes(bundles.rules_bytes(system))
    path = folder / MANIFEST
    told = path.read_text(encoding="utf-8")
    old, new = f'\nversion = "{before.manifest.version}"\n', f'\nversion = "{version}"\n'
    path.write_text(told.replace(old, new, 1), encoding="utf-8")
    bundles.sign(folder)
    return open_bundle(folder, trust)


def with_labels(system: System, start: System) -> System:
    """Return the system with the labels of another that has the same variables and words.

    Raises
    ------
    DataError  if it has not
    """
    named = {variable.name: variable for variable in start.variables}
    return replace(
        system, variables=tuple(_labelled(v, named.get(v.name)) for v in system.variables)
    )


def _labelled(mine: LinguisticVariable, other: LinguisticVariable | None) -> LinguisticVariable:
    words = {term.name: term for term in other.terms} if other else {}
    if other is None or set(words) != {term.name for term in mine.terms}:
        raise DataError(
            found=f"other words of {mine.name}",
            why="a label of another word would say something that the rules do not",
            remedy="Give the system that the bundle was learned from",
            path=RULES,
        )
    terms = tuple(
        replace(t, label_fr=words[t.name].label_fr, label_en=words[t.name].label_en)
        for t in mine.terms
    )
    return replace(mine, terms=terms, label_fr=other.label_fr, label_en=other.label_en)


def main(arguments: list[str]) -> int:
    """Relabel the named bundle."""
    if len(arguments) != 3:  # noqa: PLR2004 - bundle, start, version
        sys.stderr.write("python -m laennec.training.relabel BUNDLE START.toml VERSION\n")
        return 2
    try:
        found = relabel(Path(arguments[0]), Path(arguments[1]), arguments[2])
    except ScreeningError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{found.manifest.id} {found.manifest.version} {found.sha256}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
