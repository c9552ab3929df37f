"""Settings, read once from the environment; a wrong value stops the start and names itself."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hotline.errors import Invalid


class Settings(BaseSettings):
    """All state lives under `data_dir`; each field is `HOTLINE_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", populate_by_name=True)

    data_dir: Path = Path("var")
    database_url: str = Field("", validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    redis_url: str = Field("", validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    line_port: int = Field(8001, ge=1, le=65535)
    # The shipped registry is the city as of this day: units valid then are the only ones named.
    registry_date: date = date(2018, 7, 20)
    channel: Literal["maildir", "smtp"] = "maildir"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    sender: str = "12345@hotline.invalid"
    log_format: Literal["json", "text"] = "text"

    @property
    def db_url(self) -> str:
        """The URL given (PostgreSQL by psycopg 3), else that of SQLite in the data folder."""
        url = self.database_url or f"sqlite:///{self.data_dir.absolute() / 'hotline.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def queue_socket(self) -> Path:
        """Unix socket of the embedded queue; unused when a REDIS_URL is given."""
        return self.data_dir.absolute() / "queue.sock"


def load() -> Settings:
    """The settings from the environment; a wrong one is named as the variable that holds it."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"HOTLINE_{name.upper()}"
        raise Invalid(f"设置 {variable} 有误:{first['msg']}。", field=variable) from error
