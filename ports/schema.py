"""All tables, for SQLite and PostgreSQL alike. Times that are hashed are text, times that are compared are seconds
since 1970. Personal data lies in `sealed` columns only."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ports.chain import ONE_CASE_ONLY

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Position = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER is SQLite's row id

NUMBER = text(f"substr(subject, 1, {len(ONE_CASE_ONLY)}) = '{ONE_CASE_ONLY}'")

journal = Table(
    "journal",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("case_id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("type", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "seq"),
)

journal_subjects = Table(
    "journal_subjects",
    metadata,
    Column("subject", String(128), primary_key=True),
    Column("case_id", String(64), primary_key=True),
    Column("position", Position, nullable=False),
    Index("uq_journal_subjects_number", "subject", unique=True, sqlite_where=NUMBER, postgresql_where=NUMBER),
)

keys = Table(
    "keys",
    metadata,
    Column("scope", String(128), primary_key=True),
    Column("wrapped", LargeBinary, nullable=True),  # NULL: erased, never to be made again
)

people = Table(
    "people",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("login", String(128), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("kind", "login"),
    CheckConstraint("kind IN ('member', 'agent', 'reviewer', 'underwriter')", name="kind"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("data", JSON, nullable=False),
    Index(None, "person_id"),
    Index(None, "expires_at"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Position, nullable=False),
)

APPEND_ONLY = ("journal", "journal_subjects")


# What SQLite's REPLACE would overwrite: it deletes without asking the triggers on DELETE.
SQLITE_INSERTS = {
    "journal": (
        "position = NEW.position OR id = NEW.id OR (case_id = NEW.case_id AND seq = NEW.seq)",
        "ABORT, 'the journal is append-only'",
    ),
    "journal_subjects": ("subject = NEW.subject AND case_id = NEW.case_id", "IGNORE"),
}

SQLITE_NUMBER = (
    "CREATE TRIGGER journal_subjects_no_reuse BEFORE INSERT ON journal_subjects "
    f"WHEN substr(NEW.subject, 1, {len(ONE_CASE_ONLY)}) = '{ONE_CASE_ONLY}' "
    "AND EXISTS (SELECT 1 FROM journal_subjects WHERE subject = NEW.subject AND case_id <> NEW.case_id) "
    "BEGIN SELECT RAISE(ABORT, 'the number names another case'); END"
)

POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$
"""


def trigger_statements(dialect: str) -> list[str]:
    """What makes the journal refuse every change of what is there (on PostgreSQL TRUNCATE, too), whoever asks."""
    if dialect == "sqlite":
        changes = [_sqlite_change(table, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")]
        return changes + [_sqlite_replace(table) for table in APPEND_ONLY]
    return [POSTGRESQL_REFUSAL, *(_postgresql_change(table) for table in APPEND_ONLY)]


def trigger_names(dialect: str) -> set[tuple[str, str]]:
    """(table, trigger) pairs that must be there before anything is written."""
    verbs = ("update", "delete", "replace") if dialect == "sqlite" else ("change",)
    names = {(table, f"{table}_no_{verb}") for table in APPEND_ONLY for verb in verbs}
    return names | ({("journal_subjects", "journal_subjects_no_reuse")} if dialect == "sqlite" else set())


def number_statements(dialect: str) -> list[str]:
    """What lets a number name one case only. SQLite's REPLACE would take it from the other case without the trigger."""
    index = f"CREATE UNIQUE INDEX uq_journal_subjects_number ON journal_subjects (subject) WHERE {NUMBER}"
    return [index, SQLITE_NUMBER] if dialect == "sqlite" else [index]


def _sqlite_change(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    )


def _sqlite_replace(table: str) -> str:
    same, answer = SQLITE_INSERTS[table]
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE({answer}); END"
    )


def _postgresql_change(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
