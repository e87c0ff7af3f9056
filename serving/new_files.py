"""Files and folders of results: new ones, so that nothing that is there is lost, told in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..engine.errors import DataError


@contextmanager
def disk_told(path: Path) -> Iterator[None]:
    """Tell what the disk does not take as an error of the house.

    Parameters
    ----------
    path : of the file or folder that is written

    Raises
    ------
    DataError : it can't be written
    """
    try:
        yield
    except FileExistsError as error:
        raise DataError(
            found="a place where something lies already",
            why="what is there would be lost, and nothing is written over",
            remedy="Give another name, or move what is there",
            path=str(path),
        ) from error
    except OSError as error:
        raise DataError(
            found=f"a place that can't be written ({error.strerror})",
            why="the result would be lost, or lie there cut short",
            remedy="Check its free space and permissions, or give another place, and run it again",
            path=str(path),
        ) from error


def new_folder(path: Path) -> None:
    """Make a folder of results; one that holds anything is refused.

    Raises
    ------
    DataError : it can't be made, or it is not empty
    """
    with disk_told(path):
        path.mkdir(parents=True, exist_ok=True)
        is_used = any(path.iterdir())
    if is_used:
        raise DataError(
            found="a folder that is not empty",
            why="what is in it may be filled in already, and two results are never mixed",
            remedy="Give another folder",
            path=str(path),
        )


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is not there yet; it is there whole, or not at all.

    Raises
    ------
    DataError : it can't be written, or it is there already
    """
    with disk_told(path):
        file = path.open("xb")
        try:
            with file:
                yield file
        except BaseException:
            path.unlink(missing_ok=True)
            raise
