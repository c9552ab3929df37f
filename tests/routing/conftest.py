"""The router of the shipped directory, as the city is on its date."""

from datetime import date

import pytest

from hotline.registry.directory import build_directory
from hotline.registry.loading import read_shipped, read_tables
from hotline.routing.router import Router
from hotline.routing.types import Directory, Line


@pytest.fixture(scope="session")
def directory() -> Directory:
    return build_directory(read_tables(read_shipped()), on=date(2018, 7, 20), version=1)


@pytest.fixture(scope="session")
def router(directory: Directory) -> Router:
    return Router(directory)


@pytest.fixture(scope="session")
def lines(directory: Directory) -> dict[str, Line]:
    return {line.number: line for line in directory.lines if line.number}
