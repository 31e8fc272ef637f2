"""The composition root: everything of one process is opened here, handed what it needs, and closed in reverse order.

`serve` is the embedded deployment: this process owns the warehouse and runs the API, the pipeline, the jobs and the
sender as threads; the collector is a child process, so that accepting events never waits for Python work here.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

import uvicorn

from tributary import access, audiences, messaging, simulation, sources, tags
from tributary.access import renew_setup_code
from tributary.api import Context, build_api, identity_jobs
from tributary.api.identity_editor import followers
from tributary.collector import check_port, serve_collector
from tributary.core.clock import Clock, SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.core.logging import configure_logging
from tributary.errors import Conflict, TributaryError, Unavailable
from tributary.identity.signing import IDENTITY_KEY
from tributary.jobs import Runner
from tributary.messaging import Sender, open_keys
from tributary.pipeline import GROUP, Pipeline
from tributary.pipeline import job_handlers as replay_handlers
from tributary.privacy import load_key
from tributary.settings import Settings
from tributary.store import open_store
from tributary.stream import open_log
from tributary.warehouse import open_warehouse

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = logging.getLogger(__name__)

_STOP_SECONDS = 30.0
_RESTART_PAUSE_SECONDS = 1.0
_PORT_SECONDS = 5.0  # a collector whose parent was killed notices within a second, and lets go of the port
_START_SECONDS = 20.0


class Application:
    """An opened Tributary. Build it with `open_application`; start what should run in this process."""

    def __init__(
        self, context: Context, pipeline: Pipeline, runner: Runner, sender: Sender, closers: ExitStack
    ) -> None:
        self.context = context
        self.settings = context.settings
        self.pipeline = pipeline
        self.runner = runner
        self.sender = sender
        self.api: FastAPI = build_api(context)
        self._closers = closers

    def start_workers(self) -> None:
        """Run the pipeline, the jobs and the sender in threads until the application is closed."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=self.pipeline.run, args=(stop,), name="pipeline"),
            threading.Thread(target=self.sender.run, args=(stop,), name="sender"),
        ]
        for thread in threads:
            thread.start()
        self.runner.start()

        def finish() -> None:
            stop.set()
            self.runner.stop()
            for thread in threads:
                thread.join(_STOP_SECONDS)

        self._closers.callback(finish)

    def start_collector(self) -> None:
        """Run the collector as a child process, and start it again should it die; returns once it listens.

        Raises:
            Unavailable: the port is taken, or it does not start.
        """
        collector = _CollectorChild(self.settings)
        self._closers.callback(collector.stop)
        collector.start()

    def start_api(self) -> None:
        """Answer HTTP in a thread; returns once it listens.

        Raises:
            Unavailable: the port is taken.
        """
        server = self._server()
        thread = threading.Thread(target=server.run, name="api")
        thread.start()

        def finish() -> None:
            server.should_exit = True
            thread.join(_STOP_SECONDS)

        while not server.started:
            if not thread.is_alive():
                raise Unavailable(
                    f"The API cannot listen on {self.settings.app.host}:{self.settings.app.port}.",
                    cure="Stop the other program or set TRIBUTARY_APP__PORT.",
                )
            time.sleep(0.01)  # uvicorn tells of its start by this flag alone
        self._closers.callback(finish)

    def _server(self) -> uvicorn.Server:
        proxies = self.settings.app.trusted_proxies
        config = uvicorn.Config(
            self.api,
            # Left to itself, uvicorn believes everybody on this machine: whoever invents addresses, or comes through a
            # proxy that hands such on, would get around the pauses after wrong passwords.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            host=self.settings.app.host,
            port=self.settings.app.port,
            log_config=None,
            access_log=False,  # paths of personal links would be written down
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        return _Server(config)

    def close(self) -> None:
        """Stop what was started and close what was opened, in reverse order."""
        self._closers.close()


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handling: it would end the process before the stores are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def open_application(settings: Settings, clock: Clock | None = None, *, is_demo: bool = False) -> Application:
    """Open the stores, bring their schemas up to date, and connect the parts. Nothing runs yet.

    `is_demo` is only passed on: the page says that everything in here is made up.

    Raises:
        Conflict: another process uses this data folder. Unavailable: a store cannot be reached.
    """
    clock = clock or SystemClock()
    with ExitStack() as opened:
        settings.make_data_dir()
        opened.enter_context(_only_one(settings))
        store = open_store(settings.resolved_store_url)
        opened.callback(store.close)
        store.migrate()
        warehouse = open_warehouse(settings.warehouse_url, settings.warehouse_dir)
        opened.callback(warehouse.close)
        warehouse.migrate()
        log = open_log(settings.stream_dir, settings.stream, clock)
        opened.callback(log.close)
        producer = log.producer(EVENTS_TOPIC)
        keys = open_keys(store, settings.keys_dir)
        sources.publish_sources(store, settings.source_snapshot)

        consumer = log.consumer(EVENTS_TOPIC, GROUP)
        identity_key = load_key(settings.keys_dir / IDENTITY_KEY)
        pipeline = Pipeline(
            store, warehouse, consumer, clock, settings.pipeline,
            followers=followers(clock, keys.hasher), identity_key=identity_key,
        )  # fmt: skip
        context = Context(
            settings=settings,
            clock=clock,
            store=store,
            warehouse=warehouse,
            log=log,
            producer=producer,
            keys=keys,
            is_demo=is_demo,
            pipeline_status=pipeline.status,
        )
        try:
            context.identity.recover()
        except Unavailable:  # of the warehouse; a job tries again every minute
            _log.warning("decisions about identities wait for the warehouse", exc_info=True)
        sender = Sender(store, clock, keys, settings, producer=producer)
        opened.callback(sender.close)
        handlers = {
            **access.job_handlers(store, clock),
            **sources.job_handlers(store, settings.source_snapshot, clock),
            **replay_handlers(store, producer, clock),
            **audiences.job_handlers(store, warehouse, clock),
            **tags.job_handlers(store, warehouse, clock),
            **simulation.job_handlers(store, clock, keys.hasher, producer),
            **messaging.job_handlers(store, warehouse, clock, keys, settings),
            **identity_jobs.job_handlers(context),
        }
        runner = Runner(
            store,
            clock,
            handlers,
            schedules=(
                *access.SCHEDULES,
                *audiences.SCHEDULES,
                *tags.SCHEDULES,
                *messaging.SCHEDULES,
                *identity_jobs.SCHEDULES,
            ),
        )
        return Application(context, pipeline, runner, sender, opened.pop_all())


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder: the embedded warehouse belongs to one process."""
    with (settings.data_dir / "app.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(
                f"Another Tributary runs on the folder {settings.data_dir}.",
                cure="Use that one, stop it, or set TRIBUTARY_DATA_DIR to another folder.",
            ) from None
        yield


class _CollectorChild:
    """The collector in a process of its own, watched by a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._process: SpawnProcess | None = None
        self._watch = threading.Thread(target=self._keep, name="collector watch")

    def start(self) -> None:
        """Start it and wait until it listens."""
        host, port = self._settings.collector.host, self._settings.collector.port
        _retry(lambda: check_port(host, port), _PORT_SECONDS)
        self._process = self._spawn()
        self._watch.start()
        _retry(lambda: _connect(host, port), _START_SECONDS)

    def stop(self) -> None:
        """End it, waiting for the requests that are under way."""
        self._stop.set()
        if self._watch.ident is not None:
            self._watch.join()
        if self._process is None:
            return
        self._process.terminate()
        self._process.join(_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _spawn(self) -> SpawnProcess:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks, threads and the warehouse
        process = context.Process(target=_run_collector, args=(self._settings, os.getpid()), name="collector")
        process.start()
        return process

    def _keep(self) -> None:
        while not self._stop.wait(0.2):
            process = self._process
            if process is not None and not process.is_alive():
                _log.error("collector ended and is started again", extra={"facts": {"exit_code": process.exitcode}})
                if self._stop.wait(_RESTART_PAUSE_SECONDS):
                    return
                try:
                    self._process = self._spawn()
                except OSError:  # no memory or no process to be had; the next round tries again
                    _log.exception("collector could not be started again")


def _run_collector(settings: Settings, parent: int) -> None:
    """The child: what goes wrong is one line in the log, not a stack.

    Ctrl-C in a terminal reaches the child as well as us. It is for us to end it: after the workers, and on purpose.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(settings.log_level)
    try:
        serve_collector(settings, parent=parent)
    except TributaryError as error:
        _log.error("collector cannot run", extra={"facts": {"code": error.code, "why": str(error)}})
        sys.exit(1)


def _connect(host: str, port: int) -> None:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError as error:
        raise Unavailable("The collector did not start.", cure="Look at the log above.") from error


def _retry(action: Callable[[], None], seconds: float) -> None:
    """Do it until it no longer raises `Unavailable`, for `seconds` at the most."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def serve(settings: Settings) -> None:
    """Run everything of one machine until SIGTERM or SIGINT.

    Raises:
        Conflict: another process uses this data folder. Unavailable: a store cannot be reached or a port is taken.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    application = open_application(settings)
    with contextlib.closing(application):
        application.start_collector()
        application.start_api()
        code = renew_setup_code(application.context.store, settings.setup_code_file)
        application.start_workers()
        _welcome(settings, code)
        stop.wait()


def _welcome(settings: Settings, setup_code: str | None) -> None:
    lines = [
        f"Tributary 汇流 runs on {settings.public_url}/ (API reference: {settings.public_url}/docs),",
        f"events are taken on http://{settings.collector.host}:{settings.collector.port}. Ctrl-C stops it.",
    ]
    if setup_code is not None:
        lines += [
            "",
            "First start: open this link to create your account. It works once, until the next start.",
            "首次启动：打开此链接创建管理员账号。链接仅可使用一次，重启后会更换。",
            f"  {settings.public_url}/setup#code={setup_code}",
            "Without a browser 没有浏览器时: tributary setup --email YOU@EXAMPLE.COM",
        ]
    print("\n".join(lines), flush=True)
