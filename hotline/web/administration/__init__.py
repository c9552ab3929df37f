"""Administration: people, keys, reference data, and who looked at what."""

from flask import Blueprint, render_template

from hotline.people import keys, users
from hotline.people.rights import STAFF
from hotline.registry import versions
from hotline.web.administration import (
    files,
    importing,
    learning,
    looks,
    people,
    programs,
    proposals,
)
from hotline.web.administration.words import FILES
from hotline.web.current import city, current

administration = Blueprint("administration", __name__, url_prefix="/administration")
for part in (people, programs, files, importing, learning, proposals, looks):
    part.add_routes(administration)


@administration.get("/")
def overview() -> str:
    with current().database.read() as session:
        tables = versions.load(session)
        everyone, programs_keys = users.everyone(session), keys.everyone(session)
    people_here = [user for user in everyone if not user.disabled_at]
    programs_here = [key for key in programs_keys if not key.revoked_at]
    manned = {each.unit for each in (*people_here, *programs_here)}
    return render_template(
        "administration/overview.html",
        counts={file: len(tables[file].rows) for file in FILES},
        files=FILES,
        users=people_here,
        keys=programs_here,
        # What a city just installed still needs before anybody can work.
        lacking=[role for role in STAFF if role not in {user.role for user in people_here}],
        unmanned=sum(unit.name not in manned for unit in city().directory.units),
    )
