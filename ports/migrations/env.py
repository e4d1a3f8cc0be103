"""What alembic runs; the connection comes from ports/database.py, so there is no ini file and no second URL."""

from alembic import context

from ports.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,  # batch mode rebuilds tables and would drop the journal's triggers
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
