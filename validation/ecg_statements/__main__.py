"""The command of the study."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from ...engine.bundles.load import load_models
from ..protocol.freeze import freeze_content
from .page import write_study
from .protocol import frozen_facts, read_statements_protocol
from .run import run_study


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report."""
    parser = argparse.ArgumentParser(
        description="ECG statements, each source left out, beside guideline rules and boosting."
    )
    parser.add_argument("protocol", type=Path, help="TOML; examples/studies/ecg_statements.toml")
    parser.add_argument("--freeze", action="store_true", help="freeze the plan, and nothing else")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--work", type=Path, help="folder that keeps measurements between runs")
    given = parser.parse_args(arguments)
    protocol = read_statements_protocol(given.protocol)
    if given.freeze:
        freeze_content(protocol.content, "", given.protocol, datetime.now(UTC).date())
        return
    if None in (given.data, given.out, given.work):
        parser.error("give --data, --work and --out, or --freeze alone")
    told = run_study(given.data, load_models(), protocol, given.work)
    frozen = frozen_facts(protocol, given.protocol, told["records_sha256"])
    plan = told["protocol"]
    plan |= {**frozen, "deviations": [*frozen["deviations"], *plan["deviations"]]}
    write_study(told, given.out)


if __name__ == "__main__":
    main()
