"""`tributary serve` as a user starts it: first start, a whole day's work over HTTP, a kill, a second start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The command in its own process, with its output in a file."""

    def __init__(self, folder: Path, store_url: str) -> None:
        self.app, self.collector = _free_port(), _free_port()
        self.folder = folder
        self.environment = os.environ | {
            "TRIBUTARY_DATA_DIR": str(folder / "data"),
            "TRIBUTARY_STORE_URL": store_url,
            "TRIBUTARY_APP__PORT": str(self.app),
            "TRIBUTARY_COLLECTOR__PORT": str(self.collector),
        }
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self, **options: bool) -> None:
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "tributary", "serve"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=output, stderr=output, **options)
        self.starts += 1
        self.wait_for(lambda: self.output.read_text().count("Ctrl-C stops it") == self.starts)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def wait_for(self, condition, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            assert self.process is not None
            assert self.process.poll() is None, self.output.read_text()[-3000:]
            try:
                if condition():
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, self.output.read_text()[-3000:]
            time.sleep(0.05)

    def client(self) -> httpx.Client:
        """The owner, who opens the printed link and fills in the form."""
        found = re.search(r"/setup#code=(\S+)", self.output.read_text())
        assert found, self.output.read_text()
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.app}/api/v1", headers={"X-Tributary-Request": "1"}, timeout=60
        )
        owner = {"code": found[1], "email": "owner@example.com", "name": "娜", "password": "four words by chance"}
        client.post("/setup", json=owner | {"workspace_name": "Shop"}).raise_for_status()
        return client


@pytest.fixture
def server(tmp_path, store_url):
    server = Server(tmp_path, store_url)
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop(signal.SIGKILL)


def _send(server: Server, write_key: str, numbers: range) -> None:
    batch = [
        {
            "type": "track", "event": "Order Completed", "messageId": f"m{number}", "userId": f"u{number % 5}",
            "properties": {"total": number},
        }
        for number in numbers
    ]  # fmt: skip
    url = f"http://127.0.0.1:{server.collector}/v1/batch"
    httpx.post(url, json={"batch": batch, "writeKey": write_key}).raise_for_status()


def test_it_starts_works_survives_a_kill_and_starts_again(server):
    server.start()
    with closing(server.client()) as client:
        source = client.post("/sources", json={"name": "Shop", "kind": "server"}).json()
        _send(server, source["write_key"], range(50))

        def stored() -> int:
            return client.get("/counters").json()["total"]["stored"]

        server.wait_for(lambda: stored() == 50)
        rule = {"kind": "event", "event": "Order Completed", "count": {"op": "gte", "value": 10}}
        server.wait_for(lambda: client.post("/audiences/estimate", json={"rule": rule}).json()["size"] == 5)
        assert client.get("/counters/pipeline").json()["is_running"]

        _send(server, source["write_key"], range(50, 100))  # answered, so it is on disk, whatever happens next
        server.stop(signal.SIGKILL)
        server.start()
        _send(server, source["write_key"], range(90, 110))  # ten of them again
        server.wait_for(lambda: stored() == 110)
        rule["count"] = {"op": "gte", "value": 22}
        server.wait_for(lambda: client.post("/audiences/estimate", json={"rule": rule}).json()["size"] == 5)
        rule["count"] = {"op": "gte", "value": 23}
        assert client.post("/audiences/estimate", json={"rule": rule}).json()["size"] == 0
    assert server.stop() == 0
    assert server.output.read_text().count("First start") == 1


def test_a_second_one_on_the_same_folder_is_refused_and_says_why(tmp_path):
    first = Server(tmp_path, "")
    first.start()
    try:
        second = subprocess.run(
            [sys.executable, "-m", "tributary", "serve"],
            env=first.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode != 0
        assert "Another Tributary runs" in second.stderr + second.stdout
        assert "Traceback" not in second.stderr
    finally:
        assert first.stop() == 0


@pytest.mark.parametrize(("proxies", "last"), [("", 429), ("127.0.0.1", 401)])
def test_an_address_in_a_header_counts_only_from_a_trusted_proxy(tmp_path, proxies, last):
    server = Server(tmp_path, "")
    server.environment["TRIBUTARY_APP__TRUSTED_PROXIES"] = proxies
    server.start()
    codes = [
        httpx.post(
            f"http://127.0.0.1:{server.app}/api/v1/login",
            json={"email": "owner@example.com", "password": "a wrong guess"},
            headers={"X-Tributary-Request": "1", "X-Forwarded-For": f"192.0.2.{number}"},
        ).status_code
        for number in range(8)
    ]
    assert server.stop() == 0
    assert codes == [401] * 5 + [last] * 3


def test_ctrl_c_which_reaches_every_process_stops_all_once(tmp_path):
    server = Server(tmp_path, "")
    server.start(start_new_session=True)
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(60) == 0
    output = server.output.read_text()
    assert "collector stopped" in output
    assert "started again" not in output


def test_a_taken_collector_port_is_an_error_and_not_a_promise(tmp_path):
    server = Server(tmp_path, "")
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", server.collector))
        stranger.listen()
        done = subprocess.run(
            [sys.executable, "-m", "tributary", "serve"],
            env=server.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode != 0
    assert f"Port {server.collector} of 127.0.0.1 is taken" in done.stderr
    assert "TRIBUTARY_COLLECTOR__PORT" in done.stderr
    assert "events are taken" not in done.stdout
    assert "Traceback" not in done.stderr
