"""`Collector`: Segment's HTTP tracking API on top of the event log, independent of the web server in front.

One answer has one meaning. 200: the events are on disk (or, for a pixel, an image must be answered whatever happened).
400: this request can never be accepted, do not send it again. 401: no such write key. 403: the source is switched off,
or does not allow this web site. 429 and 503: nothing was kept, send it again after `Retry-After`.
"""

from __future__ import annotations

import base64
import logging
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs

from tributary.collector import answers
from tributary.collector.answers import Answer
from tributary.collector.appender import Appender
from tributary.collector.body import Limits, Parsed, parse_batch, parse_single, too_large, unpack
from tributary.collector.browser import preflight, settings_document, with_cors
from tributary.collector.directory import SourceDirectory, SourceEntry
from tributary.core.clock import Clock
from tributary.core.envelope import Envelope, encode_envelope
from tributary.errors import Forbidden, InvalidRequest, TributaryError, Unauthenticated
from tributary.settings import CollectorSettings

logger = logging.getLogger(__name__)

_TYPES = ("identify", "track", "page", "screen", "group", "alias")
_BATCH = "batch"
_METRICS = "metrics"
_POST_PATHS: dict[str, str] = {
    **{f"/v1/{name}": name for name in (*_TYPES, _BATCH)},
    **{f"/v1/{name[0]}": name for name in (*_TYPES, _BATCH)},
    "/v1/m": _METRICS,  # the browser library's own measurements: accepted and dropped
}
_SETTINGS_PATH = re.compile(r"^/v1/projects/([^/]{1,200})/settings$")
_PIXEL_PATH = re.compile(r"^/v1/pixel/([a-z]{1,10})$")
_MAX_USER_AGENT = 1024
_LEAST_FREE_BYTES = 64 * 1024**2  # below this the collector says that it is not ready, before writes start to fail


class Header(Protocol):
    """Looks up a header by its lower-case name."""

    def __call__(self, name: str, /) -> str | None: ...


class Body(Protocol):
    """Reads the body, at most `limit` bytes of it; raises `InvalidRequest` if there is more."""

    async def __call__(self, limit: int, /) -> bytes: ...


class Request(NamedTuple):
    """What the collector needs of an HTTP request. `peer` is the address of the other end, without its port."""

    method: str
    path: str
    query: str
    scheme: str
    peer: str
    header: Header
    body: Body


