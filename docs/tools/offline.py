"""Makes one folder that installs Laennec on a machine without a network: `make offline`.

The wheels are those of this machine's system and Python; make the folder where both are as on the
machine that it is for. Nothing of a site and nobody's data stands in it.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent / "offline"
SUMS: Final = "SHA256SUMS"
COPIED: Final = ("docs/how-to", "docs/schema", "examples", "LICENSE", "CHANGELOG.md")
SKIPPED: Final = shutil.ignore_patterns("__pycache__", "*.pyc", "studies")


def version() -> str:
    """Return the version of the package."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(said["project"]["version"])


def pip(*said: str) -> None:
    """Run the pip of this interpreter, quietly.

    Raises
    ------
    subprocess.CalledProcessError : a package can't be had
    """
    quiet = ("--quiet", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", said[0], *quiet, *said[1:]]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - our own words only


def wheels(folder: Path, extras: str) -> None:
    """Put our wheel and all that it needs into a folder, in the versions of ``constraints.txt``."""
    folder.mkdir(parents=True)
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (own,) = folder.glob("laennec-*.whl")
    wanted = f"{own}[{extras}]" if extras else str(own)
    form = ("--only-binary", ":all:", "--constraint", "constraints.txt")
    pip("download", "--dest", str(folder), *form, wanted)


def documents(folder: Path) -> None:
    """Copy what is read and tried on the other machine, with the installer beside it."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=SKIPPED)
        else:
            shutil.copy2(source, folder / name)
    for path in sorted(HERE.iterdir()):
        if path.is_file():
            shutil.copy2(path, folder / path.name)


def sums(folder: Path) -> int:
    """Write the SHA-256 of every file, and return how many there are."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(lines)


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / f"laennec-{version()}-offline")
    parser.add_argument("--extras", default="text", help="of pyproject.toml, with commas")
    said = parser.parse_args()
    shutil.rmtree(said.out, ignore_errors=True)
    wheels(said.out / "wheels", said.extras)
    documents(said.out)
    count = sums(said.out)
    size = sum(p.stat().st_size for p in said.out.rglob("*") if p.is_file())
    sys.stdout.write(f"{said.out}: {count} files, {size / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
