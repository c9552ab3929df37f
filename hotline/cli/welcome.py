"""What a first start shows: where everything is, and demo keys to try it with."""

import json
from datetime import datetime
from pathlib import Path

from hotline.db import Database
from hotline.people import keys
from hotline.people.rights import Role
from hotline.settings import Settings

DEMO_KEYS = (
    ("演示坐席", Role.AGENT, ""),
    ("演示派单员", Role.DISPATCHER, ""),
    ("演示经办人(市城管执法局)", Role.HANDLER, "市城管执法局"),
    ("演示经办人(东兴区)", Role.HANDLER, "东兴区"),
    ("演示督办员", Role.SUPERVISOR, ""),
    ("演示管理员", Role.ADMINISTRATOR, ""),
)


def make_demo_keys(settings: Settings, database: Database, now: datetime) -> None:
    """One key a role, once, kept readable for us alone in the data folder."""
    file = _file(settings)
    if file.exists():
        return
    with database.work() as session:
        made = {
            holder: keys.make(session, holder, role, unit=unit, now=now)
            for holder, role, unit in DEMO_KEYS
        }
        file.touch(mode=0o600)
        file.write_text(json.dumps(made, ensure_ascii=False, indent=2))


def text(settings: Settings) -> str:
    """Addresses and demo keys, as `make run` prints them."""
    web = f"http://{settings.host}:{settings.port}"
    lines = [
        "内江 12345",
        f"  状态页    {web}/",
        f"  接口文档  {web}/api/v1/swagger",
        f"  来电接口  http://{settings.host}:{settings.line_port}/calls",
        f"  数据目录  {settings.data_dir.absolute()}",
        f"  演示密钥  {_file(settings)}(仅供试用,正式使用前请撤销)",
    ]
    made = json.loads(_file(settings).read_text())
    return "\n".join(lines + [f"    {key}  {holder}" for holder, key in made.items()])


def _file(settings: Settings) -> Path:
    return settings.data_dir / "demo-keys.json"
