"""An earlier store is brought up to date: checked, in one transaction, audited, like a new one."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from laennec.engine.errors import AuditError
from laennec.serving.audit.verify import verify
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.store import migrations
from laennec.serving.store import store as store_module
from laennec.serving.store.databases import database_at
from laennec.serving.store.guards import POSTGRESQL_GUARDS, drop_guard, missing_guards, set_guard
from laennec.serving.store.migrations.stamp import NEWEST
from laennec.serving.store.store import StoreUnavailable, open_store, unchecked_store
from laennec.serving.store.tables import SCHEMA, metadata, store_head
from laennec.serving.store.upgrade import upgrade_store
from sqlalchemy import inspect, update
from store_support import HandClock, confirm_all, make_draft

EARLIER = "laennec.store/2"
LATER = ("traces", "consents", "used_tokens")


def as_before_the_sentences(url):
    """A store of the form that was laid out before there were migrations, with a decided report."""
    with pytest.MonkeyPatch.context() as patch:
        genesis = store_module.genesis_hash
        patch.setattr(store_module, "genesis_hash", lambda chain: genesis(chain, EARLIER))
        store = open_store(url)
    draft_id = save_draft(store, make_draft(), rendered_language="fr", clock=HandClock())
    confirm_all(store, draft_id, make_draft(), HandClock())
    with store.write() as connection:
        for table in ("sentences", "consents", "traces"):
            for verb in ("update", "delete"):
                drop_guard(connection, f"{table}_no_{verb}")
        for table in ("sentences", *LATER):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        drop_guard(connection, "store_head_forward")
        connection.execute(update(store_head).values(store_schema=EARLIER))
        set_guard(connection, "store_head_forward")
    store.close()
    return draft_id


def form_of(store):
    """Every table with its columns, keys and indexes."""
    with store.read() as connection:
        looked = inspect(connection)
        return {
            table: (
                sorted(
                    (c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(table)
                ),
                looked.get_pk_constraint(table)["constrained_columns"],
                sorted(i["name"] for i in looked.get_indexes(table)),
                sorted(k["referred_table"] for k in looked.get_foreign_keys(table)),
            )
            for table in sorted(looked.get_table_names())
        }


def test_an_earlier_store_is_refused_until_it_is_upgraded_and_loses_nothing(database_url, tmp_path):
    draft_id = as_before_the_sentences(database_url)
    with pytest.raises(StoreUnavailable, match="laennec store upgrade"):
        open_store(database_url)
    assert upgrade_store(database_url, clock=HandClock()) == EARLIER
    store = open_store(database_url)
    assert load_draft(store, draft_id).state == "confirmed"
    report = verify(store)
    assert (report.is_intact, report.events) == (True, 4)
    store.close()
    assert upgrade_store(database_url, clock=HandClock()) == SCHEMA


def test_an_upgraded_store_has_the_form_of_a_new_one(database_url, tmp_path):
    as_before_the_sentences(database_url)
    upgrade_store(database_url, clock=HandClock())
    upgraded = open_store(database_url)
    if upgraded.engine.dialect.name == "postgresql":
        pytest.skip("a new store beside it needs a second schema; SQLite shows the same")
    new = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    assert form_of(upgraded) == form_of(new)
    assert set(form_of(new)) == {*metadata.tables, "alembic_version"}
    upgraded.close()
    new.close()


def test_a_store_that_does_not_verify_is_not_upgraded(database_url):
    as_before_the_sentences(database_url)
    store = unchecked_store(database_at(database_url))
    with store.write() as connection:
        drop_guard(connection, "decisions_no_update")
        connection.exec_driver_sql("UPDATE decisions SET verdict = 'reject'")
        set_guard(connection, "decisions_no_update")
    store.close()
    with pytest.raises(AuditError, match="an upgrade would hide what somebody changed"):
        upgrade_store(database_url, clock=HandClock())


def test_a_database_that_is_no_store_is_not_upgraded(database_url):
    store = unchecked_store(database_at(database_url), create=True)
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE anything (a INTEGER)")
    store.close()
    with pytest.raises(StoreUnavailable, match="no migration of this version starts from it"):
        upgrade_store(database_url, clock=HandClock())


def test_the_newest_migration_is_the_one_that_a_new_store_names():
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


@pytest.mark.parametrize("how", ["gone", "off", "changed"])
def test_a_guard_that_somebody_weakened_is_noticed(store, how):
    name = "decisions_no_update"
    with store.write() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        if how != "gone" and not is_postgresql:
            pytest.skip("SQLite's triggers can only be dropped; the others are tested there")
        if how == "gone":
            drop_guard(connection, name)
        elif how == "off":
            connection.exec_driver_sql(f"ALTER TABLE decisions DISABLE TRIGGER {name}")
        else:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$BEGIN RETURN NULL; END$$"
            )
        assert missing_guards(connection) == (name,)
    assert [problem.kind for problem in verify(store).problems] == ["guard"]


@pytest.mark.parametrize("table", ["drafts", "steps", "decisions", "requests", "audit_events"])
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET {} = NULL", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_itself_refuses_to_change_what_was_written(store, table, verb):
    draft_id = save_draft(store, make_draft(), rendered_language="fr", clock=HandClock())
    confirm_all(store, draft_id, make_draft(), HandClock())
    if verb.startswith("TRUNCATE") and store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    column = metadata.tables[table].columns.keys()[0]
    with pytest.raises(StoreUnavailable, match="the store refused"), store.write() as connection:
        connection.exec_driver_sql(verb.format(table, column))
    assert verify(store).is_intact


def test_the_guards_have_the_same_names_on_both(store):
    with store.read() as connection:
        assert missing_guards(connection) == ()
    assert "audit_events_in_order" in POSTGRESQL_GUARDS
