"""What the forms of several kinds of pages send."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hotline.registry.article_lists import Pile as ArticlePile
from hotline.web.fields import LAST_CURSOR, Body, NearDay, NeededWord, Word, line


class SignInForm(Body):
    name: NeededWord
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PasswordForm(Body):
    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    again: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RestoreForm(Body):
    version: int = Field(ge=1, le=LAST_CURSOR)


class KnowledgeForm(Body):
    """What is looked for in the knowledge base, or which pile of it is shown."""

    q: line(200) = ""
    pile: ArticlePile | None = None
    unit: Word = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)


class DayForm(Body):
    day: NearDay | None = None


class AfterForm(Body):
    """From where on a list is shown: the id of the last row of the page before."""

    after: int = Field(0, ge=0, le=LAST_CURSOR)
