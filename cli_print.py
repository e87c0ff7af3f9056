"""What every command of the command line prints with."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from .serving.decide_commands import CommandResult


def print_error(error: dict[str, Any]) -> None:
    """Print a house error in its four parts, on standard error."""
    where = f" [{error['path']}]" if error.get("path") else ""
    typer.echo(
        f"{error['code']}: {error['found']}: {error['why']}. {error['remedy']}.{where}", err=True
    )


def show(result: "CommandResult") -> None:
    """Print what a command answered and exit with its code."""
    error = result.data.get("error")
    if error:
        print_error(dict(error))
    else:
        print_json(result.data)
    raise typer.Exit(result.exit_code)


def print_json(data: object) -> None:
    """Print plain data as JSON."""
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
