"""The form laennec.store/2: drafts, steps, decisions and requests, sealed by audit events.

Where the migrations begin; a store of this form was laid out before there were any.
"""

revision = "0002"
down_revision = None


def upgrade() -> None:
    """There is nothing before it."""
