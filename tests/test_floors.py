"""Imports only go down the floors, and third parties stay in their homes (docs: design)."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "hotline"
FLOOR = {
    "app": 5, "cli": 5, "city": 5,
    "web": 4, "jobs": 4,
    "desk": 3, "delivery": 3, "reports": 3, "telephony": 3,
    "tickets": 2,
    "registry": 1, "people": 1, "routing": 1,
    "db": 0, "tables": 0, "repeats": 0, "postgres": 0, "storing": 0, "errors": 0, "clock": 0,
    "settings": 0, "logs": 0, "leases": 0,
}  # fmt: skip
# registry builds the frozen value types that routing defines.
ALLOWED_ASIDE = {"registry": "hotline.routing.types"}
HOMES = {
    "flask": {"web", "app"}, "flask_openapi3": {"web", "app"}, "werkzeug": {"web", "app"},
    "rq": {"jobs", "app"}, "redis": {"jobs", "app", "cli"},
    "rapidfuzz": {"routing"}, "ahocorasick": {"routing"}, "opencc": {"routing"},
    "sklearn": {"routing"}, "scipy": {"routing"}, "pypinyin": {"routing"},
    "sqlmodel": {"db", "tables", "repeats", "storing", "leases", "registry", "people", "tickets",
                 "desk", "delivery", "reports", "telephony", "app"},
    "flask_login": {"web"}, "flask_wtf": {"web"}, "flask_babel": {"web"}, "flask_limiter": {"web"},
    "flask_bootstrap": {"web"}, "prometheus_client": {"web"}, "argon2": {"people"},
    "PIL": {"tickets"}, "filetype": {"tickets"},
    "click": {"cli"}, "tqdm": {"cli"}, "alembic": {"app"},
}  # fmt: skip
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def goes_up(here: str, name: str) -> bool:
    """Whether this import of a room leads to one that it may not know."""
    parts = name.split(".")
    if parts[0] != "hotline" or len(parts) < 2 or parts[1] not in FLOOR or here == "__init__":
        return False
    there = parts[1]
    below = FLOOR[here] > FLOOR[there] or FLOOR[here] == FLOOR[there] in (0, 5)
    aside = name.startswith(ALLOWED_ASIDE.get(here, "-"))
    return not (here == there or below or aside)


def strays(name: str, path: Path) -> bool:
    homes = HOMES.get(name.split(".")[0])
    return homes is not None and room(path) not in homes


def test_imports_only_go_down():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if goes_up(room(path), name)
    ]
    assert wrong == []


def test_third_parties_stay_in_their_homes():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if strays(name, path)
    ]
    assert wrong == []


def test_every_room_has_a_floor():
    rooms = {room(path) for path in MODULES} - {"__init__"}
    assert rooms <= FLOOR.keys(), f"no floor for {rooms - FLOOR.keys()}"


def test_routing_does_no_input_or_output():
    forbidden = {"os", "io", "pathlib", "socket", "sqlite3", "requests", "open", "time"}
    for path in MODULES:
        if room(path) == "routing":
            assert not {name.split(".")[0] for name in imports(path)} & forbidden
