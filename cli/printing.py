"""What every command of the command line prints with."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ..engine.errors import ScreeningError
    from ..serving.commands.decide import CommandResult


def print_error(error: dict[str, Any]) -> None:
    """Print a house error in its four parts, on standard error."""
    where = f" [{error['path']}]" if error.get("path") else ""
    remedy = str(error["remedy"]).rstrip(".")
    remedy = remedy[:1].upper() + remedy[1:]
    typer.echo(f"{error['code']}: {error['found']}: {error['why']}. {remedy}.{where}", err=True)


def file_error(error: OSError) -> dict[str, str]:
    """Return what the disk or a file refused, in four parts; of its path the last name only."""
    return {
        "code": "file_error",
        "found": (error.strerror or type(error).__name__).lower(),
        "why": "a file or folder could not be read or written, so the command stopped",
        "remedy": "Check the place, its permissions and the free space, then run it again",
        "path": Path(error.filename).name if isinstance(error.filename, str) else "",
    }


def ecg_file(path: Path | None) -> Path | None:
    """Return the path of an ECG that an option names: a file, or ``two.xml#1``, which is one of it.

    Raises
    ------
    BadParameter : there is no such file
    """
    from ..datasets.readers.ecg.files import numbered_file

    if path is None or numbered_file(path)[0].is_file():
        return path
    raise typer.BadParameter(f"File '{path}' does not exist.")


def print_refusal(error: "ScreeningError") -> None:
    """Print an error; of a table, every problem that was found and the mapping that would do."""
    from dataclasses import asdict

    problems = getattr(error, "problems", ())
    for problem in problems:
        print_error(asdict(problem))
    if not problems:
        print_error(error.as_dict())
    snippet = getattr(error, "snippet", "")
    if snippet:
        would_do = "A mapping that would do (--mapping FILE.toml, or data.mapping of a study):"
        typer.echo(f"{would_do}\n{snippet}", err=True)


def show(result: "CommandResult", output: Path | None = None) -> None:
    """Print what a command answered, or write it to a file, and exit with its code."""
    error = result.data.get("error")
    if error:
        print_error(dict(error))
    elif result.text is None:
        print_json(result.data)
    elif output is None:
        typer.echo(result.text)
    else:
        write_text(output, result.text)
    raise typer.Exit(result.exit_code)


def write_text(output: Path, text: str) -> None:
    """Write a report whole or leave what stood there; a file that can't be is a house error."""
    from ..engine.errors import DataError
    from ..serving import whole_files

    try:
        whole_files.write_text(output, text)
    except OSError as error:
        raise DataError(
            found=f"a file that can't be written ({error.strerror})",
            why="the report would be lost",
            remedy="Check the folder and its permissions, or leave out --output",
            path=str(output),
        ) from error


def one_of(value: str, allowed: tuple[str, ...], option: str) -> str:
    """Return an option's value, or a usage error that names what it may be."""
    if value not in allowed:
        raise typer.BadParameter(f"one of {', '.join(allowed)}", param_hint=option)
    return value


def print_models(rows: list[dict[str, Any]], *, form: str, verdict: str = "") -> None:
    """Print bundles one a line with a last line that counts them; as data with ``form`` json."""
    if one_of(form, ("text", "json"), "--format") == "json":
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['state']:<8} {row['id']} {_about(row)}".rstrip())
    ready = sum(row["state"] == "ready" for row in rows)
    is_good = verdict and ready == len(rows)
    typer.echo(f"{ready} ready, {len(rows) - ready} refused" + (f"; {verdict}" if is_good else ""))


def _about(row: dict[str, Any]) -> str:
    """Return what a line says of one bundle: what it is, or why it is refused."""
    if row.get("error"):
        error = row["error"]
        return f"{error['found']}: {error['remedy']}"
    rules = f"{row['rules']} rules" if row.get("rules") else ""
    parts = [row.get("outcome", ""), row["kind"], rules, f"key {row['key']}"]
    about = ", ".join(part for part in parts if part)
    return f"{row['version']}: {about}, sha256 {row['sha256']}"


def print_json(data: object) -> None:
    """Print plain data as JSON."""
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def read_day(text: str | None, option: str) -> date | None:
    """Return a day that an option states, None where it was not given."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("a day like 2026-11-03", param_hint=option) from error
