"""The command that lets a confirmed report leave as a document."""

from pathlib import Path
from typing import Annotated

import typer

PDF_A = "pdf/a-1b"


def document(
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    identity: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="FHIR Patient, qualified identity.")
    ],
    finess: Annotated[str, typer.Option(help="FINESS number of the service.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", dir_okay=False, help="The XDM package, a new zip.")
    ],
    organisation: Annotated[str, typer.Option(help="Its name; the site's by default.")] = "",
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    database: Annotated[str | None, typer.Option(help="Store; else LAENNEC_DATABASE.")] = None,
) -> None:
    """Export a confirmed report as CDA R2 level 1 in an IHE XDM package (extra report).

    Refused unless a physician decided it, the person agreed, and the identity is qualified.
    """
    from ..serving.clock import utc_now
    from ..serving.commands.decide import opened
    from ..serving.documents.export import Asked, export_document
    from ..serving.http.pdf import as_pdf
    from ..serving.new_files import new_file
    from ..serving.site import load_site, read_settings

    settings = read_settings()
    name = organisation or load_site(settings.site).name
    asked = Asked(draft_id, identity.read_bytes(), finess, name, lang, as_pdf(PDF_A))
    with new_file(output) as file, opened(database, settings) as store:
        data = export_document(store, asked, clock=utc_now)
        file.write(data)
    typer.echo(f"{output} {len(data)}", err=True)
