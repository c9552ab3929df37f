"""What every page is made of."""

import re

import pytest

from hotline.people.rights import Role


@pytest.mark.parametrize("kind", ["href", "src"])
def test_every_file_that_a_page_names_is_there(stranger, kind):
    page = stranger.get("/sign-in").text
    named = [each for each in re.findall(rf'{kind}="(/[^"]+)"', page) if "." in each]
    assert named
    for address in named:
        assert stranger.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("role", "page", "door"),
    [
        (Role.DISPATCHER, "/supervision/bounces", "/supervision/orders"),
        (Role.SUPERVISOR, "/supervision/bounces", "/supervision"),
        (Role.SUPERVISOR, "/supervision/roster", "/supervision/roster"),
        (Role.SUPERVISOR, "/account", ""),
    ],
)
def test_the_one_door_is_marked_behind_which_a_page_lies(signed_in, role, page, door):
    page = signed_in(role).get(page).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.split("</nav>")[0]) == (
        [door] if door else []
    )
