"""Refusals with a name: each carries a code for programs and a sentence for people."""

from typing import Any


class HotlineError(Exception):
    """A refusal: `code` for programs, `status` for HTTP, `sentence` in Chinese with the remedy.

    `wording` is the sentence with `%(name)s` where one of the `values` goes: what a catalog knows.
    """

    code = "error"
    status = 500
    sentence = "系统出错，内容未改动，请稍后再试。"

    def __init__(self, wording: str = "", *, field: str = "", **values: Any) -> None:
        self.wording, self.values = wording or self.sentence, values
        self.sentence = self.wording % values if values else self.wording
        self.field = field
        super().__init__(self.sentence)


class Invalid(HotlineError):
    code, status, sentence = "invalid", 422, "填写的内容有误，请按提示修改后重试。"


class NotFound(HotlineError):
    code, status, sentence = "not-found", 404, "没有找到，请核对编号。"


class NotAllowed(HotlineError):
    code, status, sentence = "not-allowed", 403, "您没有办理这一步的权限。"


class SignInRefused(HotlineError):
    """One sentence for a wrong name and a wrong password, so that names cannot be guessed."""

    code, status, sentence = "sign-in-refused", 401, "登录名或口令不对，请核对后重试。"


class NotSignedIn(HotlineError):
    code, status, sentence = "not-signed-in", 401, "请提供有效的接口密钥或登录。"


class PasswordStale(HotlineError):
    """Signed in with a password that somebody else has seen: it must be changed first."""

    code, status, sentence = "password-stale", 403, "请先把初始口令改成自己的口令。"


class StepRefused(HotlineError):
    code, status, sentence = "step-refused", 409, "工单当前状态不能办理这一步。"


class KeyReused(HotlineError):
    code, status = "idempotency-key-reused", 422
    sentence = "同一个 Idempotency-Key 已用于另一份内容，请换一个。"


class Unavailable(HotlineError):
    """A part we lean on is away; nothing was changed and the same call may be made again."""

    code, status = "unavailable", 503
    sentence = "系统暂时繁忙，内容未改动，请稍后重试。"


class BadData(HotlineError):
    """A reference file is wrong; stops the start with file, line, column and what was expected."""

    code, status = "bad-data", 500

    def __init__(self, file: str, line: int, column: str, expected: str) -> None:
        self.file, self.line, self.column, self.expected = file, line, column, expected
        super().__init__(
            "%(file)s 第 %(line)s 行 %(column)s 列：应为%(expected)s。",
            file=file, line=line, column=column, expected=expected,
        )  # fmt: skip
