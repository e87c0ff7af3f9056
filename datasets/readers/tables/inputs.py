"""Finds the files of a run, hashes them, and says what their columns are."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from pyarrow import ipc

from .mapping import CsvForm
from .problems import FragmentUnreadable, TableProblem, TableRefused

Format = Literal["parquet", "csv", "arrow"]

_SUFFIXES: Final[dict[str, Format]] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
_ARROW_FILE_MAGIC: Final = b"ARROW1"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
HEADER_BYTES: Final = 1 << 16
CSV_BLOCK_BYTES: Final = 1 << 22
PARQUET_BUFFER_BYTES: Final = 1 << 16

ARROW_ERRORS: Final = (pa.ArrowException, OSError, EOFError, UnicodeDecodeError)
"""What pyarrow raises for a file that is not what it says; its texts can quote values."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of a run.

    Attributes
    ----------
    name : stable, without the place where the run happens to find it; ``/`` between folders
    path : where it is
    form : parquet, csv or arrow
    size, changed_ns : as seen when the run was planned
    partition : ``key=value`` folders above it
    """

    name: str
    path: Path
    form: Format
    size: int
    changed_ns: int
    partition: tuple[tuple[str, str], ...] = ()

    def sha256(self) -> str:
        """Return the hash of the file's bytes, read in constant memory."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: column names and types; rows of each row group (Parquet only)."""

    columns: tuple[tuple[str, Any], ...]
    row_groups: tuple[int, ...] | None = None


def form_of(path: Path) -> Format | None:
    """Return the format that a file's name says, or None."""
    name = path.name.lower()
    return next((form for suffix, form in _SUFFIXES.items() if name.endswith(suffix)), None)


def find_inputs(paths: Sequence[Path]) -> tuple[InputFile, ...]:
    """Return every table file of the given files and folders, ordered by name.

    Folders are searched in depth; names that begin with a point or an underscore are markers of
    other tools and are left out; ``key=value`` folders are columns.

    Raises
    ------
    TableRefused  if a path does not exist, is of no known kind, or a folder holds no table
    """
    problems: list[TableProblem] = []
    found: dict[str, InputFile] = {}
    for path in paths:
        files = list(_files_of(path, problems))
        for file in files:
            if file.name in found:
                problems.append(_problem("input_twice", file.name, "two inputs of the same name"))
            found[file.name] = file
    if problems:
        raise TableRefused(problems)
    return tuple(found[name] for name in sorted(found))


def _problem(code: str, path: str, found: str) -> TableProblem:
    return TableProblem(
        code, path, found, "it can't be screened",
        "Give Parquet, CSV (also .gz) or Arrow files, or folders that hold them",
    )  # fmt: skip


def _files_of(path: Path, problems: list[TableProblem]) -> Iterator[InputFile]:
    if path.is_file():
        form = form_of(path)
        if form is None:
            problems.append(_problem("input_kind", path.name, "a file of no known kind"))
        else:
            yield _input(path, path.name, form)
        return
    if not path.is_dir():
        problems.append(_problem("input_absent", path.name, "no such file or folder"))
        return
    inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not _is_marker(p, path)]
    tables = [(p, form_of(p)) for p in inside]
    if not any(form for _, form in tables):
        problems.append(_problem("folder_empty", path.name, "a folder without a table"))
    for file, form in tables:
        if form is not None:
            yield _input(file, file.relative_to(path).as_posix(), form)


def _is_marker(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)


def _input(path: Path, name: str, form: Format) -> InputFile:
    stat = path.stat()
    folders = [part.partition("=") for part in name.split("/")[:-1]]
    partition = tuple((key, value) for key, equals, value in folders if equals and key)
    return InputFile(name, path, form, stat.st_size, stat.st_mtime_ns, partition)


def read_contents(file: InputFile, csv: CsvForm) -> Contents:
    """Return the columns of a file, reading no more of it than that needs.

    Raises
    ------
    FragmentUnreadable  if it is not what its name says
    """
    try:
        contents = _CONTENTS[file.form](file, csv)
    except ARROW_ERRORS as error:
        raise unreadable(file.name, error) from error
    partition = tuple((key, pa.string()) for key, _ in file.partition)
    return Contents(contents.columns + partition, contents.row_groups)


def unreadable(name: str, error: Exception) -> FragmentUnreadable:
    """Return the error for a file that broke while it was read; it quotes nothing of it."""
    return FragmentUnreadable(
        found=f"a file that can't be read further ({type(error).__name__})",
        why="it is truncated, damaged, or not of the kind that its name says",
        remedy="Restore it from its source and run again",
        path=name,
    )


