"""Number plates, as they are written and as they are."""

import pytest

from hotline.tickets.cars import plate


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("川K12345", "川K12345"),
        (" 川k·1234a ", "川K1234A"),
        ("川K 1234警", "川K1234警"),
        ("川KD12345", "川KD12345"),  # new energy, small
        ("川K12345F", "川K12345F"),  # new energy, large
        ("川Kd·12345", "川KD12345"),
        ("渝A6B7C8", "渝A6B7C8"),
        ("粤Z1234港", "粤Z1234港"),
    ],
)
def test_a_plate_is_known_however_it_is_written(typed: str, meant: str):
    assert plate(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "K12345",  # no province
        "川12345",  # no letter of a city
        "川K1234",  # too short
        "川K123456",  # eight signs, but no letter of a new-energy car
        "川KL12345",  # L is none of those letters
        "川K12I45",  # I and O are on no plate
        "川KO2345",
        "川K12345678",
        "白色轿车",
    ],
)
def test_what_no_plate_looks_like_is_refused(typed: str):
    assert plate(typed) is None
