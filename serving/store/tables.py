"""The tables of the store; `serving/store/guards.py` keeps them append-only.

Every row but the head is written once, in the same transaction as the audit event it names in
`audit_sequence`, and is never changed: a state is the last of a report's steps, not a field that is
overwritten. A salt in each row lets the audit event carry the row's hash without giving its content
away to someone who tries the few possible contents.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA = "laennec.store/4"
FORMS = ("laennec.store/2", "laennec.store/3", SCHEMA)
"""Every form that a store may have been laid out in: its chain begins with the form's name."""

metadata = MetaData()

_ID = String(200)
_HASH = String(64)
_WORD = String(40)
_TIME = String(40)


def _salt() -> Column[str]:
    return Column("salt", String(32), nullable=False)


def _sequence() -> Column[int]:
    return Column(
        "audit_sequence",
        Integer,
        ForeignKey("audit_events.sequence"),
        nullable=False,
        index=True,
    )


def _draft() -> Column[str]:
    return Column("draft_id", _ID, ForeignKey("drafts.draft_id"), primary_key=True)


audit_events = Table(
    "audit_events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("previous_hash", _HASH, nullable=False),
    Column("payload", Text, nullable=False),
    Column("event_hash", _HASH, nullable=False, unique=True),
)

store_head = Table(
    "store_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("store_schema", _WORD, nullable=False),
    Column("chain_id", String(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("event_hash", _HASH, nullable=False),
    Column("last_at", _TIME, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", _ID, primary_key=True),
    Column("visit_id", _ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", _ID, nullable=False),
    Column("content_hash", _HASH, nullable=False),
    Column("urgency", _WORD, nullable=False),
    Column("rendered_language", _WORD, nullable=False),
    Column("document", Text, nullable=False),
    Column("content", Text),
    Column("saved_at", _TIME, nullable=False),
    _salt(),
    _sequence(),
    UniqueConstraint("visit_id", "version"),
)

steps = Table(
    "steps",
    metadata,
    _draft(),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("act", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("actor_id", _ID, nullable=False),
    Column("reason", _WORD),
    Column("reason_text", Text),
    Column("at", _TIME, nullable=False),
    _salt(),
    _sequence(),
)

decisions = Table(
    "decisions",
    metadata,
    _draft(),
    Column("finding_id", _ID, primary_key=True),
    Column("verdict", _WORD, nullable=False),
    Column("amended_to", _WORD),
    Column("reason", _WORD),
    Column("reason_text", Text),
    Column("actor_id", _ID, nullable=False),
    Column("actor_name", _ID, nullable=False),
    Column("content_hash", _HASH, nullable=False),
    Column("decided_at", _TIME, nullable=False),
    _salt(),
    _sequence(),
)

requests = Table(
    "requests",
    metadata,
    Column("actor_id", _ID, primary_key=True),
    Column("idempotency_key", _ID, primary_key=True),
    Column("draft_id", _ID, ForeignKey("drafts.draft_id"), nullable=False),
    Column("request_hash", _HASH, nullable=False),
    _salt(),
    _sequence(),
)

# The sentences of both languages, once for each set of sentence files that a draft was made with.
sentences = Table(
    "sentences",
    metadata,
    Column("sentences_sha256", _HASH, primary_key=True),
    Column("tables", Text, nullable=False),
    _salt(),
    _sequence(),
)

# What a person said of each use of their data, once for each time they were asked.
consents = Table(
    "consents",
    metadata,
    Column("person_id", _ID, primary_key=True),
    Column("purpose", _WORD, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("answer", _WORD, nullable=False),
    Column("notice", _WORD, nullable=False),
    Column("actor_id", _ID, nullable=False),
    Column("at", _TIME, nullable=False),
    _salt(),
    _sequence(),
)

# The ECG of a draft as it is drawn: at most ten seconds, at the rate that a printed line can show.
traces = Table(
    "traces", metadata, _draft(), Column("trace", Text, nullable=False), _salt(), _sequence()
)

# Sign-in tokens that are good for one use and were used; forgotten when they have ended.
used_tokens = Table(
    "used_tokens",
    metadata,
    Column("token_hash", _HASH, primary_key=True),
    Column("ends_at", Integer, nullable=False),
)

# What an audit event vouches for, row by row.
SEALED_TABLES = (drafts, steps, decisions, requests, sentences, consents, traces)
APPEND_ONLY_TABLES = (audit_events, *SEALED_TABLES)