class Collector:
    """Answers requests. One instance per process, used from one event loop."""

    def __init__(
        self,
        settings: CollectorSettings,
        directory: SourceDirectory,
        appender: Appender,
        clock: Clock,
        *,
        data_dir: Path,
    ) -> None:
        self._settings = settings
        self._limits = Limits(
            settings.max_event_bytes, settings.max_batch_bytes, settings.max_depth, settings.max_batch_events
        )
        self._directory = directory
        self._appender = appender
        self._clock = clock
        self._data_dir = data_dir
        self.counts: Counter[str] = Counter()

    async def handle(self, request: Request) -> Answer:
        """The answer to any request; never raises."""
        origin = request.header("origin")
        kind = _POST_PATHS.get(request.path) if request.method == "POST" else None
        try:
            answer = await (self._other(request) if kind is None else self._collect(request, kind, origin))
        except TributaryError as error:
            self.counts[f"refused.{error.code}"] += 1
            answer = answers.failure(error)
        except Exception as error:
            self.counts["refused.internal_error"] += 1
            logger.exception("request to %s failed", request.path if kind else "an unknown path")
            answer = answers.problem(503, "internal_error", f"Unexpected {type(error).__name__}; please report it.")
            answer.headers.append(("retry-after", "5"))
        return answer if origin is None else with_cors(answer, origin)

    async def open(self) -> None:
        """Open the event log now rather than with the first request. A failure is answered there, and tried again."""
        await self._appender.ensure_open()

    async def close(self) -> None:
        """Finish what is being written."""
        await self._appender.close()

    # -- events ------------------------------------------------------------------------------------------------------

    async def _collect(self, request: Request, kind: str, origin: str | None) -> Answer:
        received_at_ms = self._clock.now_ms()
        source = self._authenticate(request.header("authorization"))
        data = await request.body(self._limits.body_bytes)
        if kind == _METRICS:
            return answers.ACCEPTED
        data = unpack(data, request.header("content-encoding"), self._limits.body_bytes)
        parsed = parse_batch(data, self._limits) if kind == _BATCH else parse_single(data, self._limits)
        if source is None:
            source = self._source(parsed.write_key)
        _check_use(source, origin)
        await self._append(parsed, kind, source, request, received_at_ms)
        return answers.ACCEPTED

    async def _append(
        self, parsed: Parsed, kind: str, source: SourceEntry, request: Request, received_at_ms: int
    ) -> None:
        if not parsed.events:
            return
        user_agent = request.header("user-agent")
        envelope = Envelope(
            workspace_id=source.workspace_id,
            source_id=source.id,
            received_at_ms=received_at_ms,
            events=parsed.events,
            type=None if kind == _BATCH else kind,
            sent_at=parsed.sent_at,
            context=parsed.context,
            ip=self._client_address(request),
            user_agent=None if user_agent is None else user_agent[:_MAX_USER_AGENT],
            reasons=parsed.reasons,
        )
        await self._appender.append(encode_envelope(envelope))
        self.counts["accepted.requests"] += 1
        self.counts["accepted.events"] += len(parsed.events)
        if parsed.reasons:
            self.counts["accepted.unusable_events"] += len(parsed.reasons)

    def _authenticate(self, authorization: str | None) -> SourceEntry | None:
        """The source that the header names; None if it names none and the body has to.

        `Basic` carries the write key as the user name, with or without the colon. `Bearer` proves something to an
        authorization server that is none of our business; the write key is in the body then.
        """
        if authorization is None:
            return None
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user = base64.b64decode(credentials.strip()).decode()
        except ValueError:  # not base64, not even ASCII, or not UTF-8 inside
            raise Unauthenticated("The Authorization header is not valid Basic authentication.") from None
        write_key = user.partition(":")[0]
        return self._source(write_key) if write_key else None

    def _source(self, write_key: str | None) -> SourceEntry:
        if not write_key:
            raise Unauthenticated(
                "No write key came with the request.", cure="Send it by Basic authentication or as `writeKey`."
            )
        source = self._directory.find(write_key)
        if source is None:
            raise Unauthenticated(
                "The write key is not known.", cure="Copy it from the source: `tributary source list` shows it."
            )
        return source

    def _client_address(self, request: Request) -> str:
        """The client's address: of the peer, or what the outermost trusted proxy saw."""
        hops = self._settings.proxy_hops
        if hops:
            forwarded = request.header("x-forwarded-for")
            addresses = [part.strip() for part in forwarded.split(",")] if forwarded else []
            if len(addresses) >= hops:
                return addresses[-hops][:64]
        return request.peer

    # -- everything else ---------------------------------------------------------------------------------------------

    async def _other(self, request: Request) -> Answer:
        if request.method == "OPTIONS":
            return preflight(request.header("access-control-request-headers"))
        is_get = request.method in ("GET", "HEAD")
        if is_get and request.path == "/health":
            return answers.json_answer(200, {"status": "live"})
        if is_get and request.path == "/ready":
            return await self._ready()
        if is_get and (match := _SETTINGS_PATH.match(request.path)):
            source = self._directory.find(match[1])
            if source is None:
                return answers.problem(404, "not_found", "The write key is not known.")
            return answers.json_answer(200, settings_document(source, self._public_url(request)))
        if is_get and (match := _PIXEL_PATH.match(request.path)):
            await self._pixel(request, match[1])
            return answers.PIXEL
        if request.path in _POST_PATHS or request.path in ("/health", "/ready"):
            return answers.problem(405, "method_not_allowed", f"{request.method} is not answered here.")
        return answers.problem(404, "not_found", "There is nothing at this address.")

    async def _pixel(self, request: Request, kind: str) -> None:
        """An event as a picture's address. A picture is answered in any case, so what goes wrong is only counted."""
        try:
            if kind not in _TYPES:
                raise InvalidRequest("There is no such event type.")
            text = parse_qs(request.query).get("data", [""])[0].replace(" ", "+").replace("-", "+").replace("_", "/")
            try:
                data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            except ValueError:  # of letters beyond ASCII, too
                raise InvalidRequest("The data is not base64.") from None
            if len(data) > self._limits.event_bytes:
                raise too_large(self._limits.event_bytes)
            parsed = parse_single(data, self._limits)
            source = self._source(parsed.write_key)
            _check_use(source, None)
            await self._append(parsed, kind, source, request, self._clock.now_ms())
        except TributaryError as error:
            self.counts[f"pixel_lost.{error.code}"] += 1

    def _public_url(self, request: Request) -> str:
        """Where the client reaches this collector: as set, else as it asked."""
        if self._settings.public_url:
            return self._settings.public_url.rstrip("/")
        return f"{request.scheme}://{request.header('host') or f'{self._settings.host}:{self._settings.port}'}"

    async def _ready(self) -> Answer:
        await self._appender.ensure_open()
        status = self._appender.status()
        now_ms = self._clock.now_ms()
        last_ms = None if status is None else status.last_append_ms
        free = shutil.disk_usage(self._data_dir).free if self._data_dir.exists() else None
        problems = []
        if self._appender.problem is not None:
            problems.append(f"event log: {self._appender.problem}")
        if self._directory.count is None:
            problems.append("sources: no list was written yet")
        if free is not None and free < _LEAST_FREE_BYTES:
            problems.append("disk: nearly full")
        content = {
            "status": "not_ready" if problems else "ready",
            "problems": problems,
            "log": {
                "partition": None if status is None else status.partition,
                "waiting": 0 if status is None else status.waiting,
                "last_append_ago_ms": None if last_ms is None else max(0, now_ms - last_ms),
            },
            "disk_free_bytes": free,
            "sources": self._directory.count,
            "counts": dict(self.counts),
        }
        return answers.json_answer(503 if problems else 200, content)


def _check_use(source: SourceEntry, origin: str | None) -> None:
    if not source.is_enabled:
        raise Forbidden("The source is switched off.", cure="Switch it on in its settings.")
    if origin is not None and source.allowed_origins and origin not in source.allowed_origins:
        raise Forbidden(
            "The source does not take events from this web site.", cure="Add the site to the source's allowed origins."
        )
