"""Imports only go down the floors, and third parties stay in their homes (docs: design)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "hotline"
FLOOR = {
    "app": 5, "cli": 5, "city": 5,
    "web": 4, "jobs": 4,
    "desk": 3, "delivery": 3, "reports": 3, "telephony": 3,
    "tickets": 2,
    "registry": 1, "people": 1, "routing": 1,
    "db": 0, "postgres": 0, "errors": 0, "clock": 0, "settings": 0, "logs": 0, "leases": 0,
}  # fmt: skip
# registry builds the frozen value types that routing defines.
ALLOWED_ASIDE = {"registry": "hotline.routing.types"}
HOMES = {
    "flask": {"web", "app"}, "flask_openapi3": {"web", "app"}, "werkzeug": {"web", "app"},
    "rq": {"jobs", "app"}, "redis": {"jobs", "app", "cli"},
    "rapidfuzz": {"routing"}, "ahocorasick": {"routing"}, "opencc": {"routing"},
    "sklearn": {"routing"}, "scipy": {"routing"}, "pypinyin": {"routing"},
    "sqlmodel": {"db", "leases", "registry", "people", "tickets", "desk", "delivery", "reports",
                 "telephony", "app"},
    "flask_login": {"web"}, "flask_wtf": {"web"}, "flask_babel": {"web"}, "flask_limiter": {"web"},
    "flask_bootstrap": {"web"}, "prometheus_client": {"web"}, "argon2": {"people"},
    "PIL": {"tickets"}, "filetype": {"tickets"},
    "click": {"cli"}, "tqdm": {"cli"}, "alembic": {"app"},
}  # fmt: skip
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path):
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "hotline" or len(parts) < 2 or parts[1] not in FLOOR or here == "__init__":
            continue
        there = parts[1]
        below = FLOOR[here] > FLOOR[there] or FLOOR[here] == FLOOR[there] in (0, 5)
        aside = name.startswith(ALLOWED_ASIDE.get(here, "-"))
        assert here == there or below or aside, (
            f"{here} (floor {FLOOR[here]}) imports {name} (floor {FLOOR[there]})"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_third_parties_stay_in_their_homes(path: Path):
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or room(path) in homes, f"{room(path)} imports {name}"


def test_every_room_has_a_floor():
    rooms = {room(path) for path in MODULES} - {"__init__"}
    assert rooms <= FLOOR.keys(), f"no floor for {rooms - FLOOR.keys()}"


def test_routing_does_no_input_or_output():
    forbidden = {"os", "io", "pathlib", "socket", "sqlite3", "requests", "open", "time"}
    for path in MODULES:
        if room(path) == "routing":
            assert not {name.split(".")[0] for name in imports(path)} & forbidden
