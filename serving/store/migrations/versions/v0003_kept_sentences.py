"""The form laennec.store/3: the sentences of a draft are kept with it."""

from alembic import op
from laennec.serving.store.guards import drop_guard, set_guard, set_guards
from sqlalchemy import Column, ForeignKey, Integer, String, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of sentences with its guards, and name the new form."""
    op.create_table(
        "sentences",
        Column("sentences_sha256", String(64), primary_key=True),
        Column("tables", Text, nullable=False),
        Column("salt", String(32), nullable=False),
        Column("audit_sequence", Integer, ForeignKey("audit_events.sequence"), nullable=False),
    )
    op.create_index("ix_sentences_audit_sequence", "sentences", ["audit_sequence"])
    connection = op.get_bind()
    set_guards(connection, "sentences")
    drop_guard(connection, "store_head_forward")
    op.execute("UPDATE store_head SET store_schema = 'laennec.store/3'")
    set_guard(connection, "store_head_forward")
