"""Fills the sentences of the model card; its numbers come from the run only."""

import tomllib
from collections.abc import Mapping
from typing import Any

from ...datasets.sources.nhanes import nhanes_source
from ...engine.fuzzy.system import TskSystem
from ..fitted import Fitted
from ..manifest_parts import Provenance
from .forms import FOLDER, Form, Recipe
from .operating import Choice


def card_about(
    form: Form, fitted: Fitted, choice: Choice, recipe: Recipe, provenance: Provenance
) -> dict[str, Any]:
    """Return every text of the card; see `training.card.render_card`."""
    text = recipe.raw["text"]
    words = tomllib.loads((FOLDER / "card.toml").read_text(encoding="utf-8"))
    facts = _facts(form, fitted, choice, recipe, words)
    return {
        "sections": {
            "Intended use": [text["intended_use"], "", text["not_for"]],
            "What counts as a case": [words["label"][form.label]],
            "Population and split": [text["population"], "", f"Split: {text['split']}."],
            "How it decides": [line.format(**facts) for line in words["how_it_decides"]],
        },
        "rules": _rules(fitted.system),
        "tables": words["table"],
        "after": {
            "Limits": words["limits"],
            "Where it comes from": _origin(recipe, provenance),
        },
    }


def _rules(system: TskSystem) -> list[str]:
    rules = [f"{rule.id}: {rule.text}" for rule in system.rules]
    return [f"bias: logit {system.bias!r}", *rules]


def _facts(
    form: Form, fitted: Fitted, choice: Choice, recipe: Recipe, words: Mapping[str, Any]
) -> dict[str, str]:
    system = form.system
    is_open = choice.case_from <= choice.non_case_to
    return {
        "n_rules": str(len(system.rules)),
        "required": ", ".join(n for n in system.inputs if n not in system.optional),
        "body_size": ", ".join(recipe.body_size),
        "low_below": str(choice.low_below),
        "high_from": str(choice.high_from),
        "missed": f"{100 * form.missed_cases_at_most:.0f}",
        "high_share": f"{100 * form.high_share:.0f}",
        "abstention": words["undecided" if is_open else "neither"].format(
            case_from=f"{choice.case_from:.4f}", non_case_to=f"{choice.non_case_to:.4f}"
        ),
        "era": recipe.era_names[-1],
        "era_offsets": ", ".join(f"{v:+.3f}" for v in fitted.era_offset[:-1]),
        "slope": f"{fitted.slope:.4f}",
        "intercept": f"{fitted.intercept:+.4f}",
    }


def _origin(recipe: Recipe, provenance: Provenance) -> list[str]:
    source = nhanes_source()["source"]
    files = [f"- Data: {name}, sha256 {digest}" for name, digest in provenance.data.items()]
    seed = recipe.settings.seed
    return [
        f"- {source['name']}. {source['citation']} Licence: {source['licence']}.",
        *files,
        f"- Tracked run {provenance.run_id}, seed {seed}, {provenance.date}. Same data, seed and "
        "library versions give the same rules and numbers (float64, one thread for each fit).",
        f"- Recipe version {recipe.version}: models/diabetes_type_2/forms.toml; one command: "
        "`laennec train diabetes_type_2 --data DIR`.",
    ]
