"""The command of the study."""

import argparse
from pathlib import Path

from ...engine.bundles.load import load_models
from .page import write_study
from .run import run_study


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report."""
    parser = argparse.ArgumentParser(description="Delineation on LUDB beside NeuroKit2.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    write_study(run_study(given.data, load_models()), given.out)


if __name__ == "__main__":
    main()
