"""Administration: people, keys, reference data, and who looked at what."""

from flask import Blueprint, render_template

from hotline.people import keys, users
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
from hotline.web.current import current

administration = Blueprint("administration", __name__, url_prefix="/administration")
for part in (people, programs, files, importing, learning, proposals, looks):
    part.add_routes(administration)


@administration.get("/")
def overview() -> str:
    with current().database.read() as session:
        tables = versions.load(session)
        everyone, programs_keys = users.everyone(session), keys.everyone(session)
    return render_template(
        "administration/overview.html",
        counts={file: len(tables[file].rows) for file in FILES},
        files=FILES,
        users=[user for user in everyone if not user.disabled_at],
        keys=[key for key in programs_keys if not key.revoked_at],
    )
