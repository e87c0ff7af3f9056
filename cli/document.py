"""The commands on confirmed reports as documents: make one, check a package."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

PDF_A = "pdf/a-1b"


class Kind(StrEnum):
    """Which document."""

    REPORT = "report"
    EMPLOYEE = "employee"
    ADVICE = "advice"
    LETTER = "letter"


class Form(StrEnum):
    """As a page, as PDF/A, or in a package for secure mail."""

    HTML = "html"
    PDF = "pdf"
    XDM = "xdm"


class Specialist(StrEnum):
    """Whom a physician asks."""

    CARDIOLOGIST = "cardiologist"
    OPHTHALMOLOGIST = "ophthalmologist"
    DIABETOLOGIST = "diabetologist"


def document(  # noqa: PLR0913 - a command has an option for each thing that may be said
    draft_id: Annotated[str, typer.Argument(metavar="ID")],
    output: Annotated[
        Path, typer.Option("-o", "--output", dir_okay=False, help="A new file; zip for XDM.")
    ],
    kind: Annotated[Kind, typer.Option(help="Which document.")] = Kind.REPORT,
    form: Annotated[
        Form | None, typer.Option(help="xdm for report, pdf for the others by default.")
    ] = None,
    specialty: Annotated[
        Specialist | None, typer.Option(help="Whom the physician chose, for an advice request.")
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="FHIR Patient, qualified identity; XDM."),
    ] = None,
    finess: Annotated[str, typer.Option(help="FINESS number; the site's by default; XDM.")] = "",
    organisation: Annotated[str, typer.Option(help="Its name; the site's by default.")] = "",
    schema: Annotated[
        Path | None, typer.Option(exists=True, help="Schema of the CDA; the site's by default.")
    ] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    database: Annotated[str | None, typer.Option(help="Store; else LAENNEC_DATABASE.")] = None,
) -> None:
    """Make a document of a confirmed report (PDF and XDM need the extra report).

    Refused unless a physician decided it, the person agreed where it goes to somebody else, and the
    identity is qualified where it leaves by secure mail.
    """
    from ..serving.clock import utc_now
    from ..serving.commands.decide import opened
    from ..serving.documents.export import Asked, Leaving, export_document
    from ..serving.documents.export import Kind as DocumentKind
    from ..serving.http.answers.pdf import as_pdf
    from ..serving.new_files import new_file
    from ..serving.people import Specialty
    from ..serving.site import load_site, read_settings

    settings = read_settings()
    chosen = form or (Form.XDM if kind is Kind.REPORT else Form.PDF)
    site = load_site(settings.site)
    number = finess or site.finess or ""
    leaving = None
    if identity is not None and number:
        leaving = Leaving(identity.read_bytes(), number, schema or site.cda_schema)
    asked = Asked(
        draft_id,
        DocumentKind(kind),
        chosen.value,
        lang,
        organisation or site.name,
        as_pdf(PDF_A) if chosen is not Form.HTML else str.encode,
        None if specialty is None else Specialty(specialty),
        leaving,
    )
    with new_file(output) as file, opened(database, settings) as store:
        data = export_document(store, asked, clock=utc_now)
        file.write(data)
    typer.echo(f"{output} {len(data)}", err=True)


def check_package(
    package: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PACKAGE.zip")],
    schema: Annotated[
        Path | None, typer.Option(exists=True, help="Schema of the CDA; the site's by default.")
    ] = None,
) -> None:
    """Check an XDM package: names, hashes, sizes, one person; and the CDA against a schema."""
    import io
    import zipfile

    from ..serving.documents.checks import checked_package
    from ..serving.documents.schema import require_schema

    data = checked_package(package.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if n.rpartition("/")[2].startswith("DOC")]
        for name in names if schema else ():
            require_schema(archive.read(name), schema or Path())
    typer.echo(f"{package}: {len(names)} document(s), as the metadata say")
