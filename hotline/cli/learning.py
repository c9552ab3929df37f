"""`hotline train` and `hotline models`: learn from closed cases, and choose what is in force."""

from pathlib import Path

import click

from hotline import clock
from hotline.cli.opening import Group, opened
from hotline.errors import Invalid


@click.command()
@click.argument(
    "cases", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--closed", is_flag=True, help="Learns from the closed tickets of this database.")
def train(cases: Path | None, closed: bool) -> None:
    """Learns from labelled cases, or from closed tickets.

    Columns of the cases: id, title, body, unit, kind, source.

    The model comes into force if it is not worse than what is, overall and for any unit.
    """
    if (cases is None) != closed:
        raise Invalid("请给出案例文件，或用 --closed 从已办结工单学习，二者选一。", field="cases")
    from hotline.cli.teaching import teach

    for line in teach(*opened(), cases):
        click.echo(line)


@click.group(cls=Group)
def models() -> None:
    """Models learned from closed cases."""


@models.command("list")
def list_models() -> None:
    """Lists them, the newest first; * is in force.

    Number, when, cases, source, verdict of the gate, accuracy before and after.
    """
    from hotline.registry import learned

    _, database = opened()
    with database.read() as session:
        chosen, kept = learned.chosen_model(session), learned.kept_models(session)
        known = learned.known_models(session)
        if not known:
            click.echo("还没有模型：只凭派单目录推荐。用 hotline train 案例.csv 学习。")
        for model in known:
            mark = "*" if chosen and chosen.id == model.id else " "
            verdict = "通过" if model.passed else "未通过"
            gone = "" if model.id in kept else "\t内容已清理"
            figures = model.figures
            click.echo(
                f"{mark}{model.id}\t{model.made_at.astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M}\t"
                f"{model.cases} 条\t{model.source}\t{verdict}\t"
                f"{figures['before']['top1']:.3f} → {figures['after']['top1']:.3f}{gone}"
            )


@models.command()
@click.argument("number", metavar="NUMBER|none")
def use(number: str) -> None:
    """Puts a model in force, such as the one before.

    `none` leaves the directory alone to speak.
    """
    if number != "none" and not number.isdecimal():
        raise Invalid("请写模型的编号，或 none。", field="number")
    from hotline.registry import learned

    _, database = opened()
    with database.work() as session:
        chosen = None if number == "none" else int(number)
        learned.choose_model(session, chosen, by="hotline models", now=clock.now())
    click.echo(f"已启用第 {chosen} 号模型。" if chosen else "已停用模型，只凭派单目录推荐。")
