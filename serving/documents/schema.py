"""The CDA against the schema that a site supplies: none is shipped, because HL7 licenses it.

A fault is told by its place and kind; no value of the document is repeated.
"""

import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ...engine.errors import DataError, NotPermitted
from ..http.problems import ExtraMissing

_PACKAGE: Final = "xmlschema"
_ENTRY: Final = "CDA.xsd"
_MOST_TOLD: Final = 5


class SchemaNotMet(NotPermitted):
    """A document that does not meet the schema of the site."""

    code = "schema_not_met"


def require_schema(cda: bytes, where: Path) -> None:
    """Refuse a CDA that does not meet the schema.

    Parameters
    ----------
    cda : the document
    where : the schema file, or a folder that holds exactly one CDA.xsd

    Raises
    ------
    ExtraMissing : the package xmlschema is not installed
    DataError : no schema there, several, or one that can't be read
    SchemaNotMet : with the place and the kind of each fault
    """
    if find_spec(_PACKAGE) is None:
        raise ExtraMissing(
            found="a schema for documents, and the package xmlschema is not installed",
            why="a document can't be checked against the schema without it",
            remedy="Install it with pip install 'laennec[xsd]', or take the schema out of the site",
            path="documents.cda_schema",
        )
    faults = _faults(cda, _schema(_entry(where)))
    if faults:
        raise SchemaNotMet(
            found=f"a CDA that does not meet the schema of the site ({'; '.join(faults)})",
            why="the mail module of the receiver would refuse it, or read it wrongly",
            remedy="Compare the supplied schema with CDA R2, and report the places named here",
            path="documents.cda_schema",
        )


def _entry(where: Path) -> Path:
    found = [where] if where.is_file() else sorted(where.rglob(_ENTRY))
    if len(found) != 1:
        raise _unusable(f"{len(found)} files {_ENTRY} under the schema's folder")
    return found[0]


@cache
def _schema(entry: Path) -> Any:  # noqa: ANN401 - of an optional package
    import xmlschema  # noqa: PLC0415 - optional

    missing = (xmlschema.XMLSchemaIncludeWarning, xmlschema.XMLSchemaImportWarning)
    try:
        with warnings.catch_warnings():
            for kind in missing:
                warnings.simplefilter("error", kind)
            return xmlschema.XMLSchema(str(entry), allow="local", defuse="always")
    except (xmlschema.XMLSchemaException, *missing, OSError, ValueError, SyntaxError):
        raise _unusable("a schema that can't be read, or of which a part is missing") from None


def _faults(cda: bytes, schema: Any) -> list[str]:  # noqa: ANN401 - as above
    told = []
    for error in schema.iter_errors(cda.decode("utf-8")):
        kind = type(error).__name__.removeprefix("XMLSchema").removesuffix("ValidationError")
        child = getattr(error, "invalid_tag", None)
        told.append(f"{error.path}: {kind or 'Value'}{f' <{child}>' if child else ''}")
        if len(told) == _MOST_TOLD:
            break
    return told


def _unusable(found: str) -> DataError:
    return DataError(
        found=found,
        why="what a document must look like can't be told",
        remedy="Name the folder with the whole schema (CDA.xsd and what it includes), or its file",
        path="documents.cda_schema",
    )
