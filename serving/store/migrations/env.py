"""What Alembic runs: the migrations, inside the transaction that the upgrade has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
