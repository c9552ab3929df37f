"""What the API says of itself: its examples are taken as they stand."""

import json
import re

from hotline.web import bodies
from hotline.web.api.description import DESCRIPTION

TAKEN = {"handler": bodies.ClaimBody, "ground": bodies.ObjectBody, "text": bodies.ReplyBody}


def test_the_description_stands_before_the_list_of_routes(app):
    assert app.test_client().get("/api/v1/openapi.json").json["info"]["description"] == DESCRIPTION


def test_each_example_is_a_body_that_the_api_takes():
    examples = [json.loads(each) for each in re.findall(r"`(\{.+?\})`", DESCRIPTION)]
    assert {next(iter(each)) for each in examples} == set(TAKEN)
    for each in examples:
        TAKEN[next(iter(each))].model_validate(each)
