"""Indexes for finding tickets by words"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass
