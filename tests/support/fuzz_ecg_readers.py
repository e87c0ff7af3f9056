"""Mutate made ECG files and read them: every input must end in a recording or in a typed error.

    python tests/support/fuzz_ecg_readers.py --minutes 10 [--seed 1] [--formats wfdb_16,scp]
        [--files FOLDER] [--page docs/how-to/ecg-readers-fuzzed.md]

Mutated are the made files, or with ``--files`` the real files of a folder (WFDB headers with what
stands beside them). ``--page`` adds the run as one row to the page. Prints how many inputs were
read, how many were refused, and every input that broke the rule: another exception, or a read that
took longer than the cap. The longest read is printed too.
"""

import argparse
import itertools
import random
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from ecg_files import MadeFile, every_format
from laennec.datasets.readers.ecg import Declared, read_ecgs
from laennec.engine.errors import RecordError

CAP_S = 5.0


class TooSlow(Exception):
    """A read took longer than the cap."""


def mutate(data, rng):  # noqa: C901 - one branch for each kind of damage
    """Return a changed copy: flips, cuts, doubled and foreign pieces, extreme numbers."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        if not out:
            break
        at = rng.randrange(len(out))
        kind = rng.randrange(8)
        if kind == 0:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x2D, 0x39))
        elif kind == 2:
            del out[at : at + rng.choice((1, 2, 8, 64, len(out)))]
        elif kind == 3:
            piece = out[at : at + rng.choice((1, 4, 32))]
            out[at:at] = piece * rng.choice((1, 2, 50))
        elif kind == 4:
            out[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"))
        elif kind == 5:
            out[at : at + 1] = rng.choice((b"9999999999", b"-1", b"1e308", b"nan", b"", b"<", b"0"))
        elif kind == 6:
            other = rng.randrange(len(out))
            out[at : at + 8], out[other : other + 8] = out[other : other + 8], out[at : at + 8]
        else:
            digits = [i for i in range(at, min(at + 400, len(out))) if 48 <= out[i] <= 57]
            if digits:
                out[rng.choice(digits)] = rng.choice(b"0123456789")
    return bytes(out)


def mutated(made, rng):
    """Mutate the file, or one of the files beside it."""
    data, companions = made.data, dict(made.companions)
    if companions and rng.random() < 0.4:
        name = rng.choice(sorted(companions))
        companions[name] = mutate(companions[name], rng)
    else:
        data = mutate(data, rng)
    return data, companions


def read_once(made, data, companions):
    """Return "read" or the code of the typed error; anything else is raised."""
    try:
        found = read_ecgs(
            data, name=made.name, companions=companions, declared=Declared(**made.declared)
        )
    except RecordError as error:
        return error.code
    for recording in found:
        assert recording.signal.n_samples > 0
        assert not np.isinf(recording.signal.signal_mv).any()
    return "read"


REAL = {".hea", ".dcm", ".scp", ".xml", ".edf", ".json"}
LARGEST_BYTES = 4_000_000
PAGE = """# Mutated ECG files

Each run by `python tests/support/fuzz_ecg_readers.py --page docs/how-to/ecg-readers-fuzzed.md`,
which adds its row. Every input is a file with bytes flipped, cut, doubled, exchanged or set to
extremes; it must end in a recording or in a typed error within 5 s of processor time. Broken:
another exception, or slower. A row speaks of the readers as the named commit left them.

| day | readers | files | seed | minutes | inputs | read | refused | broken | slowest read, ms |
|---|---|---|---|---|---|---|---|---|---|
"""
READERS = Path(__file__).parents[2] / "datasets" / "readers" / "ecg"


def real_files(folder):
    """Return the files of a folder that a reader can be asked, each with what stands beside it."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in REAL):
        beside = {}
        if path.suffix == ".hea":
            wanted = {line.split()[0] for line in path.read_text("latin-1").splitlines() if line}
            there = [n for n in wanted if (path.parent / n).is_file()]
            beside = {n: (path.parent / n).read_bytes() for n in there}
        if path.stat().st_size + sum(map(len, beside.values())) <= LARGEST_BYTES:
            name = path.relative_to(folder).as_posix()
            found[name] = MadeFile(path.name, path.read_bytes(), (), np.empty(0), "", beside)
    return found


def readers():
    """Return the last commit of the readers, and whether they were changed since."""
    log = ["git", "log", "-1", "--format=%h", "--", "."]
    last = subprocess.run(log, cwd=READERS, capture_output=True, text=True, check=True).stdout
    clean = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "."], cwd=READERS, check=False)
    return last.strip() + (" and changes" if clean.returncode else "")


def add_to_page(page, asked, names, counts, slowest_ms):
    """Write the run as one row."""
    text = page.read_text(encoding="utf-8") if page.is_file() else PAGE
    total, read, broken = sum(counts.values()), counts["read"], counts["BROKEN"]
    files = f"{len(names)} {'real' if asked.files else 'made'}"
    day = datetime.now(UTC).date().isoformat()
    cells = [day, asked.readers, files, asked.seed, f"{asked.minutes:g}", f"{total:,}", f"{read:,}"]
    cells += [f"{total - read - broken:,}", broken, f"{slowest_ms:.0f}"]
    page.write_text(text + "| " + " | ".join(map(str, cells)) + " |\n", encoding="utf-8")


def _alarm(_signal, _frame):
    raise TooSlow


def tried(made, data, companions):
    """Read a mutant within the cap; return its code, and the error that breaks the rule."""
    signal.setitimer(signal.ITIMER_PROF, CAP_S)
    try:
        return read_once(made, data, companions), None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "BROKEN", error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default="")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    asked.readers = readers() if asked.page else ""
    warnings.simplefilter("error")
    made = real_files(asked.files) if asked.files else every_format()
    names = asked.formats.split(",") if asked.formats else sorted(made)
    rng = random.Random(asked.seed)  # noqa: S311 - no secret is made
    signal.signal(signal.SIGPROF, _alarm)
    counts, slowest, broken = Counter(), (0.0, ""), []
    end = time.monotonic() + 60 * asked.minutes
    for name in itertools.cycle(names):
        if time.monotonic() >= end:
            break
        data, companions = mutated(made[name], rng)
        began = time.process_time()
        code, error = tried(made[name], data, companions)
        counts[code] += 1
        if error is not None:
            broken.append((name, repr(error)[:200], data[:60]))
            Path(f"fuzz-{name.replace('/', '-')}-{len(broken)}.bin").write_bytes(data)
        slowest = max(slowest, (time.process_time() - began, name))
    print(f"{sum(counts.values())} inputs over {len(names)} files, seed {asked.seed}")  # noqa: T201 - a script
    for code, n in counts.most_common():
        print(f"  {code}: {n}")  # noqa: T201 - a script
    print(f"slowest read {slowest[0] * 1e3:.0f} ms ({slowest[1]})")  # noqa: T201 - a script
    if asked.page:
        add_to_page(asked.page, asked, names, counts, slowest[0] * 1e3)
    for line in broken[:20]:
        print("BROKEN", *line)  # noqa: T201 - a script
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
