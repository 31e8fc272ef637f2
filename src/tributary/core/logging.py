"""Structured logs: one JSON object a line, on standard error, with ids and counts and never personal data.

Log with `logger.info("batch stored", extra={"facts": {"events": 120}})`: the message is a constant, so that lines can
be grouped, and everything that varies is a fact.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line.update(facts)
        if record.exc_info:
            # The stack says where; an exception's own text may quote a customer's data and stays out.
            line["error"] = record.exc_info[0].__name__ if record.exc_info[0] else "unknown"
            line["stack"] = [
                f"{frame.filename.rsplit('tributary/', 1)[-1]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(level: str) -> None:
    """Send the logs of this process to standard error as JSON lines.

    `level` is for our own; of libraries only warnings are shown, because what they say at lower levels quotes
    addresses, URLs and messages.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tributary").setLevel(level.upper())
