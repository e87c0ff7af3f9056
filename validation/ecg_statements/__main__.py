"""The command of the study."""

import argparse
from pathlib import Path

from ...engine.bundles.load import load_models
from .page import write_study
from .protocol import read_statements_protocol
from .run import run_study


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report."""
    parser = argparse.ArgumentParser(
        description="ECG statements, each source left out, beside guideline rules and boosting."
    )
    parser.add_argument("protocol", type=Path, help="TOML; examples/studies/ecg_statements.toml")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--work", type=Path, required=True, help="folder that keeps measurements between runs"
    )
    given = parser.parse_args(arguments)
    protocol = read_statements_protocol(given.protocol)
    write_study(run_study(given.data, load_models(), protocol, given.work), given.out)


if __name__ == "__main__":
    main()
