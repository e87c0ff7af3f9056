"""The command of the study."""

import argparse
from pathlib import Path

from ...engine.bundles.load import load_models
from .page import write_study
from .run import run_study


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write its report; it needs no data, every record is simulated."""
    parser = argparse.ArgumentParser(description="Agreement of two measurements, by condition.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--records", type=int, default=12, help="simulated people for each row")
    given = parser.parse_args(arguments)
    write_study(run_study(load_models(), records=given.records), given.out)


if __name__ == "__main__":
    main()
