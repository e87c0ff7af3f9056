"""The commands of the service: serve, and the tokens of the people who use it."""

from typing import Annotated

import typer

app = typer.Typer()
store_app = typer.Typer(help="The store of drafts and decisions.")
app.add_typer(store_app, name="store", no_args_is_help=True)


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
    from ..serving.http.run import serve as run

    run(host=host, port=port, database=database, workers=workers)


@app.command()
def token(
    person: Annotated[str, typer.Argument(metavar="SYSTEM:NUMBER", help="A person of the site.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 30,
    signed: Annotated[
        bool,
        typer.Option(help="Sign it as an identity provider would, for 60 minutes: demonstrations."),
    ] = False,
) -> None:
    """Make a token with which a person of the site signs in to the service; it is shown once."""
    from ..serving.clock import utc_now
    from ..serving.http.sign_in.dev_issuer import development_token
    from ..serving.http.sign_in.tokens import token_of
    from ..serving.site import read_settings

    if signed:
        typer.echo(development_token(person, read_settings().site, minutes=60, clock=utc_now))
        return
    typer.echo(token_of(person, read_settings().site, days=days, clock=utc_now))


@store_app.command("project")
def store_project(
    name: Annotated[str, typer.Argument(help="Small letters, digits, _ and -.")],
) -> None:
    """Make the key of a study's pseudonyms in the site folder."""
    from ..serving.site import load_site, read_settings
    from ..serving.studies.pseudonyms import new_project

    folder = read_settings().site
    load_site(folder)
    typer.echo(str(new_project(folder, name)) if folder else "")


@store_app.command("upgrade")
def store_upgrade(
    database: Annotated[
        str | None, typer.Option(help="Store, such as sqlite:///visits.db; else LAENNEC_DATABASE.")
    ] = None,
) -> None:
    """Bring a store of an earlier version up to date; its audit is checked before and after."""
    from ..serving.clock import utc_now
    from ..serving.commands.decide import address_of
    from ..serving.site import read_settings
    from ..serving.store.tables import SCHEMA
    from ..serving.store.upgrade import upgrade_store
    from .printing import print_json

    found = upgrade_store(address_of(database, read_settings()), clock=utc_now)
    print_json({"from": found, "to": SCHEMA})
