"""The database itself refuses to change or remove the record of who looked at whose data"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_look_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'access_log is append-only'; END $$"
        )
        refuse = "FOR EACH ROW EXECUTE FUNCTION refuse_look_change()"
    else:
        refuse = "BEGIN SELECT RAISE(ABORT, 'access_log is append-only'); END"
    for moment in ("DELETE", "UPDATE"):
        name = f"access_log_no_{moment.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON access_log {refuse}")
