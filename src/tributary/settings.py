"""The one settings tree: built once in `cli.py`, frozen, and passed down. Nobody else reads the environment.

Every setting is an environment variable with the prefix `TRIBUTARY_` and `__` between levels, such as
`TRIBUTARY_COLLECTOR__PORT=8100`.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tributary.errors import InvalidRequest

_OWN_PATHS = frozenset({"api", "t", "u", "docs", "assets"})


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CollectorSettings(_Group):
    """Where events come in."""

    host: str = Field("127.0.0.1", description="Address the collector listens on.")
    port: int = Field(8100, ge=0, le=65535, description="Port the collector listens on.")
    public_url: str = Field("", description="Address at which clients reach the collector; empty: http://host:port.")
    processes: int = Field(1, ge=1, le=64, description="Collector processes; each writes its own log partition.")
    max_event_bytes: int = Field(32 * 1024, description="Largest single event, bytes; a larger one is quarantined.")
    max_batch_bytes: int = Field(500 * 1024, description="Largest request body after unpacking, bytes; else 400.")
    max_batch_events: int = Field(5_000, ge=100, description="Most events in one batch; else 400.")
    max_depth: int = Field(32, ge=4, le=128, description="Deepest nesting of an event's JSON.")
    max_waiting: int = Field(2_000, ge=1, description="Requests that may wait for the disk; more are answered 429.")
    proxy_hops: int = Field(0, ge=0, le=8, description="Trusted proxies in front; their X-Forwarded-For is believed.")


class StreamSettings(_Group):
    """The embedded event log."""

    segment_bytes: int = Field(64 * 1024 * 1024, ge=4096, description="A segment file is closed at this size.")
    retention_hours: float = Field(7 * 24, gt=0, description="Read segments older than this are deleted.")
    retention_bytes: int = Field(20 * 1024**3, description="Read segments beyond this total are deleted, oldest first.")
    max_waiting_bytes: int = Field(
        64 * 1024**2, ge=1024**2, description="Bytes that may wait for the disk in one producer; more are answered 429."
    )


class PipelineSettings(_Group):
    """From the log to the stores."""

    max_batch_events: int = Field(10_000, ge=1, description="Events in one micro-batch.")
    max_wait_ms: int = Field(200, ge=0, description="Longest wait to fill a micro-batch, milliseconds.")
    dedup_days: int = Field(8, ge=7, description="How long a message id is remembered, days.")
    default_region: str = Field("CN", min_length=2, max_length=2, description="Country of phone numbers without +.")
    recent_events: int = Field(
        200,
        ge=0,
        le=10_000,
        description="Most events of one micro-batch and workspace kept a day for the live view; 0: none.",
    )


class AppSettings(_Group):
    """The API and the page."""

    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on.")
    public_url: str = Field(
        "", description="Address people use, may end in a path; links in messages begin so. Empty: http://host:port."
    )
    trusted_proxies: str = Field(
        "", description="Addresses of proxies in front, with commas; their X-Forwarded-For and -Proto are believed."
    )
    session_idle_minutes: int = Field(30, ge=1, description="A session ends after this long without a request.")
    session_hours: int = Field(12, ge=1, description="A session ends after this long in any case.")
    estimates_at_once: int = Field(
        6, ge=1, description="Rules that one person or token may be counting at a time; more are answered 429."
    )

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        """A path that begins like one of ours could not be told from ours when a proxy has taken it away."""
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("give a whole address such as https://cdp.example.com or https://example.com/cdp")
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", parts.path):
            raise ValueError("the path may hold letters, digits and - . _ ~ between slashes")
        if (first := parts.path.strip("/").partition("/")[0]) in _OWN_PATHS:
            raise ValueError(f"the path cannot begin with /{first}, which Tributary uses itself; take another one")
        return url


class MailSettings(_Group):
    """How e-mail leaves."""

    host: str = Field("127.0.0.1", description="SMTP server.")
    port: int = Field(1025, ge=1, le=65535, description="SMTP port.")
    username: str = Field("", description="SMTP user, if the server wants one.")
    password: SecretStr = Field(SecretStr(""), description="SMTP password.")
    security: Literal["none", "starttls", "tls"] = Field("none", description="Transport security.")
    sender: str = Field("Tributary <no-reply@localhost>", description="Default From address.")
    connections: int = Field(4, ge=1, le=64, description="SMTP connections used side by side.")
    timeout_seconds: float = Field(30, gt=0, description="Longest wait for an SMTP answer, seconds.")
    rate_per_second: float = Field(100, gt=0, description="Most messages a second that one sender process hands over.")
    unsubscribe_address: str = Field("", description="Mailbox for requests to unsubscribe; empty: the sender's.")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="TRIBUTARY_", env_nested_delimiter="__", env_ignore_empty=True, frozen=True, extra="forbid",
        env_file=None,
    )  # fmt: skip

    data_dir: Path = Field(Path("var/tributary"), description="Folder of all data in the embedded deployment.")
    store_url: str = Field("", description="Records store; empty: SQLite in data_dir. postgresql://user:pw@host/db")
    warehouse_url: str = Field("", description="Analytics store; empty: chDB in data_dir. clickhouse://user:pw@host/db")
    collector: CollectorSettings = CollectorSettings()
    stream: StreamSettings = StreamSettings()
    pipeline: PipelineSettings = PipelineSettings()
    app: AppSettings = AppSettings()
    mail: MailSettings = MailSettings()
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log line shown.")

    @property
    def resolved_store_url(self) -> str:
        """The store's URL, with the embedded default filled in."""
        return self.store_url or f"sqlite:///{self.store_file}"

    @property
    def store_file(self) -> Path:
        """File of the embedded records store."""
        return self.data_dir / "store" / "tributary.db"

    @property
    def stream_dir(self) -> Path:
        """Folder of the embedded event log."""
        return self.data_dir / "stream"

    @property
    def warehouse_dir(self) -> Path:
        """Folder of the embedded warehouse."""
        return self.data_dir / "warehouse"

    @property
    def keys_dir(self) -> Path:
        """Folder of secret key files, mode 0700."""
        return self.data_dir / "keys"

    @property
    def source_snapshot(self) -> Path:
        """File from which collectors learn the write keys; written by the app, read without a database."""
        return self.data_dir / "collector" / "sources.json"

    @property
    def setup_code_file(self) -> Path:
        """File with the hash of the one-time setup code, while nobody is set up; mode 0600."""
        return self.data_dir / "setup-code"

    @property
    def public_url(self) -> str:
        """Base URL for links in messages, without a trailing slash."""
        return (self.app.public_url or f"http://{self.app.host}:{self.app.port}").rstrip("/")

    @property
    def base_path(self) -> str:
        """Path of the public URL with a slash at its end: `/`, or `/cdp/` for https://example.com/cdp."""
        return f"{urlsplit(self.public_url).path}/"

    def make_data_dir(self) -> None:
        """Make the data folder unless it is there. Personal data lie in it: not for other users of this machine.

        Raises:
            InvalidRequest: it cannot be made.
        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise InvalidRequest(
                f"The data folder {self.data_dir} cannot be made: {exc.strerror}.",
                cure="Set TRIBUTARY_DATA_DIR to a folder that you may write to.",
            ) from exc

    def environment(self) -> dict[str, str]:
        """The environment variables that make another process build these same settings."""
        variables: dict[str, str] = {}

        def walk(group: BaseModel, prefix: str) -> None:
            for name in type(group).model_fields:
                value = getattr(group, name)
                variable = f"{prefix}{name.upper()}"
                if isinstance(value, BaseModel):
                    walk(value, f"{variable}__")
                else:
                    variables[variable] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)

        walk(self, "TRIBUTARY_")
        return variables

    @property
    def collector_url(self) -> str:
        """Where clients reach the collector, without a trailing slash."""
        return (self.collector.public_url or f"http://{self.collector.host}:{self.collector.port}").rstrip("/")


# What the examples of the API reference use, and what the build of the package reads.
_OF_OTHERS = {"TRIBUTARY_URL", "TRIBUTARY_TOKEN", "TRIBUTARY_SKIP_PAGE"}


def unknown_variables(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables with our prefix that set nothing, and the setting that each may mean ("" if none is near).

    `TRIBUTARY_APP_PORT`, with one underscore too few, is taken by nobody and refused by nobody. `environ` is that of
    this process unless it is given.
    """
    known = list(Settings.model_construct().environment())
    groups = {name.rpartition("__")[0] for name in known} - {""}  # a whole group may be given as JSON
    flat = {_flat(name): name for name in known}
    unknown: dict[str, str] = {}
    for given in os.environ if environ is None else environ:
        name = given.upper()
        if name.startswith("TRIBUTARY_") and name not in known and name not in groups | _OF_OTHERS:
            near = difflib.get_close_matches(_flat(name), flat, n=1, cutoff=0.8)
            unknown[given] = flat[near[0]] if near else ""
    return unknown


def _flat(name: str) -> str:
    return name.replace("__", "_")
