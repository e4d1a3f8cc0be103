"""A number names one case only; and what was submitted is found by that."""

from alembic import op

from ports.schema import number_statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for statement in number_statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.execute(
        "INSERT INTO journal_subjects (subject, case_id, position) "
        "SELECT 'submitted', case_id, min(position) FROM journal WHERE type = 'CaseSubmitted' GROUP BY case_id"
    )
