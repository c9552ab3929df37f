"""Settings: a wrong one stops the start and says what to write instead."""

import pytest

from hotline.errors import Invalid
from hotline.settings import Settings, load


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("HOTLINE_CHANNEL", "fax", "'maildir' 或 'smtp'"),
        ("HOTLINE_PORT", "abc", "须为整数"),
        ("HOTLINE_PORT", "0", "不能小于 1"),
        ("HOTLINE_REGISTRY_DATE", "yesterday", "须为日期"),
        ("DATABASE_URL", "garbage", "postgresql://"),
        ("DATABASE_URL", "mysql://u:secret@host/name", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:secret@host:port/name", "postgresql://"),
        ("REDIS_URL", "garbage", "redis://"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, remedy: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(Invalid) as refused:
        load()
    assert refused.value.field == variable
    assert variable in refused.value.sentence and remedy in refused.value.sentence
    assert "secret" not in refused.value.sentence


@pytest.mark.parametrize("variable", ["HOTLINE_DATA_DIR", "HOTLINE_PORT", "DATABASE_URL"])
def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch, variable: str):
    # An empty data folder would be the folder one happens to stand in.
    monkeypatch.delenv(variable, raising=False)
    unset = Settings()
    monkeypatch.setenv(variable, "")
    assert Settings() == unset
