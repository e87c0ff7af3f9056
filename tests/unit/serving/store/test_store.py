"""serving/store/store.py: opened durably, or refused in words."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from audit_support import behind_the_back, file_of
from laennec.serving.decisions.confirm import decide
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.store.store import StoreUnavailable, open_store
from sqlalchemy import text
from store_support import MARTIN, ask, confirm, make_draft


@pytest.fixture
def database_url(tmp_path):
    """What is tested here is done to the file itself."""
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def test_every_connection_is_durable(store):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "fullfsync": 1,
    }
    with store.read() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted


def test_the_file_is_for_its_owner_only(store, clock):
    save_draft(store, make_draft(), rendered_language="fr", clock=clock)
    for ending in ("", "-wal", "-shm"):
        assert stat.S_IMODE(Path(file_of(store) + ending).stat().st_mode) == 0o600


def test_a_store_is_opened_again_as_it_was_left(store, clock):
    draft_id = save_draft(store, make_draft(), rendered_language="fr", clock=clock)
    store.close()
    again = open_store(f"sqlite:///{file_of(store)}", create=False)
    assert load_draft(again, draft_id).document == make_draft()
    again.close()


def test_a_store_that_is_only_read_is_not_made(tmp_path):
    """An empty store must not look like a worklist with nothing on it."""
    with pytest.raises(StoreUnavailable, match="there is no store at this address"):
        open_store(f"sqlite:///{tmp_path / 'missing.db'}", create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "a store in memory"),
        ("sqlite:///:memory:", "a physician's decision would be lost"),
        ("not an address", "the address of the store can't be read"),
        ("mysql://user:pw@host/db", "a store on mysql: the guards"),
        ("postgresql://user:pw@127.0.0.1:1/db", "the database server can't be reached"),
    ],
)
def test_what_can_not_keep_a_decision_is_refused(url, message):
    with pytest.raises(StoreUnavailable, match=message) as caught:
        open_store(url)
    assert "pw" not in str(caught.value)


def test_a_place_that_can_not_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable, match="the file of the store can't be opened"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'laennec.db'}")


def test_a_foreign_database_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as raw:
        raw.execute("CREATE TABLE anything (a)")
    for create in (True, False):
        with pytest.raises(StoreUnavailable, match="not a store of this version"):
            open_store(f"sqlite:///{tmp_path / 'other.db'}", create=create)


def test_a_store_of_another_version_is_refused(store):
    with behind_the_back(store) as raw:
        raw.execute("UPDATE store_head SET store_schema = 'laennec.store/99'")
    with pytest.raises(StoreUnavailable, match="its schema is not laennec.store/4"):
        open_store(f"sqlite:///{file_of(store)}")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.db").write_text("not a database, but long enough to look like a header" * 50)
    with pytest.raises(StoreUnavailable, match=r"the store refused \(SQLITE_NOTADB\)"):
        open_store(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_refusal_by_the_database_quotes_no_row(store, clock):
    """The database's own message may hold values; only its kind is passed on."""
    draft = make_draft(visit_id="visit-secret")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    with behind_the_back(store) as raw:
        raw.execute("DROP TABLE requests")
        raw.execute("CREATE TABLE requests (actor_id, draft_id)")
        raw.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON decisions "
            "BEGIN SELECT RAISE(ABORT, 'visit-secret'); END"
        )
    with pytest.raises(StoreUnavailable, match="nothing was acknowledged") as caught:
        decide(store, ask(draft_id, draft, confirm()), physician=MARTIN, clock=clock)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_error_in_the_middle_leaves_nothing(store, clock):
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute(text("CREATE TABLE half (a)"))
        1 / 0  # noqa: B018 - the error is the point
    with store.read() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'half'"))
        assert tables.all() == []
