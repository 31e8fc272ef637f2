"""What browsers need besides the events: cross-origin permission, and the settings that the browser library loads."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tributary.collector.answers import Answer
from tributary.collector.directory import SourceEntry

# Sent by the browser libraries; a browser asks for those that are not "simple". Others are granted if well formed.
_ALLOWED_HEADERS = "authorization, content-type, content-encoding, x-retry-count"
_HEADER_LIST = re.compile(r"^[a-z0-9, -]{1,500}$")
_HOST = re.compile(r"^[A-Za-z0-9.:\[\]_-]{1,255}$")
_PREFLIGHT_SECONDS = "86400"


def with_cors(answer: Answer, origin: str) -> Answer:
    """The answer, readable by the page that asked. Whether its events are taken was decided before: a page that may not
    send must still be able to read the 403, or its library would take it for a network failure and try again."""
    permission = [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "retry-after, x-ratelimit-reset"),  # scripts see no header otherwise
        ("vary", "origin"),
    ]
    return answer._replace(headers=[*answer.headers, *permission])


def preflight(requested_headers: str | None) -> Answer:
    """Permission to send. It does not depend on the source, which a preflight request does not name."""
    allowed = _ALLOWED_HEADERS
    if requested_headers and _HEADER_LIST.match(requested_headers.lower()):
        allowed = requested_headers.lower()
    headers = [
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-headers", allowed),
        ("access-control-max-age", _PREFLIGHT_SECONDS),
    ]
    return Answer(204, headers, b"")


def settings_document(source: SourceEntry, public_url: str) -> dict[str, object]:
    """What `GET /v1/projects/<write key>/settings` answers: send to this collector, and load nothing from elsewhere."""
    parts = urlsplit(public_url)
    host = parts.netloc if _HOST.match(parts.netloc) else ""
    delivery: dict[str, object] = {
        "apiKey": source.write_key,
        "unbundledIntegrations": [],
        "addBundledMetadata": False,
        "maybeBundledConfigIds": {},
        "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
    }
    if host:
        delivery["apiHost"] = f"{host}{parts.path.rstrip('/')}/v1"
        delivery["protocol"] = parts.scheme
    everything: dict[str, object] = {"__default": {"enabled": True, "integrations": {}}}
    return {
        "integrations": {"Segment.io": delivery},
        "plan": {"track": everything, "identify": everything, "group": everything},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
        "autoInstrumentationSettings": {"sampleRate": 0},
    }
