"""What the forms of the administration pages send."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from hotline.people.rights import Role
from hotline.tickets.words import Channel
from hotline.web.fields import LAST_CURSOR, Body, NeededWord, Word, line


class UserChangeForm(Body):
    title: Word = ""
    role: Role
    unit: Word = ""


class UserForm(UserChangeForm):
    name: NeededWord


OptionalChannel = Annotated[Channel | None, BeforeValidator(lambda typed: typed or None)]


class KeyForm(Body):
    holder: NeededWord
    role: Role
    unit: Word = ""
    channel: OptionalChannel = None


class ModelForm(Body):
    """The number of a learned model; 0 leaves the directory alone to speak."""

    model: int = Field(ge=0, le=LAST_CURSOR)


class AutoForm(Body):
    """Whether a unit's requests go as suggested; `sure` where little was proved."""

    unit: NeededWord
    on: bool
    sure: bool = False


class PhraseForm(Body):
    """A proposed phrase of a unit."""

    unit: NeededWord
    phrase: NeededWord


class ProposalForm(PhraseForm):
    """And the duty that shall have it."""

    duty: line(200, 1)


class LooksForm(Body):
    """From where on looks are shown: the id of the last row of the page before."""

    before: int | None = Field(None, ge=1, le=LAST_CURSOR)
