"""Deterministic TOML writer for fuzzy systems."""

import json
from collections.abc import Mapping, Sequence

from .rules import Points, Rule
from .variables import LinguisticVariable


def _value(value: object) -> str:
    """Print one TOML value; floats with every digit they need."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return repr(float(value)) if isinstance(value, float) else repr(value)


def _entries(values: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items()]


def _labels(label_fr: str, label_en: str) -> dict[str, object]:
    labels = {"label_fr": label_fr, "label_en": label_en}
    return {key: value for key, value in labels.items() if value}


def _variable(variable: LinguisticVariable, header: str, term_header: str) -> list[str]:
    lines = [
        "",
        header,
        *_entries(
            {
                "name": variable.name,
                "unit": variable.unit,
                "universe": [variable.universe.low, variable.universe.high],
                "source": variable.source,
                **_labels(variable.label_fr, variable.label_en),
            }
        ),
    ]
    for term in variable.terms:
        bounds = {"bounds": term.bounds} if term.bounds else {}
        lines += [
            "",
            term_header,
            *_entries(
                {
                    "name": term.name,
                    "shape": term.shape,
                    "parameters": term.parameters,
                    **bounds,
                    "source": term.source,
                    **_labels(term.label_fr, term.label_en),
                }
            ),
        ]
    return lines


def _rule(rule: Rule) -> list[str]:
    weight = {} if isinstance(rule.consequent, Points) else {"weight": rule.weight}
    entries = {"id": rule.id, "text": rule.text, **weight, "source": rule.source}
    return ["", "[[rule]]", *_entries(entries)]


def system_toml_lines(
    head: Mapping[str, object],
    output: LinguisticVariable | None,
    variables: Sequence[LinguisticVariable],
    rules: Sequence[Rule],
) -> str:
    """Write the parts of a system in one fixed order."""
    lines = ["[system]", *_entries(head)]
    if output:
        lines += _variable(output, "[output]", "[[output.term]]")
    for variable in variables:
        lines += _variable(variable, "[[variable]]", "[[variable.term]]")
    for rule in rules:
        lines += _rule(rule)
    return "\n".join(lines) + "\n"
