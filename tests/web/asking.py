"""Requests made up from openapi.json: good ones, nearly good ones and hopeless ones."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

Schema = dict[str, Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What careless and hostile programs send in place of a value.
JUNK = (
    None, True, 0, -1, 1.5, 2**31, 2**63, 10**30, float("nan"), float("inf"), "", " ", "a", "\x00",
    "响铃\x07", "半个\ud83d", "\u202e", "字" * 20_001, "9" * 5000, "长" * 300, [], {}, ["a"],
    {"a": 1}, "a@b.c\r\nBcc: x@y.z", "' OR 1=1 --", "../../etc/passwd", "<script>alert(1)</script>",
    "0001-01-01", "9999-12-31", "2018-02-30", "NJ20180725000011", "{{7*7}}", "%s%n", "🀄" * 41,
)  # fmt: skip
UNREADABLE = (
    b"", b"{", b"[]", b"null", b'"text"', b"[" * 5000, b"\xff\xfe{}",
    '{"text": "乱码"}'.encode("gbk"), b'{"text": "a", "text": "b"}',
    b"{}" * 3, b'{"a": ' + b"1" * 5000 + b"}",
)  # fmt: skip
KINDS = ("application/json", "application/json", "text/plain", "application/x-www-form-urlencoded")
SENTENCES = (
    "小区楼下烧烤摊半夜还在吵，油烟也大", "公交车司机到站不停", "工资拖了三个月没发", "自来水浑浊",
    "我家楼下着火了，快来", "举报某局干部收钱办事", "谢谢你们", "?", "12345",
)  # fmt: skip
MULTIPART, BOUNDARY = "multipart/form-data", "between"
REQUEST_KEYS = ("k1", "k2", "k3", "a" * 201, "\x7f", "\xe9")


@dataclass(frozen=True)
class Question:
    """One request, ready to be sent."""

    method: str
    path: str
    data: bytes | None
    headers: dict[str, str]
    operation: str  # the address as the document writes it
    query: dict[str, Any] = field(default_factory=dict)


class Asker:
    """Makes up requests; `words` are values that mean something in a field of that name."""

    def __init__(self, random: Random, document: Schema, keys: list[str]) -> None:
        self.words: dict[str, list[Any]] = {"text": list(SENTENCES), "handler": ["张三"]}
        self._random, self._keys = random, keys
        self._opening: dict[tuple[str, str], str] = {}
        self._schemas = document["components"]["schemas"]
        self._operations = [
            (method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        # Without fresh tickets most steps would end at the first check.
        logging = [each for each in self._operations if each[:2] == ("POST", "/api/v1/tickets")]
        self._operations += logging * 20

    def learn(self, question: Question, status: int) -> None:
        """Remembers whose key opens an address; later requests get past the first check."""
        key = question.headers.get("Authorization")
        if key and status not in (401, 403, 404, 405):
            self._opening[question.method, question.operation] = key

    def question(self) -> Question:
        method, template, operation = self._random.choice(self._operations)
        path = template
        query = {}
        for parameter in operation.get("parameters", []):
            value = self._perhaps_junk(parameter["name"], parameter["schema"])
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", _address(value))
            elif self._chance(0.7):
                query[parameter["name"]] = _printed(value)
        if self._chance(0.02):
            method = self._random.choice(METHODS)
        content = operation.get("requestBody", {}).get("content", {})
        headers = self._headers((method, template), operation)
        if MULTIPART in content and headers["Content-Type"] == KINDS[0]:
            headers["Content-Type"] = f"{MULTIPART}; boundary={BOUNDARY}"
        return Question(method, path, self._data(content), headers, template, query)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _data(self, content: dict[str, Any]) -> bytes | None:
        if self._chance(0.04):
            return self._random.choice(UNREADABLE)
        if not content:
            return None
        kind, given = next(iter(content.items()))
        body = self._value("", given["schema"])
        if kind == MULTIPART:
            return _parts(self._spoiled(body) if self._chance(0.3) else body)
        # As most clients send it: pure ASCII, so that even half a character gets through.
        return json.dumps(self._spoiled(body) if self._chance(0.3) else body).encode()

    def _headers(self, asked: tuple[str, str], operation: Schema) -> dict[str, str]:
        headers = {"Content-Type": KINDS[0] if self._chance(0.97) else self._random.choice(KINDS)}
        switch = {"switch": []} in operation.get("security", [])
        key = self._keys[0] if switch else self._random.choice(self._keys)
        if self._chance(0.98):
            headers["Authorization"] = f"Bearer {key}" if self._chance(0.97) else "Bearer x"
        if asked in self._opening and self._chance(0.75):
            headers["Authorization"] = self._opening[asked]
        if self._chance(0.15):
            headers["Idempotency-Key"] = self._random.choice(REQUEST_KEYS)
        return headers

    def _spoiled(self, body: Any) -> Any:
        """The body with one field missing, unknown or senseless."""
        if not isinstance(body, dict) or not body or self._chance(0.1):
            return self._random.choice(JUNK)
        name = self._random.choice(list(body))
        how = self._random.randrange(4)
        if how == 0:
            return {key: value for key, value in body.items() if key != name}
        if how == 1:
            return body | {"stauts": "closed"}
        if how == 2 and isinstance(body[name], dict):
            return body | {name: self._spoiled(body[name])}
        return body | {name: self._random.choice(JUNK)}

    def _perhaps_junk(self, name: str, schema: Schema) -> Any:
        return self._value(name, schema) if self._chance(0.85) else self._random.choice(JUNK)

    def _value(self, name: str, schema: Schema) -> Any:
        """A value that fits the schema, as far as the schema can say so."""
        if "$ref" in schema:
            return self._value(name, self._schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self._value(name, self._random.choice(schema["anyOf"]))
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        if words := self.words.get(name):
            return self._random.choice(words)
        return getattr(self, f"_{schema['type']}")(schema)

    def _object(self, schema: Schema) -> dict[str, Any]:
        needed = schema.get("required", [])
        return {
            name: self._value(name, each)
            for name, each in schema.get("properties", {}).items()
            if name in needed or self._chance(0.4)
        }

    def _string(self, schema: Schema) -> str:
        if schema.get("format") == "date":
            return f"2018-0{self._random.randrange(1, 10)}-1{self._random.randrange(10)}"
        if schema.get("format") == "date-time":
            return f"2018-07-25T12:{self._random.randrange(10, 60)}:00+08:00"
        if "pattern" in schema:
            return "1" * max(1, schema.get("minLength", 0))
        longest = min(schema.get("maxLength", 40), 60)
        shortest = schema.get("minLength", 0)
        return "字" * self._random.randint(shortest, longest)

    def _integer(self, schema: Schema) -> int:
        return self._random.randint(int(schema["minimum"]), min(int(schema["maximum"]), 300))

    def _array(self, _: Schema) -> list[Any]:
        return []

    def _boolean(self, _: Schema) -> bool:
        return self._chance(0.5)

    def _null(self, _: Schema) -> None:
        return None


def _parts(body: Any) -> bytes:
    """As a form sends it: bytes as a file."""
    parts = []
    for name, value in body.items() if isinstance(body, dict) else ():
        file = b'; filename="a.jpg"' if isinstance(value, bytes) else b""
        said = value if isinstance(value, bytes) else _printed(value).encode()
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        parts.append(head + file + b"\r\n\r\n" + said + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _printed(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


def _address(value: Any) -> str:
    return quote(_printed(value), safe="") or "%20"
