"""The tables that a batch screens, read for what a search, trajectories and drift want of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...datasets.readers.omop import read_collected
from ...datasets.readers.tables import (
    Chunk,
    Contents,
    Fragment,
    InputFile,
    TableMapping,
    TablePlan,
    find_inputs,
    list_fragments,
    plan_table,
    read_chunks,
    read_contents,
    read_mapping,
)
from ..batch.collected.plan import collected_files, collected_table
from ..batch.result.parts import COLLECTED
from ..batch.result.read import check_same_input

ROWS: Final = 16_384


@dataclass(frozen=True, slots=True)
class InputTables:
    """Tables whose columns are understood.

    Attributes
    ----------
    files : as they were found
    fragments : what is read of them, in order
    plans : what the columns of each file are, by its name
    """

    files: tuple[InputFile, ...]
    fragments: tuple[Fragment, ...]
    plans: Mapping[str, TablePlan]

    def chunks(self) -> Iterator[tuple[Chunk, TablePlan, str]]:
        """Yield chunks, what their columns are, and the name of their file.

        Raises
        ------
        FragmentUnreadable  if a file breaks half-way
        """
        for fragment in self.fragments:
            name = fragment.file.name
            plan = self.plans[name]
            for chunk in read_chunks(fragment, plan.columns, plan.csv, chunk_rows=ROWS):
                yield chunk, plan, name


def open_tables(
    inputs: Sequence[Path],
    mapping_file: Path | None,
    results: Sequence[Path] = (),
    option: str = "inputs",
) -> InputTables:
    """Return the tables of files and folders.

    Parameters
    ----------
    inputs, mapping_file : as of a batch
    results : folders of the batches that read them; empty where nothing is to be compared
    option : how the tables were given, for the remedy

    Raises
    ------
    TableRefused  if the input, the mapping or the columns can't be used
    FragmentUnreadable  if a file can't be read
    BatchRefused  if a file is not one that the results were made of
    """
    mapping = read_mapping(mapping_file) if mapping_file else TableMapping()
    files = find_inputs(inputs)
    check_same_input(files, results, option)
    contents = [(file, read_contents(file, mapping.csv)) for file in files]
    plans = {f.name: plan_table(c.columns, mapping, name=f.name) for f, c in contents}
    return _tables(contents, plans)


def open_collected(result: Path) -> InputTables | None:
    """Return the table that a batch made of a CDM or of Bulk Data; None where its input was tables.

    Raises
    ------
    FragmentUnreadable  if a file of it can't be read
    BatchRefused  if it is not the one that was screened
    """
    collected = read_collected(result / COLLECTED)
    if collected is None:
        return None
    files = find_inputs(collected_files(collected))
    check_same_input(files, (result,), "conditions on values")
    contents = [(file, read_contents(file, TableMapping().csv)) for file in files]
    return _tables(contents, {f.name: collected_table(collected, f) for f, _ in contents})


def _tables(
    contents: Sequence[tuple[InputFile, Contents]], plans: Mapping[str, TablePlan]
) -> InputTables:
    return InputTables(tuple(file for file, _ in contents), list_fragments(contents), plans)
