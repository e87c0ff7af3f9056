"""A made-up study: its protocol, its mapping, and a run of it."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from laennec.engine.bundles.load import load_models
from laennec.validation.protocol import template
from laennec.validation.study import StudyOptions, run_study

CHOSEN = ("design", "data_role", "model", "version")
MODELS = load_models()
BUNDLE = next(b for b in MODELS.loaded if b.manifest.id == "diabetes_type_2/undiagnosed_no_lab")
MAPPING = """schema = "laennec.mapping/1"
ignore = ["followed", "died", "other_death", "w", "s", "u", "year", "outcome", "verified", "marker",
  "site"]
"""
SURVEY = {
    "head": ("# [data.survey] ", "[data.survey] "), "weight": ('# weight = "w"', 'weight = "w"'),
    "stratum": ('# stratum = "s"', 'stratum = "s"'), "psu": ('# psu = "u"', 'psu = "u"'),
}  # fmt: skip
EXTRA = """
[[comparator]]
id = "marker"
label = "A marker"
kind = "column"
name = "marker"
threshold = 0.05

[[subgroup]]
id = "site"
label = "Site"
group = [
  { label = "North", when = [{ column = "site", op = "==", text = "north" }] },
  { label = "South", when = [{ column = "site", op = "==", text = "south" }] },
]
"""


def filled(text: str) -> str:
    """Return the template with every text of its own put into other words."""
    example = tomllib.loads(template())
    for section in ("study", "data", "population", "index_test", "reference"):
        for key, said in example[section].items():
            if isinstance(said, str) and said and key not in CHOSEN:
                text = text.replace(f'"{said}"', f'"our-{key}"')
    return text


def protocol_text(**edits: tuple[str, str]) -> str:
    """Return the template filled in, with texts replaced."""
    text = (
        filled(template())
        .replace("our-sha256", BUNDLE.model.sha256)
        .replace("threshold = 0.5  ", "threshold = 0.03  ")
        .replace("imputations = 20", "imputations = 2")
        .replace("bootstraps = 1000", "bootstraps = 20")
        .replace("shapley_people = 200", "shapley_people = 20")
        .replace("minimum_events = 50", "minimum_events = 5")
        .replace('# mapping = "mapping.toml"', 'mapping = "mapping.toml"')
        .replace('# person = "person_id"', 'person = "person_id"')
        .replace('# period = "year"', 'period = "year"')
        .replace("net_reclassification = false", "net_reclassification = true")
    )
    for old, new in edits.values():
        assert old in text, old
        text = text.replace(old, new)
    return text + EXTRA


def run(folder: Path, table: str = "visits.csv") -> dict[str, Any]:
    """Return the report of the study in a folder."""
    return run_study(StudyOptions(folder / "study.toml", folder / table, MODELS))


def change(folder: Path, column: str, write: Callable[[int, str], str], sign: str = ",") -> None:
    """Write the cells of a column anew: ``write`` makes one from its row and what stood there."""
    head, *lines = (folder / "visits.csv").read_text("utf-8").splitlines()
    at, rows = head.split(sign).index(column), [line.split(sign) for line in lines]
    for row, cells in enumerate(rows):
        cells[at] = write(row, cells[at])
    (folder / "visits.csv").write_text("\n".join([head, *map(sign.join, rows)]), "utf-8")
