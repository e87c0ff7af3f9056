"""Labels that a model bundle gives for its own variables and terms (its ``rules.toml``)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .load import Language


def rule_labels(rule_files: Iterable[Mapping[str, Any]], lang: Language) -> dict[str, str]:
    """Collect the labels of parsed ``rules.toml`` files for ``Sentences``.

    Parameters
    ----------
    rule_files : each with ``[[variable]]`` and perhaps ``[output]``, both with ``[[...term]]``;
        where a label is not given, the sentence files and the vocabulary are asked later
    lang : ``fr`` or ``en``

    Returns
    -------
    code to label: ``variable:waist_cm``, ``term:waist_cm.high``

    >>> high = {"name": "high", "label_fr": "élevé"}
    >>> rule_labels([{"variable": [{"name": "waist_cm", "term": [high]}]}], "fr")
    {'term:waist_cm.high': 'élevé'}
    """
    return {code: label for rules in rule_files for code, label in _labels(rules, lang) if label}


def _labels(rules: Mapping[str, Any], lang: Language) -> Iterator[tuple[str, str]]:
    output = [rules["output"]] if "output" in rules else []
    key = f"label_{lang}"
    for variable in [*rules.get("variable", ()), *output]:
        yield f"variable:{variable['name']}", variable.get(key, "")
        for term in variable.get("term", ()):
            yield f"term:{variable['name']}.{term['name']}", term.get(key, "")
