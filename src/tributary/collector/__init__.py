"""Where events come in: Segment's HTTP tracking API, answered once the events are on disk.

Light on purpose: no database, no web framework, no columnar engine is imported here.
"""

from __future__ import annotations

from tributary.collector.app import Collector, Request
from tributary.collector.directory import SourceDirectory, SourceEntry, write_snapshot
from tributary.collector.server import CollectorServer, build_collector, check_port, serve_collector

__all__ = [
    "Collector",
    "CollectorServer",
    "Request",
    "SourceDirectory",
    "SourceEntry",
    "build_collector",
    "check_port",
    "serve_collector",
    "write_snapshot",
]
