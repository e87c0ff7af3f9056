"""Installs Laennec from this folder without a network: python3 install.py TARGET [--extras text].

It checks every file against SHA256SUMS, makes a virtual environment in TARGET, installs from the
wheels beside it and from nowhere else, verifies the model bundles, and screens an example.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
SUMS = "SHA256SUMS"


def stop(found: str, why: str, remedy: str) -> NoReturn:
    """End with what was found, why it stops us, and what to do."""
    sys.exit(f"{found}: {why}. {remedy}. [{HERE.name}]")


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


def check_files() -> int:
    """Compare every file with its hash; a file without one is named too."""
    listed: dict[str, str] = {}
    for line in (HERE / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = {p.relative_to(HERE).as_posix(): p for p in HERE.rglob("*") if p.is_file()}
    there = {n: p for n, p in there.items() if n != SUMS and "__pycache__" not in n}
    wrong = sorted(set(listed) ^ set(there))
    for name in sorted(set(listed) & set(there)):
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != listed[name]:
            wrong.append(name)
    if wrong:
        stop(
            f"{len(wrong)} files that are missing, strange or changed, such as {wrong[0]}",
            "what would be installed is not what was made",
            "Copy the folder again from its source",
        )
    return len(listed)


def run(target: Path, *said: str) -> str:
    """Run a program of the new environment; its network is closed to pip by the settings."""
    folder = target / ("Scripts" if os.name == "nt" else "bin")
    closed = {
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(  # noqa: S603 - programs of the environment that was just made
        [str(folder / said[0]), *said[1:]], env={**os.environ, **closed}, cwd=HERE,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no words").splitlines()[-1]
        stop(
            f"{' '.join(said[:2])} ended with {done.returncode} ({last})",
            "the installation is not whole",
            f"Use the system and the Python of the wheels (README.txt), not necessarily this "
            f"{sys.version_info[0]}.{sys.version_info[1]}; remove {target}, and try again",
        )
    return done.stdout


def main() -> None:
    """Install, verify, screen an example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="a new folder")
    parser.add_argument("--extras", default="", help="of those that were put into wheels/")
    said = parser.parse_args()
    began, target = time.monotonic(), said.target.resolve()
    if target.exists():
        stop(
            f"a target that is there already ({target})",
            "nothing is written over",
            "Name a new one",
        )
    say(f"{check_files()} files are as they were made")
    venv.create(target, with_pip=True)
    wanted = "laennec" + (f"[{said.extras}]" if said.extras else "")
    run(
        target,
        "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--find-links",
        "wheels",
        wanted,
    )
    say(f"installed into {target}")
    run(target, "laennec", "models", "verify")
    say("model bundles: signatures, hashes and known answers are right")
    say(run(target, "laennec", "doctor"))
    run(target, "laennec", "screen", "examples/visits/01-raised-risk.json", "--lang", "en")
    say(f"an example visit was screened; {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
