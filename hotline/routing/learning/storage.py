"""A model as bytes and back: plain arrays and JSON under a checksum, never code."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hotline.errors import HotlineError
from hotline.routing.circumstances import ALONE
from hotline.routing.learning.calibration import Calibration, Record
from hotline.routing.learning.features import Vocabulary
from hotline.routing.learning.fusion import KINDS, LARGEST, PRIOR, Fusion
from hotline.routing.learning.landmarks import Landmark, Landmarks
from hotline.routing.learning.memory import Memory
from hotline.routing.learning.model import Facts, Model

Arrays = Mapping[str, NDArray[Any]]

MAGIC = b"hotline-model\n"
# Raised whenever a model of before would be read wrongly.
VERSION = 1
LENGTH, CHECKSUM = 8, 32
DTYPES = {
    "keys": "<u8",
    "rarity": "<f4",
    "weights": "<f4",
    "bias": "<f4",
    "remembered": "<i4",
    "starts": "<i8",
    "cases": "<i4",
    "values": "<f4",
}


class BadModel(HotlineError):
    """Bytes that are no whole model of this version."""

    code, status = "bad-model", 422

    def __init__(self, why: str) -> None:
        super().__init__("模型不能使用：%(why)s；请重新训练，或改用上一个模型。", why=why)


def dump(model: Model) -> bytes:
    arrays, words = to_arrays(model)
    header = {
        "version": VERSION,
        "shapes": {name: array.shape for name, array in arrays.items()},
        **words,
    }
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    blocks = (array.astype(DTYPES[name]).tobytes() for name, array in arrays.items())
    body = b"".join((MAGIC, len(text).to_bytes(LENGTH, "big"), text, *blocks))
    return body + hashlib.sha256(body).digest()


def load(content: bytes) -> Model:
    """Raises BadModel for bytes that are cut off, changed, foreign or of another version."""
    if not content.startswith(MAGIC):
        raise BadModel("不是本系统的模型文件")
    body, checksum = content[:-CHECKSUM], content[-CHECKSUM:]
    if hashlib.sha256(body).digest() != checksum:
        raise BadModel("内容不完整或被改动过（校验和不符）")
    start = len(MAGIC) + LENGTH
    end = start + int.from_bytes(body[len(MAGIC) : start], "big")
    try:
        header = json.loads(body[start:end])
        version = header["version"]
        if version != VERSION:
            raise BadModel(f"它是版本 {version}，本程序只认识版本 {VERSION}")
        return from_arrays(_arrays(body[end:], header["shapes"]), header)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadModel(f"内容与格式不符（{type(error).__name__}）") from error


def to_arrays(model: Model) -> tuple[Arrays, dict[str, Any]]:
    """The numbers as arrays, and the rest as values that JSON can hold."""
    memory = model.memory
    arrays = (
        model.vocabulary.keys,
        model.vocabulary.rarity,
        model.weights,
        model.bias,
        memory.units,
        memory.starts,
        memory.cases,
        memory.values,
    )
    words = {
        "units": model.units,
        "ids": memory.ids,
        "fusion": dict(zip(KINDS, model.fusion.weights, strict=True)),
        "calibration": asdict(model.calibration),
        "alone": dict(model.alone),
        "landmarks": {name: astuple(each) for name, each in model.landmarks.known.items()},
        "facts": asdict(model.facts),
    }
    return dict(zip(DTYPES, arrays, strict=True)), words


def from_arrays(arrays: Arrays, words: Mapping[str, Any]) -> Model:
    """Raises BadModel where arrays and words do not fit one another."""
    _check(arrays, words)
    told = words["calibration"]
    return Model(
        units=tuple(words["units"]),
        vocabulary=Vocabulary(arrays["keys"], arrays["rarity"]),
        weights=arrays["weights"],
        bias=arrays["bias"],
        memory=Memory(
            tuple(words["ids"]),
            arrays["remembered"],
            arrays["starts"],
            arrays["cases"],
            arrays["values"],
        ),
        fusion=_fusion(words["fusion"]),
        calibration=Calibration(
            tuple(told["shares"]),
            tuple(told["confidences"]),
            told["threshold"],
            told["thresholds"],
            {unit: Record(**record) for unit, record in told["records"].items()},
        ),
        # A model of before knows nothing of these two.
        landmarks=Landmarks(
            {name: Landmark(*each) for name, each in words.get("landmarks", {}).items()}
        ),
        alone={kind: float(words.get("alone", {}).get(kind, ALONE[kind])) for kind in ALONE},
        facts=Facts(**words["facts"]),
    )


def _fusion(weights: Mapping[str, float]) -> Fusion:
    # A model of before knows less of circumstances; what it does not weigh counts as usual.
    known = {kind: PRIOR[kind] for kind in LARGEST} | dict(weights)
    return Fusion(tuple(float(known[kind]) for kind in KINDS))


def _arrays(content: bytes, shapes: Mapping[str, list[int]]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, dtype in DTYPES.items():
        shape = tuple(shapes[name])
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(content, dtype, count, at).reshape(shape)
        at += arrays[name].nbytes
    if at != len(content):
        raise BadModel("数组之后还有多余内容")
    return arrays


def _check(arrays: Arrays, words: Mapping[str, Any]) -> None:
    columns, units, ids = len(arrays["keys"]), len(words["units"]), len(words["ids"])
    held = len(arrays["cases"])
    shapes = {
        "keys": (columns,),
        "rarity": (columns,),
        "weights": (columns, units),
        "bias": (units,),
        "remembered": (ids,),
        "starts": (columns + 1,),
        "cases": (held,),
        "values": (held,),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype != DTYPES[name]:
            raise BadModel(f"数组 {name} 的形状或类型不对")
    starts, cases, remembered = arrays["starts"], arrays["cases"], arrays["remembered"]
    fits = {
        "keys": bool(np.all(arrays["keys"][1:] > arrays["keys"][:-1])) and columns > 0,
        "starts": starts[0] == 0 and starts[-1] == held and bool(np.all(np.diff(starts) >= 0)),
        "cases": not held or (cases.min() >= 0 and cases.max() < ids),
        "remembered": not ids or (remembered.min() >= -1 and remembered.max() < units),
        "weights": all(
            np.isfinite(arrays[n]).all() for n in ("weights", "bias", "rarity", "values")
        ),
    }
    for name, fit in fits.items():
        if not fit:
            raise BadModel(f"数组 {name} 的内容不对")
