"""Bring an earlier store up to date: checked before and after, in one transaction, and audited."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from ...engine.errors import AuditError
from ..audit.trail import AuditWriter
from ..audit.verify import AuditReport, verify_in
from ..clock import Clock
from ..drafts.drafts import SYSTEM
from .databases import StoreUnavailable, database_at
from .migrations.stamp import NEWEST, stamp
from .store import Store, schema_of, unchecked_store
from .tables import SCHEMA

# Forms that were laid out before there were migrations -> the migration they stand at.
_BEFORE_ALEMBIC: Final[Mapping[str, str]] = {"laennec.store/2": "0002"}
_EXPECTED_BEFORE: Final = frozenset({"guard", "rows"})


def upgrade_store(url: str, *, clock: Clock) -> str:
    """Bring the store at an address to the form of this version.

    Parameters
    ----------
    url : as `open_store`
    clock : the time of the audit event that says it

    Returns
    -------
    The form it had; nothing is done where it has this version's

    Raises
    ------
    StoreUnavailable : no store, or of a form that no migration starts from
    AuditError : the audit trail does not verify, before or after
    """
    store = unchecked_store(database_at(url))
    try:
        return _upgraded(store, clock)
    finally:
        store.close()


def _upgraded(store: Store, clock: Clock) -> str:
    found = schema_of(store)
    if found == SCHEMA:
        return found
    with store.write() as connection:
        has_version = "alembic_version" in inspect(connection).get_table_names()
        if found is None or not (has_version or found in _BEFORE_ALEMBIC):
            raise StoreUnavailable(
                found=f"a database of the form {found or 'none'}",
                why="no migration of this version starts from it",
                remedy="name a store, or upgrade it step by step with the versions between",
                path="store_head",
            )
        _require_intact(verify_in(connection), is_earlier_form=True)
        if not has_version:
            stamp(connection, _BEFORE_ALEMBIC[found])
        _migrate(connection)
        event = {"act": "upgrade_store", "actor": SYSTEM, "from": found, "to": SCHEMA}
        AuditWriter(connection, clock).write(event, [])
        _require_intact(verify_in(connection))
    return found


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(f"{__package__}.migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)


def _require_intact(report: AuditReport, *, is_earlier_form: bool = False) -> None:
    """Refuse to upgrade what does not verify; tables and guards that come later may be missing."""
    later = _EXPECTED_BEFORE if is_earlier_form else frozenset()
    problems = [p for p in report.problems if not (p.sequence == 0 and p.kind in later)]
    if problems:
        raise AuditError(
            found=f"the audit trail has {len(problems)} problem(s)",
            why="an upgrade would hide what somebody changed",
            remedy="run `laennec audit verify` of the version that wrote the store",
            path=f"event {problems[0].sequence}",
        )
