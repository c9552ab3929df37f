"""What every page is made of."""

import re

import pytest


@pytest.mark.parametrize("kind", ["href", "src"])
def test_every_file_that_a_page_names_is_there(stranger, kind):
    page = stranger.get("/sign-in").text
    named = [each for each in re.findall(rf'{kind}="(/[^"]+)"', page) if "." in each]
    assert named
    for address in named:
        assert stranger.get(address).status_code == 200, address
