"""The commands on confirmed reports as documents: make one, check a package."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

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


SUFFIXES: Final[Mapping[Form, tuple[str, ...]]] = {
    Form.HTML: (".html", ".htm"),
    Form.PDF: (".pdf",),
    Form.XDM: (".zip",),
}


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
    chosen = form or (Form.XDM if kind is Kind.REPORT else Form.PDF)
    _require_suffix(output, chosen)
    by_mail = {"--identity": identity, "--finess": finess, "--schema": schema}
    _require_used(by_mail, "--form xdm", is_used=chosen is Form.XDM)
    _require_used({"--specialty": specialty}, "--kind advice", is_used=kind is Kind.ADVICE)
    is_named = chosen is Form.XDM or kind is Kind.ADVICE
    _require_used({"--organisation": organisation}, "--form xdm", is_used=is_named)

    from ..serving.clock import utc_now
    from ..serving.commands.decide import opened
    from ..serving.documents.export import Asked, Leaving, export_document
    from ..serving.documents.export import Kind as DocumentKind
    from ..serving.http.answers.pdf import as_pdf
    from ..serving.new_files import new_file
    from ..serving.people import Specialty
    from ..serving.site import load_site, read_settings

    settings = read_settings()
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
        partial(as_pdf, PDF_A),
        None if specialty is None else Specialty(specialty),
        leaving,
    )
    with new_file(output) as file, opened(database, settings) as store:
        data = export_document(store, asked, clock=utc_now)
        file.write(data)
    typer.echo(f"{output} {len(data)}", err=True)


def _require_suffix(output: Path, form: Form) -> None:
    """Refuse a name that says another form than what would be written under it."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES[form]:
        raise typer.BadParameter(
            f"{form} is written, and the name ends in '{suffix}'; end it in {SUFFIXES[form][0]},"
            " or choose with --form",
            param_hint="--output",
        )


def _require_used(given: Mapping[str, object], only: str, *, is_used: bool) -> None:
    """Refuse an option that would be dropped without a word."""
    for name, value in given.items():
        if value and not is_used:
            raise typer.BadParameter(f"it has no effect without {only}", param_hint=name)


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