def _parquet_contents(
    file: InputFile,
    csv: CsvForm,  # noqa: ARG001 - one signature for every format
) -> Contents:
    with open_parquet(file) as parquet:
        groups = [parquet.metadata.row_group(i).num_rows for i in range(parquet.num_row_groups)]
        return Contents(_fields(parquet.schema_arrow), tuple(groups))


def _arrow_contents(
    file: InputFile,
    csv: CsvForm,  # noqa: ARG001
) -> Contents:
    with open_arrow(file) as reader:
        return Contents(_fields(reader.schema))


def _csv_contents(file: InputFile, csv: CsvForm) -> Contents:
    head = _head(file)
    _check_encoding(file.name, head, csv)
    names = _header(head, csv)
    if names is None:
        with open_csv(file, csv, None, lambda _row: "skip") as reader:
            names = tuple(reader.schema.names)
    return Contents(tuple((name, pa.binary()) for name in names))


def _head(file: InputFile) -> bytes:
    with pa.input_stream(str(file.path), compression="detect") as stream:
        return bytes(stream.read(HEADER_BYTES))


def _header(head: bytes, csv: CsvForm) -> tuple[str, ...] | None:
    """Return the names of a header that stands whole in the first bytes, None where it does not.

    Read on this thread: the stream of blocks reads ahead on another one, which must not outlive a
    command that stops at the header.
    """
    if b"\n" not in head and len(head) == HEADER_BYTES:
        return None
    table = pacsv.read_csv(
        pa.BufferReader(head),
        read_options=pacsv.ReadOptions(use_threads=False, encoding=csv.encoding),
        parse_options=pacsv.ParseOptions(
            delimiter=csv.delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
        convert_options=pacsv.ConvertOptions(check_utf8=False),
    )
    return tuple(table.schema.names)


def _check_encoding(name: str, head: bytes, csv: CsvForm) -> None:
    """Look at the first block: UTF-16, or a header that is not in the declared encoding.

    Raises
    ------
    FragmentUnreadable  naming the likely encoding; nothing is guessed
    """
    if csv.encoding.lower().replace("_", "-").startswith("utf-16"):
        return
    if head[:2] in _UTF16 or b"\0" in head:
        raise _encoding_error(name, "UTF-16", "utf-16")
    try:
        head.split(b"\n", 1)[0].decode(csv.encoding)
    except UnicodeDecodeError as error:
        raise _encoding_error(name, "Latin-1 or Windows-1252", "windows-1252") from error
    except LookupError as error:
        raise FragmentUnreadable(
            found=f"the encoding {csv.encoding!r} declared for a CSV file",
            why="no encoding has this name",
            remedy='Write encoding = "utf-8", "latin-1" or "windows-1252" under [csv]',
            path=name,
        ) from error


def _encoding_error(name: str, likely: str, code: str) -> FragmentUnreadable:
    return FragmentUnreadable(
        found=f"a CSV file that is not in the declared encoding (it looks like {likely})",
        why="letters read in the wrong encoding are other letters, so the encoding is not guessed",
        remedy=f'Save it as UTF-8, or declare it in a mapping file: [csv] encoding = "{code}"',
        path=name,
    )


def _fields(schema: Any) -> tuple[tuple[str, Any], ...]:  # noqa: ANN401
    return tuple((field.name, field.type) for field in schema)


def open_parquet(file: InputFile) -> Any:  # noqa: ANN401
    """Open a Parquet file so that a page is held at a time, not a row group."""
    return pq.ParquetFile(file.path, buffer_size=PARQUET_BUFFER_BYTES, pre_buffer=False)


def open_arrow(file: InputFile) -> Any:  # noqa: ANN401
    """Open an Arrow file or stream."""
    source = pa.memory_map(str(file.path))
    if source.read(len(_ARROW_FILE_MAGIC)) == _ARROW_FILE_MAGIC:
        return ipc.open_file(source)
    source.seek(0)
    return ipc.open_stream(source)


def open_csv(
    file: InputFile,
    csv: CsvForm,
    columns: Sequence[str] | None,
    on_bad_row: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Open a CSV file as a stream of blocks in which every value is bytes.

    Nothing is inferred from the first block, so a later block can't contradict it, and a value
    that is not UTF-8 is one unreadable value.
    """
    return pacsv.open_csv(
        pa.input_stream(str(file.path), compression="detect"),
        read_options=pacsv.ReadOptions(
            use_threads=False, block_size=CSV_BLOCK_BYTES, encoding=csv.encoding
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=csv.delimiter, newlines_in_values=True, invalid_row_handler=on_bad_row
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns or (), pa.binary()),
            include_columns=list(columns) if columns is not None else None,
            check_utf8=False,
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


_CONTENTS: Final = {
    "parquet": _parquet_contents,
    "csv": _csv_contents,
    "arrow": _arrow_contents,
}
