"""The commands of the service: serve, and the tokens of the people who use it."""

from typing import Annotated

import typer

from .cli_print import print_error

EXIT_REFUSED = 1

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Where it listens; 127.0.0.1 by default.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="8000 by default.")] = None,
    database: Annotated[
        str | None, typer.Option(help="Store, such as sqlite:///visits.db; else LAENNEC_DATABASE.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; 1 by default.")] = None,
) -> None:
    """Serve visits, worklist, decisions and pages over HTTP, on this machine only by default."""
    from .serving.http.run import serve as run

    run(host=host, port=port, database=database, workers=workers)


@app.command()
def token(
    person: Annotated[str, typer.Argument(metavar="SYSTEM:NUMBER", help="A person of the site.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 30,
) -> None:
    """Make a token with which a person of the site signs in to the service; it is shown once."""
    from .serving.clock import utc_now
    from .serving.http.tokens import new_token
    from .serving.site import load_site, read_settings

    settings = read_settings()
    site = load_site(settings.site)
    if settings.site is None:  # load_site has refused it already
        print_error({"code": "not_permitted", "found": "no site", "why": "", "remedy": ""})
        raise typer.Exit(EXIT_REFUSED)
    typer.echo(new_token(site, settings.site, person, days=days, clock=utc_now))
