"""Health, readiness, version."""

from __future__ import annotations

from tributary.errors import Unavailable


def test_health_needs_nobody_and_asks_nothing(api_client):
    answer = api_client.get("/api/v1/system/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readiness_names_what_was_asked(api_client):
    assert api_client.get("/api/v1/system/ready").json() == {"status": "ready", "parts": {"store": "ok"}}


def test_readiness_is_503_with_retry_after_while_a_part_is_down(api_client, context):
    class Down:
        def ping(self):
            raise Unavailable("The warehouse does not answer.", cure="Start it.")

    context.warehouse = Down()
    answer = api_client.get("/api/v1/system/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["cure"] == "Start it."


def test_version_is_the_installed_one(api_client):
    assert api_client.get("/api/v1/system/version").json()["name"] == "tributary"
