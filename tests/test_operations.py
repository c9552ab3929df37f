"""The operations page and its files say what the program does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.cli.processes import PROCESSES
from hotline.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGE = (DOCS / "operations.md").read_text()
UNITS = sorted((DOCS / "systemd").glob("*.service"))
LOUD = {"warning", "error", "exception", "critical", "tell"}


def variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias.choices[0] if alias else f"HOTLINE_{name.upper()}"


def part(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table(name: str):
    rows = [line for line in part("Settings").splitlines() if line.startswith("| `")]
    assert any(f"`{variable(name)}`" in row.split(" | ")[0] for row in rows)


def test_the_example_names_settings_that_there_are():
    lines = (DOCS / "systemd" / "hotline.env").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if not line.startswith("#")}
    assert named <= {variable(name) for name in Settings.model_fields}


def logged() -> Iterator[tuple[str, str]]:
    """What our own log says aloud, and where."""
    for path in sorted((ROOT / "hotline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in LOUD and isinstance(said := node.args[0], ast.Constant):
                called = ast.unparse(node.func)
                if called in LOUD or called.partition(".")[0] == "log":
                    yield str(said.value), path.name


@pytest.mark.parametrize(("event", "file"), sorted(set(logged())))
def test_every_line_of_the_log_is_explained(event: str, file: str):
    assert f"`{event}`" in part("What the log says")


def test_no_line_is_explained_that_the_log_does_not_know():
    explained = re.findall(r"^\| (.+?) \|", part("What the log says"), re.MULTILINE)
    known = {event for event, _ in logged()}
    assert set(re.findall(r"`(.+?)`", " ".join(explained))) <= known


def test_every_process_but_the_embedded_queue_has_its_unit():
    target = (DOCS / "systemd" / "hotline.target").read_text()
    for name in PROCESSES.keys() - {"queue"}:
        assert f"hotline@{name}.service" in target or f"hotline-{name}.service" in target


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_is_kept_alive_and_shut_in(unit: Path):
    lines = unit.read_text().splitlines()
    for setting in ("Restart=always", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert setting in lines
    assert any(re.fullmatch(r"ExecStart=\S+/hotline process (line|%i)", line) for line in lines)
