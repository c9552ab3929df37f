"""The status first answered to a request key"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
