"""The sentences of the model card; its numbers come from the run's lines only."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...datasets.sources.nhanes import nhanes_source
from ...engine.fuzzy.system import TskSystem
from .fit import Fitted
from .forms import Form, Recipe
from .manifest import Provenance
from .operating import Choice

_LABELS = {
    "undiagnosed_diabetes": "HbA1c of 6.5 % and over or fasting glucose of 126 mg/dL and over, on "
    "one "
    "sample, in a person without diagnosed diabetes. Fasting glucose was measured in about half of "
    "the people; the others are labelled by HbA1c alone. One sample is not a diagnosis.",
    "dysglycaemia": "HbA1c of 5.7 % and over or fasting glucose of 100 mg/dL and over, on one "
    "sample, in "
    "a person without diagnosed diabetes (the American definition; in France fasting "
    "hyperglycaemia "
    "starts at 1.10 g/L and HbA1c is not diagnostic). Fasting glucose was measured in about half.",
    "fasting_glucose_mmol_per_l": "Fasting glucose of 126 mg/dL and over, on one sample; HbA1c is "
    "an "
    "input and no part of the label. Headline figures: people whose HbA1c is below 6.5 %.",
    "hba1c_percent": "HbA1c of 6.5 % and over, on one sample; fasting glucose is an input and no "
    "part "
    "of the label. Headline figures: people whose fasting glucose is below 126 mg/dL.",
}
_TABLES: Mapping[str, tuple[str, str]] = {
    "people": ("People and cases", ""),
    "aims": ("What was asked and what was reached", "All out of fold."),
    "discrimination": ("Discrimination, out of fold", ""),
    "peers": (
        "Beside other models",
        "Same people, inputs and folds; splines, boosting and this model all know the era. The "
        "survey "
        "has no item on gestational diabetes, fruit and vegetables or high glucose ever: the ADA "
        "test "
        "counts the first as no, and FINDRISC is the middle of its interval (six of eight items).",
    ),
    "calibration": (
        "Calibration, out of fold",
        "The risk is for the survey-weighted population. Counted one by one, without weights, the "
        "survey holds more people of high-risk groups, and the risk is too low for them on "
        "average.",
    ),
    "cycles": ("Each cycle, left out in turn", ""),
    "ahead": (
        "The next cycle, by a model that knew only earlier ones",
        "How the risk meets the future: rules, offset and calibration from the past.",
    ),
    "subgroups": ("Groups of people", ""),
    "bands": ("Bands", ""),
    "cuts": ("At the two cut-offs", "ppv and npv at the prevalence counted above."),
    "referrals": (
        "People sent for a blood test, at the sensitivity of another rule",
        "The survey's question on activity asks for vigorous activity, so most people count as "
        "inactive in the ADA test; the second row leaves that item out.",
    ),
    "conformal": (
        "Abstention",
        "Class-conditional conformal sets; thresholds set on the other cycles. Undecided people "
        "are "
        "told so: the blood test decides.",
    ),
    "missing_one": ("One input missing", "Expected firings given what is known."),
    "missing_two": ("Two inputs missing", ""),
    "exact": ("Is the shipped graph the judged model?", ""),
}


def card_about(
    form: Form, fitted: Fitted, choice: Choice, recipe: Recipe, provenance: Provenance
) -> dict[str, Any]:
    """Return every text of the card; see `training.card.render_card`."""
    text = recipe.raw["text"]
    return {
        "sections": {
            "Intended use": [text["intended_use"], "", text["not_for"]],
            "What counts as a case": [_LABELS[form.label]],
            "Population and split": [text["population"], "", f"Split: {text['split']}."],
            "How it decides": _decides(form.system, fitted, choice, recipe),
        },
        "rules": _rules(fitted.system),
        "tables": {name: list(row) for name, row in _TABLES.items()},
        "after": {
            "Limits": _limits(),
            "Where it comes from": _origin(recipe, provenance),
        },
    }


def _rules(system: TskSystem) -> list[str]:
    rules = [f"{rule.id}: {rule.text}" for rule in system.rules]
    return [f"bias: logit {system.bias!r}", *rules]


def _decides(start: TskSystem, fitted: Fitted, choice: Choice, recipe: Recipe) -> Sequence[str]:
    required = [name for name in start.inputs if name not in start.optional]
    return [
        f"- Additive fuzzy rules: {len(start.rules)} rules, each read as points (log-odds) times "
        f"how "
        "true it is. Every rule has positive points and every word only rises or only falls, so "
        "the "
        "risk is monotone in age, waist, body mass index and pressure by construction.",
        f"- Required: {', '.join(required)}, and one of {', '.join(recipe.body_size)}. All other "
        "inputs may be missing: their rules then count with what is expected given the known ones.",
        f"- Bands: low below {choice.low_below}, high from {choice.high_from}; between them "
        "intermediate. The low cut-off is where at most the stated share of cases is missed; the "
        "high "
        "one holds the stated share of people; both out of fold.",
        f"- Undecided (abstention) where both labels stay possible: risk from "
        f"{choice.case_from:.4f} "
        f"to {choice.non_case_to:.4f}."
        if choice.case_from <= choice.non_case_to
        else "- Abstention: no risk leaves both labels possible; between "
        f"{choice.non_case_to:.4f} and {choice.case_from:.4f} neither is, and the model abstains.",
        f"- Era: the rules are learned on all cycles; the shipped risk is that of "
        f"{recipe.era_names[-1]}"
        f" (logit of earlier eras: {', '.join(f'{v:+.3f}' for v in fitted.era_offset[:-1])}).",
        f"- Calibration inside the points: slope {fitted.slope:.4f}, intercept "
        f"{fitted.intercept:+.4f}"
        " on the logit, fitted on everyone with the survey's weights.",
    ]


def _limits() -> list[str]:
    return [
        "- Made on the population of the United States; not validated in France or in people at "
        "work, "
        "who are a selected group: the risk may be too high for them. Check calibration locally.",
        "- Over 65 years it tells people apart less well (see the groups); say so beside the "
        "number.",
        "- Waist was measured at the iliac crest; French visits measure at the umbilicus or "
        "midway: "
        "the difference shifts the answer.",
        "- Pressure was measured on one arm; visits measure both.",
        "- Fasting glucose is serum after a reported fast of eight hours or more, missing in half.",
        "- The question on activity changed in 2007 and the one on family history in 2005 "
        "(before, it "
        "includes grandparents); age is top-coded at 85, later 80. No item on fruit and "
        "vegetables.",
        "- Height is read because short adults have more diabetes at equal proportions; height "
        "differs "
        "between populations of different origin, so this may transport less well than the rest.",
        "- Origin and ethnicity are no input.",
        "- Laboratory methods changed between 2003 and 2007; the offset between eras takes up "
        "both that "
        "and true change, and can't tell them apart.",
        "- Intervals by DeLong and Wilson take people as independent; those of the bootstrap "
        "honour the "
        "sampling units and strata. Neither sees that bands were chosen on the same out-of-fold "
        "risks.",
        "- Training is on people of whom every input is known; calibration is on everyone.",
    ]


def _origin(recipe: Recipe, provenance: Provenance) -> list[str]:
    source = nhanes_source()["source"]
    files = [f"- Data: {name}, sha256 {digest}" for name, digest in provenance.data.items()]
    return [
        f"- {source['name']}. {source['citation']} Licence: {source['licence']}.",
        *files,
        f"- Tracked run {provenance.run_id}, seed {recipe.settings.seed}, {provenance.date}. Same "
        f"data, "
        "seed and library versions give the same rules and numbers (float64, one thread per fit).",
        f"- Recipe version {recipe.version}: models/diabetes_type_2/forms.toml; one command: "
        "`laennec train diabetes_type_2 --data DIR`.",
    ]
