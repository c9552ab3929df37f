"""A switch to try things with: one call, told to line and web as a real switch would tell it."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hotline import clock
from hotline.errors import HotlineError, Unavailable
from hotline.settings import Settings
from hotline.telephony.dialplan import CallAction
from hotline.telephony.words import ACTIONS, EVENTS, CallEventKind, SeatState
from hotline.web.line.calls import password_of

# Seconds: the phone rings before it is answered; a caller waits for a free seat; a request lasts.
RINGING, PATIENCE, ANSWER_WITHIN = 1.0, 30.0, 10.0
# Any address means this machine when it is us who ask.
OWN = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}
REMEDIES = {
    "line": "来电接口没有应答（{url}），请先用 make run 启动，或核对 HOTLINE_LINE_PORT。",
    "web": "网页接口没有应答（{url}），请先用 make run 启动，或核对 HOTLINE_PORT。",
}


class SwitchRefused(HotlineError):
    code, status = "switch-refused", 502


@dataclass
class Switch:
    """Speaks to both processes with the secret of the data folder."""

    settings: Settings
    opener: urllib.request.OpenerDirector = field(
        # This machine is never behind a proxy.
        default_factory=lambda: urllib.request.build_opener(urllib.request.ProxyHandler({}))
    )

    def ask(self, who: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of `line` or `web`; its refusal is ours."""
        port = self.settings.line_port if who == "line" else self.settings.port
        url = f"http://{_host(self.settings.host)}:{port}{path}"
        headers = {
            "Authorization": f"Bearer {password_of(self.settings)}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers)
        try:
            with self.opener.open(request, timeout=ANSWER_WITHIN) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SwitchRefused(_sentence(error)) from error
        except OSError as error:
            raise Unavailable(REMEDIES[who].format(url=url)) from error

    def free_extension(self) -> str:
        """The first seat a call may be offered to; blank when there is none."""
        for seat in self.ask("web", "/api/v1/calls/seats")["seats"]:
            if seat["state"] == SeatState.FREE:
                return seat["extension"]
        return ""


@dataclass
class Call:
    """One call on its way; each step is a sentence."""

    switch: Switch
    number: str
    dialled: str
    id: str = field(default_factory=lambda: f"sim-{secrets.token_hex(6)}")

    def run(self, *, extension: str, talk: float, abandon: bool) -> Iterator[str]:
        yield f"来电 {self.number or '（号码隐藏）'} 拨打 {self.dialled}，编号 {self.id}"
        asked = {"call_id": self.id, "caller": self.number, "dialled": self.dialled}
        given = self.switch.ask("line", "/calls", asked)
        action = CallAction(given["action"])
        yield f"答复：{ACTIONS[action]} {given['to']}"
        if action is CallAction.PASS_THROUGH:
            yield f"应急线路 {given['to']} 由交换机立即接通，不排队，不经平台。"
        elif action is CallAction.TRANSFER:
            yield from self._handed_over(given["to"], talk)
        else:
            yield from self._at_the_desk(extension, talk, abandon)

    def _handed_over(self, to: str, talk: float) -> Iterator[str]:
        yield self._tell(CallEventKind.TRANSFERRED, to=to)
        time.sleep(talk)
        yield self._tell(CallEventKind.ENDED)

    def _at_the_desk(self, extension: str, talk: float, abandon: bool) -> Iterator[str]:
        known = {"caller": self.number, "dialled": self.dialled}
        yield self._tell(CallEventKind.QUEUED, **known)
        extension = extension or self._free_extension(0 if abandon else PATIENCE)
        if extension:
            yield self._tell(CallEventKind.OFFERED, extension=extension, **known)
            time.sleep(RINGING)
        else:
            yield "没有空闲的坐席（请坐席先在页面上签入分机），来电人挂断。"
        if abandon or not extension:
            yield self._tell(CallEventKind.ABANDONED)
            return
        yield self._tell(CallEventKind.ANSWERED, extension=extension)
        time.sleep(talk)
        yield self._tell(CallEventKind.ENDED, extension=extension)
        yield self._tell(CallEventKind.RECORDED, recording=f"{self.id}.wav")

    def _free_extension(self, patience: float) -> str:
        until = time.monotonic() + patience
        while not (found := self.switch.free_extension()) and time.monotonic() < until:
            time.sleep(1.0)
        return found

    def _tell(self, kind: CallEventKind, **more: str) -> str:
        body = {"kind": kind, "at": clock.now().isoformat()} | more
        self.switch.ask("web", f"/api/v1/calls/{self.id}/events", body)
        where = more.get("extension") or more.get("to") or more.get("recording") or ""
        return f"{EVENTS[kind]} {where}".rstrip()


def _host(host: str) -> str:
    return OWN.get(host) or (f"[{host}]" if ":" in host else host)


def _sentence(error: urllib.error.HTTPError) -> str:
    """What the process said, and what to look at when it does not know our secret."""
    try:
        said = json.load(error)["title"]
    except (ValueError, KeyError, TypeError):
        said = f"应答为 HTTP {error.code}。"
    hint = "正在运行的进程用的可能是另一个数据目录，请核对 HOTLINE_DATA_DIR。"
    return f"{said}{hint}" if error.code == 401 else said
