"""The commands for integrators: a mock server, and the contract checked against a live one."""

from typing import Annotated

import typer

app = typer.Typer()
EXIT_REFUSED = 1


@app.command("mock-server")
def mock_server(
    host: Annotated[str, typer.Option(help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
) -> None:
    """Answer on the service's routes with canned examples; every answer says that it is a mock."""
    from ..serving.mock.app import run_mock

    typer.echo(f"MOCK: canned answers on http://{host}:{port}; nothing is screened", err=True)
    run_mock(host, port)


@app.command()
def contract(
    address: Annotated[str, typer.Argument(help="Of a live server, a test one: it keeps visits.")],
    software: Annotated[str, typer.Option(help="Token of a visit software.")] = "",
    physician: Annotated[str, typer.Option(help="Token of a physician: also decides.")] = "",
) -> None:
    """Send the golden requests to a server and compare statuses, keys and types; exit 1 if not."""
    from ..serving.mock.contract import check_server

    given = {"software": software, "physician": physician}
    found = check_server(address, {role: token for role, token in given.items() if token})
    for one in found:
        typer.echo(f"{'--' if one.differences else 'ok'} {one.name}")
        for words in one.differences:
            typer.echo(f"     {words}")
    if any(one.differences for one in found):
        raise typer.Exit(EXIT_REFUSED)
