"""What the forms of the dispatcher's desk send."""

from hotline.web.bodies import ApproveBody
from hotline.web.fields import Body, NeededWord, Word, line


class ApproveForm(Body):
    answers_matter: bool
    contact_proved: bool

    def checks(self) -> ApproveBody:
        return ApproveBody(**dict(self))


class UnitForm(Body):
    """A unit picked from those offered, or written out; what is written counts."""

    unit: Word = ""
    other: Word = ""
    guide: Word = ""

    @property
    def chosen(self) -> str:
        return self.other or self.unit


class RuleForm(UnitForm):
    granted: bool | None = None
    basis: line(2000) = ""


class GuidanceForm(Body):
    """Without a sentence of one's own, the one of the directory is said."""

    code: NeededWord
    sentence: line(2000) = ""
