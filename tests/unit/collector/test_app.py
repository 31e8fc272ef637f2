"""The collector's answers, without a web server in front."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.simulated_fs import SimulatedFileSystem
from tributary.collector import Collector, Request, SourceDirectory, SourceEntry, write_snapshot
from tributary.collector.answers import Answer
from tributary.collector.appender import Appender
from tributary.core.clock import ManualClock
from tributary.core.envelope import EVENTS_TOPIC, Envelope, decode_envelope
from tributary.settings import CollectorSettings, StreamSettings
from tributary.stream.embedded import EmbeddedLog

EVENT = b'{"type":"track","event":"Clicked","userId":"u1","messageId":"m1"}'


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(user.encode()).decode()


class Site:
    """A collector on a simulated disk, and its clients."""

    def __init__(self, tmp_path: Path, **settings: object) -> None:
        self.clock = ManualClock()
        self.fs = SimulatedFileSystem()
        self.snapshot = tmp_path / "collector" / "sources.json"
        self.log = EmbeddedLog(Path("/log"), StreamSettings(), self.clock, self.fs)
        self.collector = Collector(
            CollectorSettings(**settings),  # type: ignore[arg-type]
            SourceDirectory(self.snapshot, self.clock),
            Appender(self.log, self.clock, max_waiting=100),
            self.clock,
            data_dir=tmp_path,
        )

    def write_sources(self, *changes: dict[str, object]) -> None:
        entries = [
            SourceEntry(**{"id": "src_1", "workspace_id": 3, "write_key": "key", "name": "Shop", "kind": "web", **c})
            for c in changes
        ]
        write_snapshot(self.snapshot, entries)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, query: str = ""
    ) -> Answer:
        async def read(_limit: int) -> bytes:
            return body

        lookup = {"host": "collect.example:8100", **(headers or {})}
        request = Request(method, path, query, "https", "203.0.113.9", lookup.get, read)
        return asyncio.run(self.collector.handle(request))

    def post(self, path: str, body: bytes, key: str | None = "key", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, body, {"authorization": basic(f"{key}:"), **named} if key else named)

    def envelopes(self) -> list[Envelope]:
        consumer = self.log.consumer(EVENTS_TOPIC, "test")
        records = consumer.poll(max_records=1000, max_bytes=10**8, timeout=0)
        consumer.close()
        return [decode_envelope(record.payload) for record in records]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    made.write_sources({})
    yield made
    made.log.close()


def _no_descriptors(_path: Path) -> bytes:
    raise OSError(errno.EMFILE, "Too many open files")


def message(answer: Answer) -> dict:
    return json.loads(answer.body)


class TestPaths:
    @pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
    def test_each_type_has_a_long_and_a_short_path(self, site: Site, kind: str) -> None:
        for path in (f"/v1/{kind}", f"/v1/{kind[0]}"):
            assert site.post(path, EVENT) == (200, [("content-type", "application/json")], b'{"success":true}')
        assert [envelope.type for envelope in site.envelopes()] == [kind, kind]

    @pytest.mark.parametrize("path", ["/v1/batch", "/v1/b"])
    def test_a_batch_becomes_one_record(self, site: Site, path: str) -> None:
        body = b'{"sentAt":"2026-01-01T00:00:00Z","context":{"a":1},"batch":[' + EVENT + b"," + EVENT + b"]}"
        assert site.post(path, body, user_agent="UA").status == 200
        (envelope,) = site.envelopes()
        assert envelope == Envelope(
            workspace_id=3,
            source_id="src_1",
            received_at_ms=site.clock.now_ms(),
            events=[EVENT, EVENT],
            type=None,
            sent_at="2026-01-01T00:00:00Z",
            context=b'{"a":1}',
            ip="203.0.113.9",
            user_agent="UA",
        )

    def test_the_librarys_own_metrics_are_dropped(self, site: Site) -> None:
        assert site.post("/v1/m", b'{"series":[]}', key=None).status == 200
        assert site.envelopes() == []

    def test_bad_events_are_kept_with_their_reason(self, site: Site) -> None:
        assert site.post("/v1/batch", b'{"batch":[' + EVENT + b",5]}").status == 200
        (envelope,) = site.envelopes()
        assert (envelope.events, envelope.reasons) == ([EVENT, b"5"], {1: "not_an_object"})

    @pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/track", 405), ("POST", "/v1/nope", 404)])
    def test_other_addresses_are_refused(self, site: Site, method: str, path: str, status: int) -> None:
        assert site.ask(method, path).status == status

    def test_bad_json_is_refused_with_code_and_message(self, site: Site) -> None:
        answer = site.post("/v1/track", b"{")
        assert answer.status == 400
        assert message(answer)["code"] == "invalid_request"
        assert "not valid JSON" in message(answer)["message"]


class TestWriteKey:
    @pytest.mark.parametrize("authorization", [basic("key:"), basic("key"), basic("key:ignored"), "basic a2V5Og=="])
    def test_basic_authentication_names_the_source(self, site: Site, authorization: str) -> None:
        assert site.ask("POST", "/v1/track", EVENT, {"authorization": authorization}).status == 200

    @pytest.mark.parametrize("authorization", [None, "Bearer token", basic(":")])
    def test_the_body_names_it_otherwise(self, site: Site, authorization: str | None) -> None:
        headers = {} if authorization is None else {"authorization": authorization}
        for path, body in (("/v1/track", b'{"writeKey":"key"}'), ("/v1/b", b'{"writeKey":"key","batch":[{}]}')):
            assert site.ask("POST", path, body, headers).status == 200
        assert len(site.envelopes()) == 2

    @pytest.mark.parametrize("authorization", [None, basic("wrong:"), "Basic %%%", "Basic /w==", "Basic é", "Bearer t"])
    def test_no_or_a_wrong_key_is_401_and_nothing_is_kept(self, site: Site, authorization: str | None) -> None:
        headers = {} if authorization is None else {"authorization": authorization}
        answer = site.ask("POST", "/v1/track", EVENT, headers)
        assert (answer.status, message(answer)["code"]) == (401, "unauthenticated")
        assert site.envelopes() == []

    def test_a_new_source_works_from_its_first_event_on(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT, key="new").status == 401
        site.write_sources({}, {"id": "src_2", "write_key": "new"})
        assert site.post("/v1/track", EVENT, key="new").status == 200

    def test_a_removed_source_is_refused_within_a_second(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        site.write_sources()
        site.clock.advance(1)
        assert site.post("/v1/track", EVENT).status == 401

    def test_before_the_sources_are_known_clients_are_told_to_come_back(self, site: Site) -> None:
        site.snapshot.unlink()
        answer = site.post("/v1/track", EVENT)
        assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "5")

    def test_a_broken_list_of_sources_leaves_the_last_good_one(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        site.snapshot.write_text("{")
        site.clock.advance(2)
        assert site.post("/v1/track", EVENT).status == 200

    def test_a_list_of_sources_that_could_not_be_read_once_is_read_the_next_time(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        site.write_sources({}, {"id": "src_2", "write_key": "new"})
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", _no_descriptors)
            assert site.post("/v1/track", EVENT, key="new").status == 401
        assert site.post("/v1/track", EVENT, key="new").status == 200

    def test_a_source_that_is_switched_off_is_403(self, site: Site) -> None:
        site.write_sources({"is_enabled": False})
        assert site.post("/v1/track", EVENT).status == 403
        assert site.envelopes() == []


class TestBrowsers:
    def test_every_answer_can_be_read_by_the_page(self, site: Site) -> None:
        for key, status in (("key", 200), ("wrong", 401)):
            answer = site.post("/v1/track", EVENT, key=key, origin="https://shop.example")
            assert answer.status == status
            assert dict(answer.headers)["access-control-allow-origin"] == "https://shop.example"
            assert dict(answer.headers)["vary"] == "origin"

    def test_preflight_permits_what_the_library_sends(self, site: Site) -> None:
        headers = {
            "origin": "https://shop.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,x-retry-count",
        }
        answer = site.ask("OPTIONS", "/v1/t", headers=headers)
        assert answer.status == 204
        assert dict(answer.headers)["access-control-allow-headers"] == "authorization,content-type,x-retry-count"
        assert "POST" in dict(answer.headers)["access-control-allow-methods"]

    def test_headers_are_not_echoed_unseen(self, site: Site) -> None:
        answer = site.ask("OPTIONS", "/v1/t", headers={"access-control-request-headers": "a\r\nset-cookie: x"})
        assert "cookie" not in dict(answer.headers)["access-control-allow-headers"]

    def test_only_the_sources_sites_may_send(self, site: Site) -> None:
        site.write_sources({"allowed_origins": ["https://shop.example"]})
        assert site.post("/v1/track", EVENT, origin="https://shop.example").status == 200
        assert site.post("/v1/track", EVENT, origin="https://evil.example").status == 403
        assert site.post("/v1/track", EVENT).status == 200
        assert len(site.envelopes()) == 2

    def test_settings_point_back_to_this_collector(self, site: Site) -> None:
        answer = site.ask("GET", "/v1/projects/key/settings")
        integration = message(answer)["integrations"]["Segment.io"]
        assert integration["apiHost"] == "collect.example:8100/v1"
        assert (integration["protocol"], integration["apiKey"]) == ("https", "key")
        assert message(answer)["remotePlugins"] == []
        assert site.ask("GET", "/v1/projects/wrong/settings").status == 404

    def test_settings_use_the_public_address_if_there_is_one(self, tmp_path: Path) -> None:
        site = Site(tmp_path, public_url="https://data.example/in/")
        site.write_sources({})
        integration = message(site.ask("GET", "/v1/projects/key/settings"))["integrations"]["Segment.io"]
        assert (integration["apiHost"], integration["protocol"]) == ("data.example/in/v1", "https")

    def test_a_forged_host_is_not_repeated(self, site: Site) -> None:
        answer = site.ask("GET", "/v1/projects/key/settings", headers={"host": 'x"><script>'})
        assert "apiHost" not in message(answer)["integrations"]["Segment.io"]


class TestPixel:
    def ask(self, site: Site, kind: str, data: bytes | str) -> Answer:
        text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
        return site.ask("GET", f"/v1/pixel/{kind}", query=f"data={text}")

    @pytest.mark.parametrize("event", [b'{"writeKey":"key","event":"x"}', b'{"writeKey":"key","event":"\xc3\xbf>>??"}'])
    def test_an_event_in_an_address_is_stored(self, site: Site, event: bytes) -> None:
        standard = base64.b64encode(event).decode()
        for text in (standard, standard.rstrip("="), base64.urlsafe_b64encode(event).decode()):
            answer = self.ask(site, "track", text)
            assert answer.status == 200
            assert answer.body.startswith(b"GIF89a")
        assert [envelope.events for envelope in site.envelopes()] == [[event]] * 3

    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("track", b"{"),
            ("track", b'{"writeKey":"wrong"}'),
            ("track", "%%%"),
            ("track", "%C3%A9"),
            ("nope", b'{"writeKey":"key"}'),
            ("track", b'{"writeKey":"key","x":"' + b"y" * 40_000 + b'"}'),
        ],
    )
    def test_a_picture_comes_in_any_case_and_the_loss_is_counted(self, site: Site, kind: str, data: bytes) -> None:
        answer = self.ask(site, kind, data)
        assert (answer.status, answer.body[:6]) == (200, b"GIF89a")
        assert site.envelopes() == []
        assert sum(n for name, n in site.collector.counts.items() if name.startswith("pixel_lost.")) == 1


class TestTrouble:
    def test_a_full_disk_is_503_with_retry_after_and_passes(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        site.fs.fail_next("write", errno.ENOSPC, ".log")
        answer = site.post("/v1/track", EVENT)
        assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "5")
        assert site.post("/v1/track", EVENT).status == 200

    def test_a_failed_disk_is_503_until_the_log_is_opened_again(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        site.clock.advance(60)
        site.fs.fail_next("sync", errno.EIO, ".log")
        assert site.post("/v1/track", EVENT).status == 503
        site.fs.fail_next("open", errno.EMFILE)
        assert site.post("/v1/track", EVENT).status == 503
        assert message(site.ask("GET", "/ready"))["status"] == "not_ready"
        site.clock.advance(6)
        assert site.post("/v1/track", EVENT).status == 200
        assert site.ask("GET", "/ready").status == 200

    def test_a_full_queue_is_429_with_retry_after(self, site: Site) -> None:
        assert site.post("/v1/track", EVENT).status == 200
        producer = site.collector._appender._producer
        assert producer is not None
        producer._max_waiting = 0  # type: ignore[attr-defined]
        answer = site.post("/v1/track", EVENT)
        headers = dict(answer.headers)
        assert (answer.status, headers["retry-after"], headers["x-ratelimit-reset"]) == (429, "1", "1")

    def test_an_error_of_ours_is_answered_so_that_clients_try_again(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(site.collector, "_collect", lambda *_: 1 / 0)
        answer = site.post("/v1/track", EVENT)
        assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "5")


class TestHealth:
    def test_live_whatever_the_log_does(self, site: Site) -> None:
        assert site.ask("GET", "/health").status == 200

    def test_ready_tells_how_the_log_is(self, site: Site) -> None:
        site.post("/v1/track", EVENT)
        site.clock.advance(2)
        answer = site.ask("GET", "/ready")
        assert answer.status == 200
        assert message(answer)["log"] == {"partition": 0, "waiting": 0, "last_append_ago_ms": 2000}
        assert message(answer)["disk_free_bytes"] > 0
        assert message(answer)["sources"] == 1
        assert message(answer)["counts"]["accepted.events"] == 1

    def test_not_ready_before_the_sources_are_known(self, site: Site) -> None:
        site.snapshot.unlink()
        answer = site.ask("GET", "/ready")
        assert answer.status == 503
        assert "sources" in message(answer)["problems"][0]


class TestClientAddress:
    def test_a_forwarded_address_is_believed_only_behind_a_proxy(self, tmp_path: Path) -> None:
        for hops, expected in ((0, "203.0.113.9"), (1, "2.2.2.2"), (2, "1.1.1.1"), (3, "203.0.113.9")):
            site = Site(tmp_path, proxy_hops=hops)
            site.write_sources({})
            assert site.post("/v1/track", EVENT, x_forwarded_for="1.1.1.1, 2.2.2.2").status == 200
            assert [envelope.ip for envelope in site.envelopes()] == [expected]
            site.log.close()
