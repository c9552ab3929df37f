"""What the forms of the knowledge base send."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from hotline.web.fields import LAST_CURSOR, Body, NeededWord, Word, line
from hotline.web.page_forms import RestoreForm

OptionalDay = Annotated[date | None, BeforeValidator(lambda typed: typed or None)]


class ArticleForm(Body):
    """An article as its author writes it; `seen` is the newest version that was shown."""

    question: line(200, 1)
    look_alikes: line(4000) = ""
    answer: line(4000, 1)
    basis: line(200, 1)
    unit: NeededWord
    territory: Word = ""
    valid_from: OptionalDay = None
    valid_to: OptionalDay = None
    owner: Word = ""
    review_on: OptionalDay = None
    note: line(200) = ""
    seen: int = Field(0, ge=0, le=LAST_CURSOR)

    @field_validator("look_alikes")
    @classmethod
    def _few_and_short(cls, typed: str) -> str:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        if len(lines) > 50 or any(len(line) > 200 for line in lines):
            raise ValueError("相似问法最多 50 行，每行最多 200 字")
        return "\n".join(dict.fromkeys(lines))


class WhyForm(Body):
    why: line(200, 1)


class SendBackForm(RestoreForm, WhyForm):
    pass
