"""Underwriters may log in."""

from alembic import op

revision = "0003"
down_revision = "0002"

KINDS = "kind IN ('member', 'agent', 'reviewer', 'underwriter')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # 0001 named it through the naming convention, which put its prefix before the name once more.
        for name in ("ck_people_ck_people_kind", "ck_people_kind"):
            op.execute(f"ALTER TABLE people DROP CONSTRAINT IF EXISTS {name}")
        op.execute(f"ALTER TABLE people ADD CONSTRAINT ck_people_kind CHECK ({KINDS})")
        return
    # SQLite changes no constraint: the table is made anew (sqlite.org/lang_altertable.html, 7).
    op.execute(f"""CREATE TABLE people_new (
        person_id VARCHAR(64) NOT NULL,
        kind VARCHAR(16) NOT NULL,
        login VARCHAR(128) NOT NULL,
        password_hash VARCHAR(256) NOT NULL,
        sealed BLOB NOT NULL,
        CONSTRAINT pk_people PRIMARY KEY (person_id),
        CONSTRAINT uq_people_kind_login UNIQUE (kind, login),
        CONSTRAINT ck_people_kind CHECK ({KINDS})
    )""")
    op.execute("INSERT INTO people_new SELECT person_id, kind, login, password_hash, sealed FROM people")
    op.execute("DROP TABLE people")
    op.execute("ALTER TABLE people_new RENAME TO people")
