"""The rules of the house that no linter knows, held over every file of every room."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import ROOMS, ROOT, called, files, imported, modules, named, tree

MAX_LINES = 300
MAX_LINES_TEST = 450
MAX_PUBLIC_NAMES = 20
SMALL = 12

# file -> ADR that says why it is longer
LONG_FILES: dict[str, str] = {}

# Small constants of arithmetic: halves, thirds of a triangle, percent.
ARITHMETIC = frozenset({0.0, 0.5, 1.0, 2.0, 3.0})

# file -> numbers that it may hold, and why they are not clinical
NUMBERS: dict[str, tuple[frozenset[float], str]] = {
    "engine/bundles/graph.py": (
        frozenset(range(13, 26)),
        "field numbers of the ONNX protocol buffer",
    ),
    "engine/bundles/sealed.py": (frozenset({18, 21, 24, 26}), "ONNX opset and IR versions"),
    "engine/canonical.py": (frozenset({53, 21}), "bits of a float64 and digits of an int64"),
    "engine/ecg/classical/beat.py": (
        frozenset({1.4826, 1.2533}),
        "median deviation to SD, spread of a median to that of a mean, for normal errors",
    ),
    "engine/ecg/classical/bounds.py": (frozenset({20, 25, 50, 75}), "fewest samples; quartiles"),
    "engine/ecg/classical/detect.py": (frozenset({75}), "a quartile"),
    "engine/ecg/classical/filters.py": (frozenset({0.9}), "share of half the sampling rate"),
    "engine/ecg/classical/measure.py": (frozenset({60.0, 25, 75}), "seconds a minute; quartiles"),
    "engine/ecg/classical/rhythm.py": (frozenset({60.0}), "seconds a minute"),
    "engine/ecg/measure/axis.py": (frozenset({180.0}), "half a turn in degrees"),
    "engine/ecg/measure/beats.py": (frozenset({1.2533}), "spread of a median to that of a mean"),
    "engine/ecg/measure/qtc.py": (
        frozenset({154.0, 1.75, 60.0, 0.485}),
        "coefficients that the named formulas are made of, cited at each; seconds a minute",
    ),
    "engine/ecg/measure/rhythm.py": (
        frozenset({60.0, 50.0}),
        "seconds a minute; the 50 ms that pNN50 is named after",
    ),
    "engine/ecg/quality/noise.py": (
        frozenset({1.4826, 6.0, 8.0, 0.45, 98, 1500}),
        "statistics of differences and sines, share of the sampling rate, samples that are read",
    ),
    "engine/ecg/quality/swap_features.py": (
        frozenset({125.0, 40.0, 0.67, 0.6, 1.5}),
        "rate and floors of the fitted features; the weights hold for these alone",
    ),
    "engine/ecg/quality/view.py": (frozenset({1.2533}), "spread of a median to that of a mean"),
    "engine/ecg/features/view.py": (frozenset({60.0}), "seconds a minute"),
    "engine/ecg/urgent/evidence.py": (frozenset({60.0}), "seconds a minute"),
    "engine/explain/counterfactual.py": (frozenset({60}), "cap of the search, in steps"),
    "engine/intake/document.py": (frozenset({40}), "longest text that an error repeats"),
    "engine/intake/problems.py": (frozenset({40}), "longest text that an error repeats"),
    "engine/intake/schema.py": (frozenset({200, 2000}), "caps of list lengths of a document"),
    "engine/trajectories/theil_sen.py": (
        frozenset({18}),
        "of the variance of Kendall's S, as cited",
    ),
    "engine/trajectories/draft.py": (frozenset({1970}), "the year from which days are counted"),
    "engine/words/trajectory_lines.py": (frozenset({30}), "days of a month, for words only"),
    "engine/words/paper.py": (frozenset({80}), "width of a printed line"),
}

NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests", "httpx"}
IMPURE = {"time", "random", "logging", "locale", "secrets", "uuid", "subprocess", "threading"}
UNSAFE = {"pickle", "cPickle", "joblib", "marshal", "shelve", "dill", "cloudpickle", "skops"}
CLOCK = re.compile(r"(^|\.)(now|today|utcnow|default_rng|urandom)$|^time\.")
UNSAFE_CALLS = re.compile(r"^(eval|exec|compile|__import__|torch\.(load|save))$")
WAIVER = re.compile(
    r"noqa(?::\s*(?P<rules>[A-Z]+\d+(?:,\s*[A-Z]+\d+)*))?|type: ignore(?:\[(?P<types>[\w\-, ]+)\])?"
)
MACHINE_PATH = re.compile(
    r"(?<![\w.:/>*}-])/(?:home|root|Users|tmp|mnt|opt|var|srv|wor[k])/|\b[A-Z]:\\[A-Za-z]"
)
TEXT = {".py", ".toml", ".md", ".json", ".html", ".css", ".txt", ".cfg", ".yml", ".yaml", ""}


def literals(path: Path) -> Iterator[tuple[int, float]]:
    """Yield line and value of every number that is written in a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node.lineno, node.value


def is_of_arithmetic(number: float) -> bool:
    """Say whether a number is small, a power of ten, or next to a power of two."""
    if f"{number:e}".startswith("1.000000e"):
        return True
    if isinstance(number, int):
        return number <= SMALL or number.bit_count() == 1 or (number + 1).bit_count() == 1
    return number in ARITHMETIC


