"""Settings, read once from the environment; a wrong value stops the start and names itself."""

from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hotline.errors import Invalid

DATABASES = ("postgres", "postgresql", "postgresql+psycopg", "sqlite")
QUEUES = ("redis", "rediss", "unix")
REMEDIES = {
    "literal_error": "可选 {expected}",
    "int_parsing": "须为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "date_from_datetime_parsing": "须为日期，如 2018-07-20",
    "date_from_datetime_inexact": "须为日期，如 2018-07-20",
    "value_error": "{error}",
}


def _url(schemes: tuple[str, ...], example: str) -> AfterValidator:
    """Refuses what could not be connected to whatever runs there; blank is the embedded one."""

    def check(url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme in schemes and parts.port != 0
        except ValueError:  # a port that is no number
            known = False
        if url and not known:
            raise ValueError(f"须形如 {example}，或留空用自带的")
        return url

    return AfterValidator(check)


def _networks(names: str) -> str:
    try:
        for name in names.split(",") if names else ():
            ip_network(name.strip())
    except ValueError:
        raise ValueError("须为 IP 地址或网段，以逗号分隔，如 127.0.0.1,::1") from None
    return names


class Settings(BaseSettings):
    """All state lives under `data_dir`; each field is `HOTLINE_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", populate_by_name=True, env_ignore_empty=True
    )

    data_dir: Path = Path("var")
    database_url: Annotated[str, _url(DATABASES, "postgresql://用户:口令@主机:5432/库名")] = Field(
        "", validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    redis_url: Annotated[str, _url(QUEUES, "redis://主机:6379/0")] = Field(
        "", validation_alias=AliasChoices("REDIS_URL", "redis_url")
    )
    # `localhost` and `*` stand for IPv4 and IPv6: safe behind a proxy on this machine, and open.
    host: str = "localhost"
    port: int = Field(8000, ge=1, le=65535)
    line_port: int = Field(8001, ge=1, le=65535)
    # Proxies in front of the web process, whose X-Forwarded-For and -Proto are believed.
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
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
    def reachable_host(self) -> str:
        """How a program on this machine, a browser say, reaches what listens on `host`."""
        if self.host in ("*", "0.0.0.0", "::"):
            return "localhost"
        return f"[{self.host}]" if ":" in self.host else self.host

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
        remedy = REMEDIES.get(first["type"], first["msg"]).format(**first.get("ctx", {}))
        remedy = remedy.replace("' or '", "' 或 '")
        raise Invalid(f"设置 {variable} 有误：{remedy}。", field=variable) from error
