"""Write what the README shows: an example that was really run, and the table of shipped models.

    python docs/tools/readme.py          # rewrites both, between their marks
    python docs/tools/readme.py --check  # exit code 1 when the README says something else

Every figure comes from a signed manifest and the example from the command; a test checks it.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from laennec.engine import load_models
from laennec.engine.bundles.manifest import Manifest, Metric
from laennec.engine.bundles.statements import StatementsBundle
from laennec.engine.bundles.waves import SignalBundle

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
VISIT = "examples/visits/01-raised-risk.json"
SHOWN = "chance of undiagnosed type 2 diabetes"
MARKS = "<!-- {0}: written by docs/tools/readme.py -->", "<!-- end of {0} -->"
HEAD = (
    "| Model | Screens for | AUROC, or C-index (95 % CI) | Sens / Spec at `high` | Studied in "
    "| Status |\n"
    "|---|---|---|---|---|---|"
)
# The estimate whose interval knows the survey's design stands before the pooled one.
AUROC = ("mean over cycles / auroc", "pooled / auroc", "auroc", "pooled / c_index")


ECG_HEAD = "| ECG | Does | Measured (95 % CI) | Judged on | Status |\n|---|---|---|---|---|"
POINTS = "operating points, {0}, source left out of rules and cut-offs"
# Bundle -> what stands beside the first measure, that nobody reads the ranking as what is called.
ECG_BESIDE = {
    "ecg_findings/twelve_lead": (
        (POINTS.format("present"), "mean", "called present, a source left out"),
        (POINTS.format("borderline or present"), "mean", "borderline or present"),
    ),
    "ecg_findings/single_lead": (
        ("summary", "guideline rules, as shipped", "F1 atrial_fibrillation"),
    ),
}
# Bundle -> table, row and measure of its metrics.json, what it does, how that was judged.
ECG_SHOWN = {
    "ecg_delineation/waves": (
        "boundaries",
        "six boundaries",
        "F1",
        "finds P, QRS and T on every lead",
        "LUDB, five folds of persons",
    ),
    "ecg_findings/twelve_lead": (
        "summary",
        "guideline rules, soft, as shipped",
        "mean AUROC",
        "24 statements by fuzzy rules",
        "LUDB and challenge records, on which its words were chosen",
    ),
    "ecg_findings/single_lead": (
        "summary",
        "guideline rules, as shipped",
        "mean F1 of N, A, O",
        "rhythm of a single-lead strip",
        "CinC 2017 strips, on which its words were chosen",
    ),
}


def metric(manifest: Manifest) -> Metric | None:
    """Return the AUROC or C-index that is shown, or None where the manifest has none."""
    for ending in AUROC:
        for found in manifest.metrics:
            if found.name.endswith(ending):
                return found
    return None


def auroc(manifest: Manifest) -> str:
    """Return the AUROC with its interval; a dash where none was estimated."""
    found = metric(manifest)
    if found is None:
        return "-"
    what = "C " if found.name.endswith("c_index") else ""
    return f"{what}{found.value:.3f} ({found.ci_low:.3f}-{found.ci_high:.3f})"


def studied(manifest: Manifest) -> str:
    """Return where the AUROC comes from: how, which survey and how many people."""
    found = metric(manifest)
    if found is None:
        return "-"
    how = found.population.split(";")[0]
    survey = re.search(r"NHANES \d{4}-\d{4}", found.population)
    where = survey.group() if survey and survey.group() not in how else ""
    return ", ".join(part for part in (where, how, f"n = {found.n}") if part)


def operating_point(manifest: Manifest) -> str:
    """Return sensitivity and specificity where the band `high` begins."""
    for point in manifest.operating_points:
        known = point.sensitivity is not None and point.specificity is not None
        if known and point.value_from == manifest.bands.high_from:
            return f"{point.sensitivity:.2f} / {point.specificity:.2f}"
    return "-"


def row(manifest: Manifest) -> str:
    """Return one line of the table."""
    cells = (
        f"`{manifest.id}` {manifest.version}",
        f"{manifest.outcome}, case by {manifest.reference_standard.removeprefix('ref.')}",
        auroc(manifest),
        operating_point(manifest),
        studied(manifest),
        f"{manifest.key} key, no external validation yet",
    )
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def table() -> str:
    """Return the table of every shipped model."""
    models = load_models()
    lines = [HEAD, *(row(bundle.manifest) for bundle in models.loaded)]
    lines += [f"| `{r.id}` | refused: {r.error.code} | - | - | - | - |" for r in models.refused]
    return "\n".join(lines)


def _beside(
    estimates: Mapping[tuple[str, str, str], Mapping[str, float]], where: str, row: str, words: str
) -> str:
    """Word one more measurement: a pair of sensitivity and specificity, or an estimate."""
    single = estimates.get((where, row, words))
    if single is not None:
        name = words.replace("_", " ")
        return f"{name} {single['value']:.3f} ({single['ci_low']:.3f}-{single['ci_high']:.3f})"
    sens, spec = (estimates[where, row, name]["value"] for name in ("sensitivity", "specificity"))
    return f"{words}: sens / spec {sens:.2f} / {spec:.2f}"


def ecg_row(bundle: SignalBundle | StatementsBundle) -> str:
    """Return one line of the table of what reads ECGs, from the bundle's own measurements."""
    manifest = bundle.manifest
    estimates = {
        (line["table"], line["row"], line["measure"]): line["estimate"]
        for line in json.loads(bundle.files["metrics.json"])["lines"]
    }
    table_name, row_name, measure, what, how = ECG_SHOWN[manifest.id]
    found = estimates[table_name, row_name, measure]
    shown = f"{measure} {found['value']:.3f} ({found['ci_low']:.3f}-{found['ci_high']:.3f})"
    beside = [_beside(estimates, *place) for place in ECG_BESIDE.get(manifest.id, ())]
    shown = "; ".join([shown, *beside])
    cells = (
        f"`{manifest.id}` {manifest.version}",
        what,
        shown,
        f"{how}, n = {found['n']}",
        f"{manifest.key} key, no external validation yet",
    )
    return "| " + " | ".join(cells) + " |"


def ecg_table() -> str:
    """Return the table of every shipped bundle that reads ECGs."""
    models = load_models()
    bundles: tuple[SignalBundle | StatementsBundle, ...] = (*models.signals, *models.statements)
    return "\n".join([ECG_HEAD, *(ecg_row(b) for b in bundles)])


def example() -> str:
    """Return the finding about diabetes as `laennec screen` prints it; else the first finding."""
    command = "import sys; from laennec.cli import main; main()"
    printed = subprocess.run(  # noqa: S603 - our own command on our own example
        [sys.executable, "-P", "-c", command, "screen", VISIT, "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    blocks = re.findall(r"^\d+\. .*?(?=^\d+\. |\n\n[A-Z ,]+\n-)", printed, re.MULTILINE | re.DOTALL)
    shown = next((b for b in blocks if SHOWN in " ".join(b.split())), blocks[0])
    head, limits, _ = shown.rstrip().partition("\n    Limits\n")
    rest = "\n    ... (then its limits, the reference standard and the model)" if limits else ""
    return f"```text\n{head}{rest}\n```"


def replaced(text: str, name: str, content: str) -> str:
    """Return a text with what stands between the two marks of that name written anew."""
    begin, end = (mark.format(name) for mark in MARKS)
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}"


def main() -> int:
    """Write or check."""
    old = README.read_text(encoding="utf-8")
    tables = f"{table()}\n\n{ecg_table()}"
    new = replaced(replaced(old, "example", example()), "models", tables)
    if "--check" in sys.argv:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
