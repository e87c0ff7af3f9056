"""Print how many hazards are proved and what the open ones wait for (last line of `make check`)."""

import sys
import tomllib
from collections import Counter
from pathlib import Path

HAZARDS = Path(__file__).resolve().parents[1] / "docs" / "regulatory" / "hazards.toml"


def summary(text: str) -> str:
    """Return the counts of a hazards file as two lines."""
    hazards = tomllib.loads(text)["hazard"]
    proved = [h for h in hazards if h["status"] == "proved"]
    still_open = [h for h in hazards if h["status"] == "open"]
    begun = [h for h in still_open if h["proof"]]
    waits = Counter(h["waits_for"] for h in still_open)
    waiting = ", ".join(
        f"{work} ({', '.join(h['id'] for h in still_open if h['waits_for'] == work)})"
        for work, _ in sorted(waits.items())
    )
    return (
        f"Hazards: {len(hazards)}. Proved: {len(proved)}. "
        f"Open: {len(still_open)}, {len(begun)} of them in part.\nOpen ones wait for: {waiting}."
    )


if __name__ == "__main__":
    sys.stdout.write(summary(HAZARDS.read_text(encoding="utf-8")) + "\n")
