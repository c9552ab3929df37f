"""What axe has to say about a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def assert_accessible(page: Page) -> None:
    """axe finds nothing serious or critical on the page as it stands."""
    found = Axe().run(page).response["violations"]
    grave = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in rule["nodes"])
        for rule in found
        if rule["impact"] in GRAVE
    ]
    assert not grave, f"{page.url}\n" + "\n".join(grave)
