"""Sorts events into files by person, so that what belongs together fits in memory."""

from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from pyarrow import ipc


class Buckets:
    """Files of events; everything about one person is in one of them.

    Parameters
    ----------
    folder : where they stand until they are read
    name : of the kind of event
    schema : with a column ``person``
    count : of files
    """

    def __init__(self, folder: Path, name: str, schema: Any, count: int) -> None:  # noqa: ANN401 - pyarrow has no types
        self._paths = [folder / f"{name}-{i:05d}.arrow" for i in range(count)]
        self._schema = schema
        self._writers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def add(self, batch: Any) -> None:  # noqa: ANN401
        """Sort the rows of a batch into their files, in their order."""
        which = batch.column("person").to_numpy(zero_copy_only=False) % len(self._paths)
        order = np.argsort(which, kind="stable")
        ends = np.cumsum(np.bincount(which, minlength=len(self._paths)))
        sorted_rows = batch.take(pa.array(order))
        start = 0
        for bucket, end in enumerate(ends):
            if end > start:
                self._writer(bucket).write_batch(sorted_rows.slice(start, end - start))
            start = int(end)

    def _writer(self, bucket: int) -> Any:  # noqa: ANN401
        if bucket not in self._writers:
            self._writers[bucket] = ipc.new_stream(str(self._paths[bucket]), self._schema)
        return self._writers[bucket]

    def read(self, bucket: int) -> Any:  # noqa: ANN401
        """Return one bucket as a table, and remove its file."""
        path = self._paths[bucket]
        if not path.exists():
            return self._schema.empty_table()
        with ipc.open_stream(str(path)) as reader:
            table = reader.read_all()
        path.unlink()
        return table
