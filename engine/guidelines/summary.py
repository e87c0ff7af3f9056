"""What the guideline files hold, counted for docs/clinical/guidelines.md."""

from collections.abc import Iterable

from .load import read_set, topics
from .model import Citation, FindingSpec
from .urgent import load_urgent_rules

FROM_MEMORY = "FM"
ENGINEERING = "ENG"


def summary_markdown() -> str:
    """Return a Markdown table of every set, its findings and how many of its rows are unsigned."""
    lines = [
        "| topic | set | default | findings | rows | unsigned | from memory or engineering |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic, row in topics().items():
        for name, files in row["sets"].items():
            specs = [spec for file_name in files for spec in read_set(file_name)]
            default = "yes" if name == row["default"] else ""
            findings = ", ".join(spec.id for spec in specs)
            lines.append(f"| {topic} | {name} | {default} | {findings} | {_counts(_rows(specs))} |")
    urgent = [rule.citation for rule in load_urgent_rules()]
    lines.append(f"| urgent rules | | | | {_counts(urgent)} |")
    return "\n".join(lines)


def _rows(specs: Iterable[FindingSpec]) -> list[Citation]:
    return [row.citation for spec in specs for row in spec.rows]


def _counts(citations: list[Citation]) -> str:
    """Return the number of rows, of unsigned ones, and of those no source stands behind."""
    unsigned = sum(not c.is_signed for c in citations)
    weak = sum(FROM_MEMORY in c.read_in or ENGINEERING in c.read_in for c in citations)
    return f"{len(citations)} | {unsigned} | {weak}"