@pytest.mark.parametrize("path", modules("engine"), ids=named)
def test_no_clinical_number_is_written_in_engine_code(path: Path) -> None:
    """A cut-off in code has no source, no unit and no signature; it belongs in a TOML row."""
    allowed, _ = NUMBERS.get(named(path), (frozenset(), ""))
    found = [
        f"line {line}: {number}"
        for line, number in literals(path)
        if number not in allowed and not is_of_arithmetic(number)
    ]
    assert not found, f"{named(path)}: move these to a data file with their source: {found}"


def test_no_waiver_outlives_its_number() -> None:
    """A list of exceptions that nothing uses would hide the next one."""
    for name, (allowed, reason) in NUMBERS.items():
        path = ROOT / name
        assert reason
        assert path.exists(), f"{name} is gone; drop its waiver"
        assert allowed & {number for _, number in literals(path)}, f"drop the waiver of {name}"
    for name, adr in LONG_FILES.items():
        assert (ROOT / name).exists(), name
        assert (ROOT / "docs" / "adr" / adr).exists(), adr


@pytest.mark.parametrize("path", modules(*ROOMS, "tests", "benchmarks"), ids=named)
def test_a_file_is_one_idea(path: Path) -> None:
    limit = MAX_LINES_TEST if named(path).startswith("tests/") else MAX_LINES
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= limit or named(path) in LONG_FILES, f"{named(path)} has {lines} lines"


@pytest.mark.parametrize("path", modules("engine"), ids=named)
def test_the_engine_has_no_clock_network_chance_or_log(path: Path) -> None:
    """The decision is replayed at a desk years later; it may read nothing but its arguments."""
    for line, name in imported(path):
        assert name.split(".")[0] not in NETWORK | IMPURE, f"{named(path)}:{line} imports {name}"
    for line, name in called(path):
        assert not CLOCK.search(name), f"{named(path)}:{line} calls {name}"


@pytest.mark.parametrize("path", modules(), ids=named)
def test_no_room_can_run_code_from_a_file(path: Path) -> None:
    for line, name in imported(path):
        assert name.split(".")[0] not in UNSAFE, f"{named(path)}:{line} imports {name}"
    for line, name in called(path):
        assert not UNSAFE_CALLS.match(name), f"{named(path)}:{line} calls {name}"
    assert "allow_pickle=True" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", modules(), ids=named)
def test_no_room_prints_what_it_computes(path: Path) -> None:
    """A record that reaches a terminal or a log file has left the consent it was given under."""
    for line, name in called(path):
        assert name not in {"print", "pprint", "breakpoint"}, f"{named(path)}:{line} calls {name}"


@pytest.mark.parametrize(
    "path", [p for p in modules() if "serving" not in p.relative_to(ROOT).parts], ids=named
)
def test_pydantic_stays_at_the_door(path: Path) -> None:
    assert not [n for _, n in imported(path) if n.split(".")[0].startswith("pydantic")]


def waivers(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield rule, line, and whether a reason stands beside or above, of every waived warning."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        for waiver in WAIVER.finditer(token.string if token.type == tokenize.COMMENT else ""):
            above = lines[token.start[0] - 2].strip()
            reasoned = re.search(r"\w{3}", token.string[waiver.end() :]) or above.startswith("#")
            for rule in re.split(r",\s*", waiver["rules"] or waiver["types"] or "every rule"):
                yield rule, token.start[0], bool(reasoned)


@pytest.mark.parametrize("path", modules(*ROOMS, "tests", "benchmarks"), ids=named)
def test_a_waiver_says_why(path: Path) -> None:
    """A warning that is waived without a reason can never be un-waived; one reason per rule."""
    found = list(waivers(path))
    explained = {rule for rule, _, reasoned in found if reasoned}
    if any(name.split(".")[0] == "pyarrow" for _, name in imported(path)):
        explained.add("ANN401")  # pyarrow has no types, so its objects are Any
    bare = [f"line {line}: {rule}" for rule, line, _ in found if rule not in explained]
    assert not bare, f"{named(path)} waives without saying why: {bare}"


def text_files() -> list[Path]:
    """Return the files that are read as text."""
    return [p for p in files() if p.suffix in TEXT and p.name != "signature"]


def test_nothing_names_a_machine() -> None:
    """A path of somebody's machine works there only, and says where the work was done."""
    found = [
        f"{named(path)}:{number}"
        for path in text_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not found


def test_no_private_key_stands_outside_the_workshop() -> None:
    found = {
        named(path)
        for path in text_files() + [p for p in files() if p.suffix == ".pem"]
        if path.read_bytes().find(b"-----BEGIN " + b"PRIVATE KEY") >= 0
    }
    assert found <= {"training/keys/development.pem"}


def test_the_engine_shows_few_names() -> None:
    engine = __import__("laennec.engine", fromlist=["__all__"])
    assert {"load_models", "parse", "screen"} <= set(engine.__all__)
    assert len(engine.__all__) <= MAX_PUBLIC_NAMES
    assert not [name for name in engine.__all__ if not hasattr(engine, name)]
