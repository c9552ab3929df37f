"""What an agent has typed and not yet logged"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
