"""Reading one person through the API, by identifier, with everything in between: HTTP, token, scope, masking.

Beside it stands the cheapest route of the same server. One connection asks one question after another: this is latency,
not throughput.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from pathlib import Path

from bench.accept import free_port, load
from bench.load import PEOPLE, PERSON
from bench.report import Figure
from tributary.access import create_first_owner
from tributary.app import Application, open_application
from tributary.core.envelope import Envelope, encode_envelope
from tributary.demo.client import Operator
from tributary.settings import AppSettings, CollectorSettings, Settings
from tributary.sources import internal_source_id

SECONDS = 8.0
_BATCH = 500
_OWNER = "owner@example.com"


def measure() -> list[Figure]:
    """Bring in 50,000 people, then read them at random."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            app=AppSettings(port=free_port()),
            collector=CollectorSettings(port=free_port()),
        )
        with closing(open_application(settings)) as application:
            with application.context.store.begin() as session:
                password = create_first_owner(session, _OWNER, application.context.clock)
            _bring_in(application)
            application.start_api()
            with closing(Operator(settings.public_url, _OWNER, password)) as owner:
                token = owner.post("/tokens", {"name": "bench", "scopes": ["profiles:read"]})["token"]
            where = f"/api/v1/profiles/lookup?type=anonymous_id&value=person-{PERSON.decode()}"
            port = settings.app.port
            load(port, _get(where, token, port), 2.0, 1)
            profile = load(port, _get(where, token, port), SECONDS, 1)
            nothing = load(port, _get("/api/v1/system/version", token, port), SECONDS / 2, 1)
    return [
        Figure(
            f"profile read by identifier, {PEOPLE:,} people",
            f"p99 {profile['p99_ms']:.1f} ms, median {profile['p50_ms']:.1f} ms",
            f"cheapest route of the same API: p99 {nothing['p99_ms']:.1f} ms, median {nothing['p50_ms']:.1f} ms",
            "p99 < 10 ms",
            profile["p99_ms"] < 10,
        )
    ]


def _get(path: str, token: str, port: int) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _bring_in(application: Application) -> None:
    """One identify event a person, through the log and the pipeline."""
    context = application.context
    with context.store.begin() as session:
        source_id = internal_source_id(session, 1)
    for start in range(0, PEOPLE, _BATCH):
        events = [
            {
                "type": "identify",
                "messageId": f"m-{number}",
                "anonymousId": f"person-{number:012x}",
                "userId": f"u-{number}",
                "traits": {
                    "email": f"person{number}@example.com", "firstName": "娜", "lastName": "李", "city": "上海",
                    "age": 20 + number % 50, "member_level": "gold", "createdAt": "2026-01-01T00:00:00.000Z",
                },
            }
            for number in range(start, start + _BATCH)
        ]  # fmt: skip
        envelope = Envelope(
            workspace_id=1,
            source_id=source_id,
            received_at_ms=context.clock.now_ms(),
            events=[json.dumps(event).encode() for event in events],
        )
        context.producer.append_sync(encode_envelope(envelope))
    application.pipeline.run_until_idle()
