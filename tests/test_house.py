"""The house as the pages say it is."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hotline.cli.processes import PROCESSES
from hotline.people.rights import Action
from hotline.tickets.words import CHINESE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_map_in_the_readme_is_the_tree():
    named = set(re.findall(r"`(\w+)/`", README.partition("## The rooms")[2]))
    rooms = {path.parent.name for path in (ROOT / "hotline").glob("*/__init__.py")}
    assert named >= rooms, f"not in the README: {rooms - named}"
    assert {name for name in named if not (ROOT / "hotline" / name).exists()} <= {"docs", "data"}


def test_the_readme_is_short():
    assert len(README.split()) < 600


def test_the_procfile_runs_every_process_under_a_keeper():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines.keys() == PROCESSES.keys()
    for name, command in lines.items():
        assert command.endswith(f"jobs.keeper -- hotline process {name}")


def test_every_action_has_a_chinese_word():
    assert set(Action) <= CHINESE.keys()


def test_every_link_in_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    # Nothing is asked of an index, not even whether there is a newer pip.
    subprocess.run([*command, "--no-index", "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_reference_data_migrations_and_templates_travel_in_the_wheel(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (
        "data/duties.csv", "data/legacy_lines.csv", "migrations/env.py",
        "migrations/versions/0001_first_tables.py", "web/templates/status.html",
        "web/static/status.css",
    ):  # fmt: skip
        assert f"hotline/{path}" in names


@pytest.mark.skipif(not os.environ.get("HOTLINE_SOAK"), reason="an installation: in make soak")
def test_every_command_works_from_a_wheel_in_any_folder_on_an_empty_data_folder(
    wheel: Path, tmp_path: Path
):
    package = tmp_path / "package"
    zipfile.ZipFile(wheel).extractall(package)
    environment = os.environ | {
        "PYTHONPATH": str(package), "HOTLINE_DATA_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "", "REDIS_URL": "",
    }  # fmt: skip

    def hotline(*arguments: str) -> str:
        code = "import hotline, sys; from hotline.cli import main; print(hotline.__file__); main()"
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        where, _, said = done.stdout.partition("\n")
        assert where.startswith(str(package))
        return said

    assert hotline("lines", "check").startswith("74 lines")
    assert "市交通运输局" in hotline("route", "公交车到站不停")
    assert "一日一清单" in hotline("report", "day")
    assert hotline("keys", "add", "坐席一", "--role", "agent").startswith("hk_")
