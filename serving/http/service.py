"""What a process of the service holds: opened once when it starts, closed when it stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...engine import Models, load_guidelines
from ...engine.bundles.commands import open_models
from ...engine.errors import DataError, ModelError
from ...engine.guidelines import parse_choice
from ...engine.vocabulary.site import exposures_in_use
from ..clock import Clock, utc_now
from ..codes.site_codes import SiteCodes
from ..codes.site_maps import site_exposures_of
from ..roster.planned import FOLDER as ROSTER
from ..roster.planned import PlannedVisits
from ..screening import Engine
from ..site import DEVELOPMENT, Site, SiteSettings, load_site
from ..store.store import Store, open_store
from .load.limits import LimitCounts, Limits
from .load.turns import Turns
from .metrics import Metrics
from .settings import HttpSettings
from .sign_in.client_key import client_keys
from .sign_in.discovery import Discovery
from .sign_in.issuers import Issuers
from .sign_in.sessions import SESSION, session_issuer
from .sign_in.tokens import TOKEN_FILE, Tokens


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the service.

    Parameters
    ----------
    settings : of the service
    engine : models, verified and asked their known answers, and guidelines
    failed_signals : networks that read signals and failed their known answers, by id
    store : the opened store
    site, tokens : who may sign in; None on a machine without a site, where nobody can decide
    issuers : the identity providers that the site trusts
    discovery : what they, and the visit software, say of their addresses
    site_folder : where its keys lie
    limits : how often somebody may ask
    turns : how many visits are screened at once, and how long the others wait
    clock : the one clock
    metrics : counts without health data
    codes : the site's own codes, added to what leaves
    planned : the visits to come, none where the site imports none
    """

    settings: HttpSettings
    engine: Engine
    failed_signals: tuple[str, ...]
    store: Store
    site: Site | None
    tokens: Tokens | None
    issuers: Issuers | None
    discovery: Discovery
    site_folder: Path | None
    limits: Limits
    turns: Turns
    clock: Clock
    metrics: Metrics
    codes: SiteCodes
    planned: PlannedVisits


@contextmanager
def opened_service(
    settings: HttpSettings,
    site_settings: SiteSettings,
    *,
    clock: Clock = utc_now,
    models: Models | None = None,
    counts: LimitCounts | None = None,
) -> Iterator[Service]:
    """Open everything that a request needs, and close it again.

    Parameters
    ----------
    settings : of the service
    site_settings : the site's folder and the address of the store
    clock : the time of every act
    models : what is loaded already; read from the settings' folders where None
    counts : of the limits, shared with other processes of the service; of its own where None

    Raises
    ------
    ScreeningError : what can't be opened, with what to do
    """
    folder = site_settings.site
    site = None if folder is None else load_site(folder)
    if models is None:
        models = open_models(settings.models or None, trust_folder=settings.trust)
    failed = failed_signals(models)
    guidelines = load_guidelines(parse_choice(settings.guidelines) if settings.guidelines else None)
    codes = SiteCodes() if site is None else SiteCodes.read(site.thesaurus, site.snomed)
    store = open_store(database_of(site, site_settings))
    metrics = Metrics(settings.counts_folder)
    discovery = Discovery()
    try:
        with exposures_in_use(site_exposures_of(None if site is None else site.thesaurus)):
            yield Service(
                settings=settings,
                engine=Engine(models, guidelines),
                failed_signals=failed,
                store=store,
                site=site,
                tokens=_tokens(site, folder),
                issuers=_issuers(site, folder, store, (settings, discovery)),
                discovery=discovery,
                site_folder=folder,
                limits=Limits(settings.requests_per_minute, settings.refusals_per_minute, counts),
                turns=Turns(settings.screened_at_once, settings.most_wait_s),
                clock=clock,
                metrics=metrics,
                codes=codes,
                planned=PlannedVisits(None if folder is None else folder / ROSTER),
            )
    finally:
        metrics.write()
        store.close()


def failed_signals(models: Models) -> tuple[str, ...]:
    """Start all that reads ECGs and ask its known answers; name what fails."""
    failed = []
    for bundle in models.signals:
        try:
            bundle.delineator()
        except ModelError:
            failed.append(bundle.manifest.id)
    for said in models.statements:
        try:
            said.model()
        except ModelError:
            failed.append(said.manifest.id)
    return tuple(failed)


def database_of(site: Site | None, settings: SiteSettings) -> str:
    """Return the address of the store: of the environment, else of the site.

    Raises
    ------
    NotPermitted : there is neither
    """
    if settings.database is not None:
        return settings.database
    return (site or load_site(settings.site)).database


def _issuers(
    site: Site | None, folder: Path | None, store: Store, told: tuple[HttpSettings, Discovery]
) -> Issuers | None:
    if site is None or folder is None or not (site.issuers or site.smart):
        return None
    settings, discovery = told
    if any(row.issuer == SESSION for row in site.issuers):
        raise DataError(
            found="the name of this service's own sessions in the site's issuers",
            why="somebody else could sign for them",
            remedy="Take it out of the site file",
            path="issuer",
        )
    if not settings.is_loopback and any(row.issuer == DEVELOPMENT for row in site.issuers):
        raise DataError(
            found="the development issuer in the site of a service that other machines reach",
            why="it signs whoever is asked for",
            remedy="Take it out of the site file; name the identity provider of the house",
            path="issuer",
        )
    if site.has_client_key:
        client_keys(folder)
    own = (session_issuer(folder),) if site.smart else ()
    return Issuers(site, folder, store, own=own, discovery=discovery)


def _tokens(site: Site | None, folder: Path | None) -> Tokens | None:
    return None if site is None or folder is None else Tokens(folder / TOKEN_FILE, site)
