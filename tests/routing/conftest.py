"""The router of the shipped directory, and a small city that has closed tickets to learn from."""

from datetime import date

import pytest

from hotline.registry.directory import build_directory
from hotline.registry.loading import read_shipped, read_tables
from hotline.routing.learning.model import Model
from hotline.routing.learning.training import learn
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory, Duty, Line, LineCategory, Unit, UnitKind


@pytest.fixture(scope="session")
def directory() -> Directory:
    return build_directory(read_tables(read_shipped()), on=date(2018, 7, 20), version=1)


@pytest.fixture(scope="session")
def router(directory: Directory) -> Router:
    return Router(directory)


@pytest.fixture(scope="session")
def lines(directory: Directory) -> dict[str, Line]:
    return {line.number: line for line in directory.lines if line.number}


WORDS = {
    "水务": ("水龙头不出水", "管子爆了到处淌", "水质发黄有味道", "水表转得飞快"),
    "供电": ("灯泡一闪一闪", "电杆歪了要倒", "变压器嗡嗡响", "空开老是跳闸"),
    "交通": ("班车半路甩客", "站台没有雨棚", "司机乱要价", "路面坑坑洼洼"),
    "环卫": ("垃圾堆成山", "落叶没人扫", "公厕臭得很", "清扫车扬灰"),
}
STREETS = ("桂花街", "新华路", "滨江小区", "东门口", "菜园村", "老车站旁", "学府苑", "南桥头")


@pytest.fixture(scope="session")
def town() -> Directory:
    """A small city whose directory holds one plain word a unit."""
    duties = [
        Duty(unit, unit, 3, (word,))
        for unit, word in zip(WORDS, ("停水", "停电", "公交", "垃圾"), strict=True)
    ]
    units = [Unit(unit, unit, unit, UnitKind.DEPARTMENT) for unit in (*WORDS, "档案")]
    lines = [Line("12345-1", "12345-1", "水务热线", "水务", LineCategory.MERGED)]
    return Directory(1, tuple(units), tuple(lines), tuple(duties), (), ())


@pytest.fixture(scope="session")
def tickets() -> list[Case]:
    """Closed tickets whose words the directory does not hold."""
    told = [(unit, word, street) for street in STREETS for unit in WORDS for word in WORDS[unit]]
    return [
        Case(f"NJ{n:04}", "", f"{street}{word}，请处理", (unit,), "unit", "自编")
        for n, (unit, word, street) in enumerate(told)
    ]


@pytest.fixture(scope="session")
def model(town: Directory, tickets: list[Case]) -> Model:
    return learn(tickets, town, seed=1)
