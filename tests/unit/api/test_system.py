"""Health, readiness, version."""

from __future__ import annotations

from tributary.errors import Unavailable


def test_health_needs_nobody_and_asks_nothing(api_client):
    answer = api_client.get("/api/v1/system/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class Part:
    """A part of the context that answers, or does not."""

    def __init__(self, error=None):
        self.error = error

    def ping(self):
        if self.error:
            raise self.error


def test_readiness_names_what_was_asked(api_client, context):
    context.warehouse = Part()
    answer = api_client.get("/api/v1/system/ready")
    assert answer.json() == {"status": "ready", "parts": {"store": "ok", "warehouse": "ok"}}


def test_readiness_is_503_with_retry_after_while_a_part_is_down(api_client, context):
    context.warehouse = Part(Unavailable("The warehouse does not answer.", cure="Start it."))
    answer = api_client.get("/api/v1/system/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert (answer.json()["code"], answer.json()["cure"]) == ("unavailable", "Start it.")


def test_a_part_that_was_not_opened_is_unavailable_not_a_crash(api_client):
    answer = api_client.get("/api/v1/system/ready")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The warehouse is not open in this process.")


def test_version_is_the_installed_one(api_client):
    assert api_client.get("/api/v1/system/version").json()["name"] == "tributary"
