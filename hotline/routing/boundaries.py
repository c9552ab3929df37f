"""属地 or 职能: which leads on a matter, by a table of rules (domain.md, section 3)."""

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.places import Where
from hotline.routing.scan import Scanner
from hotline.routing.types import Boundary, Candidate, Directory, Lead, Leader, Reason

COUNTY_RULE = "县（市）的事由县（市）办理（建议）"
PLACE_UNKNOWN = "地点不明，请问清"


class Boundaries:
    """The rows of the table, by their phrases and by department."""

    def __init__(self, directory: Directory) -> None:
        self._by_phrase: dict[str, Boundary] = {}
        self._whole: dict[str, Boundary] = {}
        for row in directory.boundaries:
            for phrase in row.phrases:
                self._by_phrase.setdefault(fold_phrase(phrase), row)
            if not row.phrases:
                self._whole.setdefault(row.department, row)
        self._scanner = Scanner(self._by_phrase)
        self._is_empty = not directory.boundaries

    def lead(
        self, title: Folded, text: Folded, first: Candidate, where: Where
    ) -> tuple[Lead | None, tuple[Reason, ...]]:
        """Who should lead, and what to ask where that hangs on a place nobody has named."""
        if self._is_empty:
            return None, ()
        row = self._row(title, text, first.unit)
        in_county = bool(where.territory) and not where.territory.endswith("区")
        if row and row.lead is Leader.TERRITORY:
            if where.territory:
                return _of_territory(where.territory, row.department, row.basis), ()
            return None, (Reason("rule", PLACE_UNKNOWN),)
        if in_county and not (row and row.lead is Leader.DEPARTMENT):
            return _of_territory(where.territory, first.unit, COUNTY_RULE), ()
        return row and _of_department(row), ()

    def _row(self, title: Folded, text: Folded, department: str) -> Boundary | None:
        """The department's row whose phrase says most; some departments have one for all."""
        if department in self._whole:
            return self._whole[department]
        hits = {hit.phrase for part in (title, text) for hit in self._scanner.hits(part.text)}
        rows = [
            (len(phrase), phrase, row)
            for phrase in hits
            if (row := self._by_phrase[phrase]).department == department
        ]
        return max(rows, key=lambda each: each[:2], default=(0, "", None))[2]


def _of_department(row: Boundary) -> Lead:
    return Lead(row.department, None, f"职能牵头（{row.matter}）", row.basis, row.matter)


def _of_territory(territory: str, department: str, basis: str) -> Lead:
    return Lead(territory, department, f"属地牵头，{department}指导", basis)
