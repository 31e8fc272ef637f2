"""A log line is one JSON object and holds no text of an exception."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from tributary.core.logging import JsonFormatter, configure_logging


def _line(**extra) -> dict:
    record = logging.getLogger("t").makeRecord(
        "t", logging.ERROR, "f", 1, "batch failed", (), extra.pop("exc", None), extra=extra
    )
    return json.loads(JsonFormatter().format(record))


def test_facts_become_fields():
    assert _line(facts={"events": 3})["events"] == 3


def test_an_error_shows_where_but_not_what_it_quotes():
    try:
        raise ValueError("li.na@example.com is wrong")
    except ValueError:
        line = _line(exc=sys.exc_info())
    assert line["error"] == "ValueError"
    assert line["stack"]
    assert "li.na" not in json.dumps(line)


@pytest.fixture
def restored_logging():
    root, ours = logging.getLogger(), logging.getLogger("tributary")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def test_libraries_only_warn(restored_logging, capsys):
    configure_logging("info")
    logging.getLogger("some.library").info("GET https://example.com/?email=li.na@example.com")
    logging.getLogger("tributary.x").info("batch stored")
    lines = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["batch stored"]
