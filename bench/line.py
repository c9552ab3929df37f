"""The line answers while the web process is overrun and the database is gone."""

from collections.abc import Iterator

from bench.clients import Request, ask, pressing
from bench.intake import asked
from bench.measure import Aim, Row
from bench.servers import Postgres, process
from bench.stage import Stage
from hotline.people.privacy import secret
from hotline.people.rights import Actor, Role
from hotline.web.line.calls import SECRET

CALLS = 1000
# Lines of a switch that ring at the same time; and clients that overrun the web process.
RINGING, PRESSING = 2, 16
AIM = Aim(within=(99, 50))


def rows(stage: Stage, postgres: Postgres) -> Iterator[Row]:
    """Ends the database: nothing else can be measured afterwards."""
    key = secret(stage.folder, SECRET).hex()
    numbers = [line.number for line in stage.city.directory.lines if line.number]
    calls = [
        Request(
            "/api/v1/calls",
            {"call_id": f"{n}", "caller": "00001234567", "dialled": stage.pick.choice(numbers)},
            key,
        )
        for n in range(2 * CALLS)
    ]
    agent = stage.key_of(Actor("坐席08", Role.AGENT))
    load = [asked(stage, agent) for _ in range(200)]
    with process(stage.settings, "line") as line, process(stage.settings, "web") as web:
        alone = ask(line, calls[:CALLS], RINGING).figure(expected=200)
        with pressing(web, load, PRESSING):
            postgres.stop()
            ours = ask(line, calls[CALLS:], RINGING).figure(expected=200)
    yield Row("line, web overrun and database stopped; the line alone", ours, alone, AIM)
