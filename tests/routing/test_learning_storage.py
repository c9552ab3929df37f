"""A model survives the way into bytes and back; anything else is refused by name."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from hotline.routing.circumstances import ALONE
from hotline.routing.learning.model import Model
from hotline.routing.learning.storage import (
    CHECKSUM,
    LENGTH,
    MAGIC,
    BadModel,
    dump,
    from_arrays,
    load,
    to_arrays,
)
from hotline.routing.router import Router
from hotline.routing.types import Directory


def sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def with_header(content: bytes, **changed) -> bytes:
    start = len(MAGIC) + LENGTH
    end = start + int.from_bytes(content[len(MAGIC) : start], "big")
    header = json.dumps({**json.loads(content[start:end]), **changed}).encode()
    rest = content[end:-CHECKSUM]
    return sealed(MAGIC + len(header).to_bytes(LENGTH, "big") + header + rest)


def test_a_loaded_model_says_the_same(town: Directory, model: Model):
    content = dump(model)
    loaded = load(content)
    assert dump(loaded) == content
    assert loaded.facts == model.facts
    for text in ("桂花街水质发黄", "停电了，站台没有雨棚", "你好"):
        assert Router(town, loaded).suggest(text) == Router(town, model).suggest(text)


def test_how_sure_circumstances_make_us_survives_and_a_model_of_before_says_as_usual(model: Model):
    surer = dump(replace(model, alone=ALONE | {"caller": 0.77}))
    assert load(surer).alone["caller"] == 0.77
    words = to_arrays(model)[1]
    del words["alone"]
    assert from_arrays(to_arrays(model)[0], words).alone == ALONE


def test_numbers_are_small_ones(model: Model):
    arrays, _ = to_arrays(model)
    assert arrays["weights"].dtype == np.float32
    assert arrays["values"].dtype == np.float32


@pytest.mark.parametrize("kept", [0, 5, 14, 20, 100, -33, -1])
def test_a_model_that_is_cut_off_is_refused(model: Model, kept: int):
    with pytest.raises(BadModel, match="请重新训练"):
        load(dump(model)[:kept])


def test_a_changed_byte_is_noticed(model: Model):
    content = bytearray(dump(model))
    content[len(content) // 2] ^= 1
    with pytest.raises(BadModel, match="校验和不符"):
        load(bytes(content))


def test_foreign_bytes_are_refused():
    with pytest.raises(BadModel, match="不是本系统的模型"):
        load(b"PK\x03\x04" + bytes(500))


def test_a_model_of_another_version_is_refused_with_both_numbers(model: Model):
    with pytest.raises(BadModel, match=r"版本 99.*版本 1"):
        load(with_header(dump(model), version=99))


@pytest.mark.parametrize(
    "changed",
    [
        {"shapes": {}},
        {"shapes": None},
        {"units": ["水务"]},
        {"ids": []},
        {"fusion": {"directory": 1.0}},
        {"facts": {}},
        {"calibration": {"shares": []}},
    ],
)
def test_a_header_that_does_not_fit_is_refused(model: Model, changed: dict):
    with pytest.raises(BadModel):
        load(with_header(dump(model), **changed))


@pytest.mark.parametrize("name", ["keys", "starts", "cases", "remembered", "weights"])
def test_arrays_that_point_nowhere_are_refused(model: Model, name: str):
    arrays, words = to_arrays(model)
    bad = arrays[name].copy()
    bad.flat[0] = np.nan if name == "weights" else np.array(-5).astype(bad.dtype)
    with pytest.raises(BadModel, match="的内容不对"):
        from_arrays({**arrays, name: bad}, words)


def test_an_array_of_another_shape_is_refused(model: Model):
    arrays, words = to_arrays(model)
    with pytest.raises(BadModel, match="rarity"):
        from_arrays({**arrays, "rarity": arrays["rarity"][:-1]}, words)


def test_words_that_are_no_numbers_are_refused(model: Model):
    broken = replace(model, bias=np.full(len(model.bias), np.inf, np.float32))
    with pytest.raises(BadModel):
        load(dump(broken))
