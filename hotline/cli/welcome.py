"""What a first start shows: where everything is, and demo log-ins and keys to try it with."""

import json
from datetime import datetime
from pathlib import Path

from hotline.db import Database
from hotline.people import keys, passwords, users
from hotline.people.rights import Role
from hotline.settings import Settings

# Log-in, what pages show, role, unit.
DEMO = (
    ("zuoxi", "演示坐席", Role.AGENT, ""),
    ("paidan", "演示派单员", Role.DISPATCHER, ""),
    ("chengguan", "演示经办人（市城管执法局）", Role.HANDLER, "市城管执法局"),
    ("dongxing", "演示经办人（东兴区）", Role.HANDLER, "东兴区"),
    ("duban", "演示督办员", Role.SUPERVISOR, ""),
    ("guanli", "演示管理员", Role.ADMINISTRATOR, ""),
)


def make_demo(settings: Settings, database: Database, now: datetime) -> None:
    """One user and one key a role, once, kept readable for us alone in the data folder."""
    file = _file(settings)
    if file.exists():
        return
    password = passwords.temporary()
    password_hash = passwords.hashed(password)
    with database.work() as session:
        for name, title, role, unit in DEMO:
            users.add(
                session, name, title, role, unit=unit, password_hash=password_hash,
                must_change=False, now=now,
            )  # fmt: skip
        made = {
            title: keys.make(session, name, role, unit=unit, now=now)
            for name, title, role, unit in DEMO
        }
        file.touch(mode=0o600)
        file.write_text(
            json.dumps({"password": password, "keys": made}, ensure_ascii=False, indent=2)
        )


def text(settings: Settings) -> str:
    """Addresses, log-ins and keys, as `make run` prints them."""
    web = f"http://{settings.reachable_host}:{settings.port}"
    made = json.loads(_file(settings).read_text())
    lines = [
        "内江 12345",
        f"  市民      {web}/",
        f"  工作人员  {web}/sign-in",
        f"  接口文档  {web}/api/v1/swagger",
        f"  来电接口  http://{settings.reachable_host}:{settings.line_port}/calls",
        f"  数据目录  {settings.data_dir.absolute()}",
        f"  演示账号（仅供试用，正式使用前请停用；口令都是 {made['password']}）",
        *(f"    {name:10} {title}" for name, title, _, _ in DEMO),
        f"  演示密钥  {_file(settings)}（仅供试用，正式使用前请撤销）",
        *(f"    {key}  {holder}" for holder, key in made["keys"].items()),
    ]
    return "\n".join(lines)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "demo.json"
