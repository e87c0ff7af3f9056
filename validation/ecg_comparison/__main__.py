"""The command of the study."""

import argparse
from pathlib import Path

from ...engine.bundles.load import load_models
from .page import write_study
from .run import run_study


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report."""
    parser = argparse.ArgumentParser(description="An ECG beside an earlier one.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="Folder of the development data.")
    parser.add_argument("--pairs", type=int, default=300, help="People recorded twice.")
    parser.add_argument("--changed", type=int, default=20, help="People for each change.")
    given = parser.parse_args(arguments)
    told = run_study(load_models(), pairs=given.pairs, changed=given.changed, data=given.data)
    write_study(told, given.out)


if __name__ == "__main__":
    main()
