"""Call events and the agents' seats"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
