"""Two languages: 简体中文 as written, English by switch, from one catalog."""

from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale, gettext

from hotline.errors import HotlineError

LANGUAGES = {"zh_CN": "中文", "en": "English"}
COOKIE = "language"
# Programs name their language with each request; Chinese is for all that name none of ours.
API, OFFERED = "/api/", ("zh", "zh-CN", "en")


class Catalogs(Domain):
    """Reads the catalogs as they are written, so that no compiled file can be out of date."""

    def get_translations(self) -> Translations:
        locale = str(get_locale())
        if locale not in self.cache:
            self.cache[locale] = read_catalog(locale)
        return self.cache[locale]


def read_catalog(locale: str) -> Translations:
    """The translations into this language; Chinese needs none."""
    file = files("hotline") / "translations" / locale / "messages.po"
    if not file.is_file():
        return Translations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(compiled)


def chosen() -> str:
    """The language the reader chose, or a program asks for; else Chinese."""
    if request.path.startswith(API):
        return "en" if request.accept_languages.best_match(OFFERED) == "en" else "zh_CN"
    language = request.cookies.get(COOKIE, "")
    return language if language in LANGUAGES else "zh_CN"


def said(refused: HotlineError) -> str:
    """The refusal in the reader's language, and so the terms among its values."""
    values = {
        name: gettext(value) if isinstance(value, str) and value else value
        for name, value in refused.values.items()
    }
    return gettext(refused.wording, **values)


def install(app: Flask) -> None:
    babel = Babel(
        app, default_locale="zh_CN", default_timezone="Asia/Shanghai", locale_selector=chosen
    )
    babel.domain_instance = Catalogs()
    app.jinja_env.globals.update(languages=LANGUAGES, language=chosen)
    app.jinja_env.filters["said"] = said
