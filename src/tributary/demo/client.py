"""How the demo talks to Tributary: like an operator, through the API, and like the shop's systems, to the collector."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tributary.errors import BugError, Unavailable

_PATIENCE_SECONDS = 300.0


class Operator:
    """A signed-in person at the API."""

    def __init__(self, base_url: str, email: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=120, headers={"X-Tributary-Request": "1"})
        self.post("/login", {"email": email, "password": password})

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET, decoded."""
        return self._read(self._http.get(path, params=query))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer to a POST, decoded."""
        return self._read(self._http.post(path, json=body or {}))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a PUT, decoded."""
        return self._read(self._http.put(path, json=body))

    def wait(self, path: str, until: Callable[[Any], bool], what: str) -> Any:
        """GET `path` until `until` holds of the answer.

        Raises:
            Unavailable: it did not within five minutes.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not until(answer := self.get(path)):
            if time.monotonic() > deadline:
                raise Unavailable(f"Waiting for {what} took over five minutes.", cure="Look at the log above.")
            time.sleep(0.1)
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _read(self, answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json() if answer.content else None
        raise BugError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}")


class Shop:
    """The shop's systems, which send events with their sources' write keys."""

    def __init__(self, url: str, write_keys: dict[str, str]) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)
        self._write_keys = write_keys

    def wait_until_ready(self) -> None:
        """Wait for the collector to take events.

        Raises:
            Unavailable: it is not there within a minute.
        """
        deadline = time.monotonic() + 60
        while True:
            try:
                if self._http.get("/ready").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise Unavailable("The collector did not start.", cure="Is its port taken? Look at the log above.")
            time.sleep(0.05)

    def send(self, source: str, body: bytes) -> None:
        """POST one batch, waiting whenever the collector asks to."""
        while True:
            answer = self._http.post("/v1/batch", content=body, auth=(self._write_keys[source], ""))
            if answer.status_code not in {429, 503}:
                answer.raise_for_status()
                return
            time.sleep(float(answer.headers.get("retry-after", 1)))

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()
