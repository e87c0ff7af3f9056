"""What ``laennec recalibrate`` does, from paths to plain data."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from ...engine.bundles.load import load_models
from ...engine.bundles.signing import Trust, load_trust, public_key_pem, read_private_key
from ...engine.bundles.verify import Bundle, open_bundle
from ..data.table import read_table
from ..errors import StudyError
from ..statistics.estimate import FloatArray
from .bundle import Site, recalibrated_files, recalibrated_manifest, write_site_bundle
from .fit import SiteCalibration, SitePeople, cross_validated, fit_site
from .people import SiteColumns, site_of
from .report import card_head, document, write_pages

_KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class RecalibrateCommand:
    """Options of a recalibration.

    Parameters
    ----------
    model : bundle id, ``<model>/<form>``
    data : table of the site, canonical columns or with a mapping
    outcome : column: 1 a case, 0 none, empty unknown
    out : folder for the bundle (``<model>/bundles/<form>``), the public key and the report
    site, key, key_name : who signs
    time, horizon, competing : columns and horizon of an outcome that takes time
    with_slope : False fits the intercept alone
    """

    model: str
    data: Path
    outcome: str
    out: Path
    site: str
    key: Path
    key_name: str
    mapping: Path | None = None
    time: str | None = None
    horizon: float | None = None
    competing: str | None = None
    with_slope: bool = True
    models: tuple[Path, ...] | None = None
    trust: Path | None = None


def recalibrate_command(command: RecalibrateCommand) -> dict[str, Any]:
    """Fit slope and intercept on a site's people, and write a new signed version with its report.

    Raises
    ------
    ScreeningError  whatever stops it: too few people, a model or a column that is not there
    """
    _check_names(command)
    key = read_private_key(command.key)
    bundle = _bundle(command)
    columns = [c for c in (command.outcome, command.time, command.competing) if c is not None]
    today = datetime.now(UTC).date()
    table = read_table(command.data, command.mapping, columns, today=today)
    columns_of = SiteColumns(command.outcome, command.time, command.horizon, command.competing)
    people, out_of = site_of(table, bundle, columns_of)
    unread = {f"cells of {column} not read": n for column, n in sorted(table.unread.items())}
    calibration = fit_site(people, {**out_of, **unread}, with_slope=command.with_slope)
    told = document(bundle, command.site, (people, calibration), measured(people, calibration))
    told["out_of"] = out_of
    told["cells_not_read"] = dict(sorted(table.unread.items()))
    told["saw_these_data"] = table.sha256 in bundle.manifest.training.data.values()
    training = {table.name: table.sha256}
    site = Site(command.site, training, today.isoformat(), float(_share(people)))
    made = (
        recalibrated_manifest(bundle, calibration, site),
        recalibrated_files(bundle, calibration, card_head(told)),
    )
    model, _, form = command.model.partition("/")
    folder = command.out / model / "bundles" / form
    write_site_bundle(folder, made, key, command.key_name)
    new = open_bundle(folder, Trust({command.key_name: key.public_key()}))
    told["new"] = {"version": new.manifest.version, "sha256": new.sha256, "key": command.key_name}
    public = command.out / f"{command.key_name}.pem"
    public.write_bytes(public_key_pem(key))
    pages = write_pages(told, command.out)
    return {
        "bundle": str(folder),
        "version": new.manifest.version,
        "sha256": new.sha256,
        "public_key": str(public),
        "report": [str(p) for p in pages],
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "events": calibration.events,
        "others": calibration.others,
        **{name: told[name] for name in ("out_of", "cells_not_read", "saw_these_data")},
    }


def _check_names(command: RecalibrateCommand) -> None:
    """Refuse names under which nobody could tell whose bundle it is."""
    if not command.site.strip():
        raise StudyError(
            found="an empty name of the site",
            why="the bundle, its card and its report say by it whom it was made for",
            remedy="Give the name of the site",
            path="--site",
        )
    shipped = load_trust(None).keys
    if command.key_name in shipped or not _KEY_NAME.fullmatch(command.key_name):
        raise StudyError(
            found=f"the key name {command.key_name!r}",
            why="it is that of a shipped key: whose signature it is could not be told"
            if command.key_name in shipped
            else "files are named by it",
            remedy="Use a name of the site's own, of letters, digits, - and _",
            path="--key-name",
        )


def _bundle(command: RecalibrateCommand) -> Bundle:
    models = load_models(command.models, trust=load_trust(command.trust))
    for bundle in models.loaded:
        if bundle.manifest.id == command.model:
            return bundle
    refusal = models.refusal(command.model)
    if refusal is not None:
        raise refusal
    raise StudyError(
        found=f"the model {command.model!r}",
        why="there is no such bundle",
        remedy=f"One of {', '.join(b.manifest.id for b in models.loaded) or 'none'}",
        path="MODEL",
    )


def measured(people: SitePeople, calibration: SiteCalibration) -> dict[str, FloatArray]:
    """Return the risks that the report compares: before, after, and after on other people."""
    return {
        "before": np.asarray(expit(people.logit)),
        "after": calibration.risk(people.logit),
        "cross_validated": cross_validated(people, with_slope=calibration.has_slope),
    }


def _share(people: SitePeople) -> float:
    return float(np.average(people.case, weights=people.weight))
