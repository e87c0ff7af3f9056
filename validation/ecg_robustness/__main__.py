"""The command of the study."""

import argparse
from pathlib import Path

from ...engine.bundles.load import load_models
from .run import run_robustness, write_robustness


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report."""
    parser = argparse.ArgumentParser(description="Robustness of the ECG chain.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=3, help="Every n-th record; 3.")
    given = parser.parse_args(arguments)
    write_robustness(run_robustness(given.data, load_models(), every=given.every), given.out)


if __name__ == "__main__":
    main()
