"""Streams a file in chunks of a fixed number of rows, each with its stable place."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from .inputs import (
    ARROW_ERRORS,
    Contents,
    InputFile,
    open_arrow,
    open_csv,
    open_parquet,
    unreadable,
)
from .mapping import CsvForm

BAD_ROWS_KEPT: Final = 100
PARQUET_BATCH_ROWS: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a file that can be read on its own: a row group, or the whole file.

    Attributes
    ----------
    index : place among the fragments of the run
    file : the file
    row_group : of a Parquet file; None for the others
    rows : how many it holds; None where only reading it can tell
    offset : number of its first row in the file, from 0
    """

    index: int
    file: InputFile
    row_group: int | None
    rows: int | None
    offset: int = 0

    def chunk_count(self, chunk_rows: int) -> int | None:
        """Return how many chunks it gives, at least one; None where only reading it can tell."""
        return None if self.rows is None else max(1, -(-self.rows // chunk_rows))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive rows of a fragment.

    Attributes
    ----------
    index : place in the fragment
    table : pyarrow record batch of the columns that were asked for
    offset : number of the first row in the file
    is_last : nothing follows in the fragment
    bad_rows : of the whole fragment, and only in its last chunk: how many lines had another
        number of fields than the header, and the line numbers of the first hundred
    """

    index: int
    table: Any
    offset: int
    is_last: bool
    bad_row_count: int = 0
    bad_rows: tuple[int, ...] = ()


def list_fragments(files: Sequence[tuple[InputFile, Contents]]) -> tuple[Fragment, ...]:
    """Return the fragments of the files of a run, in order."""
    found: list[Fragment] = []
    for file, contents in files:
        if contents.row_groups is None:
            found.append(Fragment(len(found), file, None, None))
            continue
        offset = 0
        for group, rows in enumerate(contents.row_groups or (0,)):
            whole = None if not contents.row_groups else group
            found.append(Fragment(len(found), file, whole, rows, offset))
            offset += rows
    return tuple(found)


def read_chunks(
    fragment: Fragment, columns: Sequence[str], csv: CsvForm, *, chunk_rows: int
) -> Iterator[Chunk]:
    """Stream a fragment: full chunks and then the rest; one empty chunk where it has no rows.

    Memory holds a chunk and a block, whatever the size of the file.

    Raises
    ------
    FragmentUnreadable  where the file breaks; chunks given before it are good
    """
    try:
        _check_unchanged(fragment.file)
        bad: list[int] = []
        with closing(_file_batches(fragment, columns, csv, bad)) as batches:
            yield from _numbered(fragment, batches, bad, chunk_rows)
    except ARROW_ERRORS as error:
        raise unreadable(fragment.file.name, error) from error


def _check_unchanged(file: InputFile) -> None:
    stat = file.path.stat()
    if (stat.st_size, stat.st_mtime_ns) != (file.size, file.changed_ns):
        raise OSError


def _numbered(
    fragment: Fragment, batches: Iterator[Any], bad: list[int], chunk_rows: int
) -> Iterator[Chunk]:
    start = fragment.offset
    before = None
    index = 0
    for table in _rechunked(batches, chunk_rows):
        if before is not None:
            yield Chunk(index, before, start, is_last=False)
            index, start = index + 1, start + before.num_rows
        before = table
    yield Chunk(
        index, before, start, is_last=True,
        bad_row_count=len(bad), bad_rows=tuple(sorted(bad)[:BAD_ROWS_KEPT]),
    )  # fmt: skip


def _rechunked(batches: Iterator[Any], chunk_rows: int) -> Iterator[Any]:
    """Give record batches of exactly ``chunk_rows`` rows, then the rest; at least one."""
    waiting: list[Any] = []
    rows = 0
    gave = False
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= chunk_rows:
            whole = pa.concat_batches(waiting)
            yield whole.slice(0, chunk_rows)
            gave, rows, waiting = True, rows - chunk_rows, [whole.slice(chunk_rows)]
    if rows or not gave:
        yield pa.concat_batches(waiting)


def _file_batches(
    fragment: Fragment, columns: Sequence[str], csv: CsvForm, bad: list[int]
) -> Generator[Any, None, None]:
    """Stream the asked columns, those that folders say among them; an empty batch comes first."""
    partition = dict(fragment.file.partition)
    wanted = [c for c in columns if c not in partition]
    read = _BATCHES[fragment.file.form]
    with closing(read(fragment, wanted, csv, bad)) as batches:
        for batch in batches:
            arrays = {
                c: pa.array([partition[c]] * batch.num_rows, pa.string())
                if c in partition
                else batch.column(c)
                for c in columns
            }
            yield pa.RecordBatch.from_pydict(arrays)


def _parquet_batches(
    fragment: Fragment,
    wanted: Sequence[str],
    csv: CsvForm,  # noqa: ARG001 - one signature for every format
    bad: list[int],  # noqa: ARG001
) -> Generator[Any, None, None]:
    with open_parquet(fragment.file) as parquet:
        yield _empty(parquet.schema_arrow, wanted)
        if fragment.row_group is not None:
            yield from parquet.iter_batches(
                batch_size=PARQUET_BATCH_ROWS,
                row_groups=[fragment.row_group],
                columns=list(wanted),
                use_threads=False,
            )


def _arrow_batches(
    fragment: Fragment,
    wanted: Sequence[str],
    csv: CsvForm,  # noqa: ARG001
    bad: list[int],  # noqa: ARG001
) -> Generator[Any, None, None]:
    with open_arrow(fragment.file) as reader:
        yield _empty(reader.schema, wanted)
        count = getattr(reader, "num_record_batches", None)
        stream = reader if count is None else (reader.get_batch(i) for i in range(count))
        for batch in stream:
            yield batch.select(list(wanted))


def _csv_batches(
    fragment: Fragment, wanted: Sequence[str], csv: CsvForm, bad: list[int]
) -> Generator[Any, None, None]:
    def keep_number(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        bad.append(row.number)
        return "skip"

    with open_csv(fragment.file, csv, wanted, keep_number) as reader:
        yield _empty(reader.schema, wanted)
        yield from reader


def _empty(schema: Any, wanted: Sequence[str]) -> Any:  # noqa: ANN401
    kept = pa.schema([schema.field(name) for name in wanted])
    return pa.RecordBatch.from_arrays([pa.nulls(0, f.type) for f in kept], schema=kept)


_BATCHES: Final = {"parquet": _parquet_batches, "csv": _csv_batches, "arrow": _arrow_batches}
