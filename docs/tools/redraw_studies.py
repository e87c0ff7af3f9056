"""Fill the checklists of every shipped study anew and draw its pages from report.json; no data.

python docs/tools/redraw_studies.py
"""

import json
from pathlib import Path

from laennec.validation.report.checklists import filled
from laennec.validation.report.pages import sections
from laennec.validation.report.seal import check_seal, sealed
from laennec.validation.report.words import Words
from laennec.validation.report.write import LANGS, as_html, as_json
from laennec.validation.study.run import SCHEMA

STUDIES = Path(__file__).resolve().parents[1] / "studies"


def main() -> None:
    """Write the pages."""
    for report in sorted(STUDIES.glob("*/report.json")):
        told = json.loads(report.read_text(encoding="utf-8"))
        if told["schema"] != SCHEMA:
            continue
        check_seal(told, str(report))
        told["checklists"] = filled(told)
        told = sealed(told)
        report.write_text(as_json(told), encoding="utf-8")
        for lang in LANGS:
            page = as_html(told, sections(told, Words(lang)), Words(lang))
            report.with_name(f"report.{lang}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
