"""The form laennec.store/4: consents, the drawn ECG of a draft, sign-in tokens that were used."""

from alembic import op
from laennec.serving.store.guards import drop_guard, set_guard, set_guards
from sqlalchemy import Column, ForeignKey, Integer, String, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the three tables, the guards of the two that are sealed, and name the new form."""
    op.create_table(
        "consents",
        Column("person_id", String(200), primary_key=True),
        Column("purpose", String(40), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("answer", String(40), nullable=False),
        Column("notice", String(40), nullable=False),
        Column("actor_id", String(200), nullable=False),
        Column("at", String(40), nullable=False),
        *_seal(),
    )
    op.create_table(
        "traces",
        Column("draft_id", String(200), ForeignKey("drafts.draft_id"), primary_key=True),
        Column("trace", Text, nullable=False),
        *_seal(),
    )
    op.create_table(
        "used_tokens",
        Column("token_hash", String(64), primary_key=True),
        Column("ends_at", Integer, nullable=False),
    )
    connection = op.get_bind()
    for table in ("consents", "traces"):
        op.create_index(f"ix_{table}_audit_sequence", table, ["audit_sequence"])
        set_guards(connection, table)
    drop_guard(connection, "store_head_forward")
    op.execute("UPDATE store_head SET store_schema = 'laennec.store/4'")
    set_guard(connection, "store_head_forward")


def _seal() -> tuple[Column[str], Column[int]]:
    return (
        Column("salt", String(32), nullable=False),
        Column("audit_sequence", Integer, ForeignKey("audit_events.sequence"), nullable=False),
    )
