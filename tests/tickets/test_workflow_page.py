"""docs/workflow.md is what the tables say."""

from pathlib import Path

from hotline.tickets.drawing import draw


def test_the_workflow_page_is_fresh():
    page = Path(__file__).parents[2] / "docs" / "workflow.md"
    assert page.read_text() == draw(), "run: hotline workflow > docs/workflow.md"
