"""Refused proposals: the last word on a phrase of a unit counts."""

from datetime import timedelta

import pytest
from builders import CITY, NOON

from hotline.db import Database
from hotline.errors import NotFound
from hotline.registry.refusals import refusals, refuse, take_back


def test_a_refusal_stands_with_who_and_when_until_it_is_taken_back(database: Database):
    with database.work() as session:
        refuse(session, CITY, "小广告", tickets=3, by="wang", now=NOON)
        (row,) = refusals(session).values()
        assert (row.unit, row.phrase, row.tickets, row.by, row.at) == (
            CITY, "小广告", 3, "wang", NOON,
        )  # fmt: skip
        take_back(session, CITY, "小广告", by="li", now=NOON + timedelta(minutes=1))
        assert refusals(session) == {}


def test_a_phrase_is_refused_to_one_unit_alone_and_anew_with_more_tickets(database: Database):
    with database.work() as session:
        refuse(session, CITY, "小广告", tickets=3, by="wang", now=NOON)
        refuse(session, "市环保局", "小广告", tickets=4, by="wang", now=NOON)
        refuse(session, CITY, "小广告", tickets=6, by="li", now=NOON)
        standing = {key: row.tickets for key, row in refusals(session).items()}
    assert standing == {(CITY, "小广告"): 6, ("市环保局", "小广告"): 4}


def test_what_was_not_refused_cannot_be_taken_back(database: Database):
    with database.work() as session, pytest.raises(NotFound, match="没有被不采纳过"):
        take_back(session, CITY, "小广告", by="li", now=NOON)
