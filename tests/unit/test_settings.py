"""Settings are read once, frozen, and can be handed to another process."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from tributary.errors import InvalidRequest
from tributary.settings import AppSettings, MailSettings, Settings


def test_the_environment_rebuilds_the_same_settings(monkeypatch, tmp_path):
    original = Settings(data_dir=tmp_path, app=AppSettings(port=1234), mail=MailSettings(password=SecretStr("p w")))
    for name, value in original.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == original


def test_a_nested_variable_is_read(monkeypatch):
    monkeypatch.setenv("TRIBUTARY_COLLECTOR__PORT", "8111")
    assert Settings().collector.port == 8111


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings().data_dir = Path("elsewhere")  # type: ignore[misc]


def test_a_secret_is_not_shown():
    assert "hunter2" not in repr(MailSettings(password=SecretStr("hunter2")))


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("TRIBUTARY_DATA_DIR", "")
    monkeypatch.setenv("TRIBUTARY_COLLECTOR__HOST", "")
    assert Settings() == Settings(data_dir=Path("var/tributary"))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequest, match=r"file/data cannot be made: Not a directory") as caught:
        Settings(data_dir=tmp_path / "file" / "data").make_data_dir()
    assert "TRIBUTARY_DATA_DIR" in str(caught.value.cure)


def test_a_new_data_folder_is_its_owners_alone(tmp_path):
    Settings(data_dir=tmp_path / "new" / "data").make_data_dir()
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("", "/"),
        ("https://cdp.example.com", "/"),
        ("https://cdp.example.com/", "/"),
        ("https://example.com/cdp", "/cdp/"),
        ("https://example.com/a/b-c/", "/a/b-c/"),
        ("http://example.com:8080/tools", "/tools/"),
        ("https://example.com/apis", "/apis/"),
    ],
)
def test_the_path_of_the_public_address_is_where_everything_is(url, base):
    assert Settings(app={"public_url": url}).base_path == base


@pytest.mark.parametrize(
    "url",
    [
        "example.com", "/cdp", "ftp://example.com", "https://example.com/?x=1", "https://example.com/#x",
        "https://example.com/api", "https://example.com/t/x", "https://example.com/assets/", "https://example.com/a b",
        'https://example.com/"><script>', "https://example.com/a//b",
    ],
)  # fmt: skip
def test_a_public_address_that_cannot_work_is_refused(url):
    with pytest.raises(ValidationError, match="public_url"):
        Settings(app={"public_url": url})
