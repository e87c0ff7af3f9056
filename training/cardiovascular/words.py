"""Fills the sentences of the model card; its numbers come from the run only."""

import tomllib
from typing import Any

from ...datasets.sources.nhanes import nhanes_source
from ...datasets.sources.nhanes_mortality import mortality_source
from ..fitted import Fitted
from ..manifest_parts import Provenance
from .recipe import FOLDER, Recipe


def card_about(fitted: Fitted, recipe: Recipe, provenance: Provenance) -> dict[str, Any]:
    """Return every text of the card; see `training.card.render_card`."""
    text, system = recipe.raw["text"], recipe.system
    words = tomllib.loads((FOLDER / "card.toml").read_text(encoding="utf-8"))
    facts = {
        "n_rules": str(len(system.rules)),
        "required": ", ".join(n for n in system.inputs if n not in system.optional),
        "low_below": str(recipe.settings.low_below),
        "high_from": str(recipe.settings.high_from),
        "era": recipe.raw["era"][-1]["name"],
        "era_offsets": ", ".join(f"{v:+.3f}" for v in fitted.era_offset[:-1]),
        "slope": f"{fitted.slope:.4f}",
        "intercept": f"{fitted.intercept:+.4f}",
    }
    rules = [f"{rule.id}: {rule.text}" for rule in fitted.system.rules]
    return {
        "sections": {
            "Intended use": [text["intended_use"], "", text["not_for"]],
            "What counts as a case": [words["label"]],
            "Population and split": [text["population"], "", f"Split: {text['split']}."],
            "How it decides": [line.format(**facts) for line in words["how_it_decides"]],
        },
        "rules": [f"bias: logit {fitted.system.bias!r}", *rules],
        "tables": words["table"],
        "after": {
            "Limits": words["limits"],
            "Where it comes from": _origin(recipe, provenance),
        },
    }


def _origin(recipe: Recipe, provenance: Provenance) -> list[str]:
    survey, deaths = nhanes_source()["source"], mortality_source()["source"]
    files = [f"- Data: {name}, sha256 {digest}" for name, digest in provenance.data.items()]
    return [
        f"- {survey['name']}. {survey['citation']} Licence: {survey['licence']}.",
        f"- {deaths['name']}, {deaths['url']}. {deaths['note']} Licence: {deaths['licence']}.",
        *files,
        f"- Tracked run {provenance.run_id}, seed {recipe.settings.seed}, {provenance.date}. Same "
        "data, seed and library versions give the same rules and numbers (float64, one thread).",
        f"- Recipe version {recipe.version}: models/cardiovascular/recipe.toml; one command: "
        "`laennec train cardiovascular --data DIR`.",
    ]
