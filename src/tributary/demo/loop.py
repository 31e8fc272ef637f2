"""The loop from a customer's click to a measured e-mail, step by step."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from locale import getlocale
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import func, select

from tributary.access import create_first_owner, find_user
from tributary.app import Application, open_application
from tributary.core.scan import PROFILES, scan
from tributary.core.sql import raw
from tributary.demo import texts
from tributary.demo.client import Operator, Shop
from tributary.demo.mailbox import Mail, Mailbox, open_mailbox
from tributary.errors import Conflict
from tributary.pipeline import counters
from tributary.privacy import record_consent
from tributary.settings import Settings
from tributary.simulation import (
    AUDIENCES,
    DEMO_SOURCES,
    TAGS,
    Arm,
    Assigned,
    Planted,
    consent_statements,
    generate,
    simulate_response,
)
from tributary.store.tables.identity import Identifier
from tributary.store.tables.messaging import Assignment
from tributary.store.tables.pipeline import PipelineOutbox
from tributary.store.tables.profiles import ProfileRow

_Item = TypeVar("_Item")

_OWNER = "owner@example.com"
_MARKER = "demo.json"  # a folder with this file is the demo's own, and is made anew at each start
_ARMS: dict[str, Arm] = {"holdout": "holdout", "a": "A", "b": "B"}  # as the campaign and as the simulation call them


@dataclass(frozen=True, slots=True)
class Lift:
    """One arm against the holdout: the difference of the shares that bought, in percentage points, and its 95 % CI."""

    arm: str
    planted: float
    measured: float
    low: float
    high: float
    p_value: float

    @property
    def is_recovered(self) -> bool:
        """Whether the planted lift lies inside the interval."""
        return self.low <= self.planted <= self.high


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened. Events: accepted = stored + duplicate + quarantined + suppressed."""

    accepted: int
    stored: int
    duplicate: int
    quarantined: int
    suppressed: int
    identifiers: int
    people: int
    audience: int
    messages: int
    opened: int
    clicked: int
    conversions: dict[str, int]
    lifts: list[Lift]
    srm_p_value: float
    verdict: str


def run(settings: Settings, *, once: bool, people: int = 3_000, seed: int = 7, as_json: bool = False) -> Outcome:
    """Run the loop, print what happened, and stay up until Ctrl-C unless `once`.

    Raises:
        Conflict: the demo's folder holds something else. Unavailable: a port is taken or a part does not start.
    """
    console = Console(stderr=as_json)
    with ExitStack() as opened:
        mailbox = opened.enter_context(open_mailbox())
        settings = _demo_settings(settings, mailbox.port)
        _make_folder(settings.data_dir)
        application = opened.enter_context(closing(open_application(settings, is_demo=True)))
        password = _create_owner(application)
        application.start_api()
        application.start_workers()
        application.start_collector()
        operator = opened.enter_context(closing(Operator(_api_url(settings), _OWNER, password)))
        outcome = _Loop(application, operator, mailbox, console, people, seed).run()
        if as_json:
            print(json.dumps(asdict(outcome), ensure_ascii=False))
        _show(console, outcome)
        if not once:
            _stay(console, application, password)
    return outcome


def _demo_settings(settings: Settings, smtp_port: int) -> Settings:
    """The same settings with a folder of the demo's own and its own mail server."""
    mail = settings.mail.model_copy(update={"host": "127.0.0.1", "port": smtp_port, "security": "none"})
    folder = settings.data_dir.with_name(f"{settings.data_dir.name}-demo")
    return settings.model_copy(
        update={"data_dir": folder, "mail": mail, "store_url": "", "warehouse_url": "", "log_level": "warning"}
    )


def _make_folder(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARKER).exists():
        raise Conflict(f"{folder} holds data that is not the demo's.", cure="Move it away.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    (folder / _MARKER).write_text("{}", encoding="utf-8")


def _create_owner(application: Application) -> str:
    """The demo's operator and workspace, in the language of this machine; returns the password."""
    context = application.context
    language = (getlocale()[0] or "").lower()
    with context.store.begin() as session:
        return create_first_owner(
            session,
            _OWNER,
            context.clock,
            passwords=context.passwords,
            name=texts.OWNER,
            workspace=texts.WORKSPACE,
            locale="zh" if language.startswith(("zh", "chinese")) else "en",
        )


def _api_url(settings: Settings) -> str:
    return f"http://{settings.app.host}:{settings.app.port}"


class _Loop:
    def __init__(
        self, application: Application, operator: Operator, mailbox: Mailbox, console: Console, people: int, seed: int
    ) -> None:
        self._application = application
        self._operator = operator
        self._mailbox = mailbox
        self._console = console
        self._people = people
        self._seed = seed
        self._context = application.context
        self._workspace_id = 1  # the first owner's first workspace
        self._sent = 0
        self._started = self._context.clock.now()
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=not console.is_terminal,
        )  # fmt: skip

    def run(self) -> Outcome:
        operator, clock = self._operator, self._context.clock
        keys = {
            name: operator.post("/sources", {"name": name, "kind": kind.value})["write_key"]
            for name, kind in DEMO_SOURCES
        }
        url = f"http://{self._context.settings.collector.host}:{self._context.settings.collector.port}"
        with self._progress, closing(Shop(url, keys)) as shop:
            shop.wait_until_ready()
            now = clock.now()
            for batch in self._step(texts.SENDING, generate(self._seed, self._people, now)):
                shop.send(batch.source, batch.body())
                self._sent += len(batch.events)
            self._wait_for_pipeline()
            self._record_consent(now)
            self._compute_tags()
            audience = self._select_audience()
            campaign_id = self._send_campaign(str(audience["id"]))
            planted = self._let_people_answer(shop, campaign_id)
            self._wait_for_pipeline()
            path = f"/campaigns/{campaign_id}/report"
            reports = [operator.get(path, locale=locale) for locale in ("en", "zh")]
            self._look_for_duplicates()
        return self._outcome(audience, reports, planted)

    # -- steps -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _bar(self, text: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        task = self._progress.add_task(text, total=total)
        yield lambda done: self._progress.update(task, completed=done)
        done = self._progress.tasks[task].completed
        self._progress.update(task, total=max(done, 1), completed=max(done, 1))

    def _step(self, text: str, items: Iterable[_Item], total: int | None = None) -> Iterator[_Item]:
        with self._bar(text, total) as show:
            for number, item in enumerate(items, 1):
                yield item
                show(number)

    def _totals(self) -> dict[str, int]:
        with self._context.store.read() as session:
            rows = counters(
                session, self._workspace_id, self._started, self._context.clock.now() + timedelta(minutes=1)
            )
        names = ("received", "stored", "duplicate", "quarantined", "suppressed")
        return {name: sum(getattr(row, name) for row in rows) for name in names}

    def _wait_for_pipeline(self) -> None:
        """Until every event that was sent has its place, and nothing waits in the log."""
        with self._bar(texts.PROCESSING, self._sent) as show:
            while (received := self._totals()["received"]) < self._sent or self._is_behind():
                show(received)
                threading.Event().wait(0.1)
            show(received)

    def _is_behind(self) -> bool:
        """Whether batches have not reached the warehouse yet."""
        with self._context.store.read() as session:
            return bool(session.scalar(select(func.count()).select_from(PipelineOutbox)))

    def _record_consent(self, now: datetime) -> None:
        context = self._context
        statements = list(consent_statements(self._seed, self._people, now))
        with context.store.begin() as session:
            record_consent(session, context.keys.hasher, self._workspace_id, statements, by="demo", now=now)

    def _compute_tags(self) -> None:
        for tag in TAGS:
            made = self._operator.post("/tags", tag)
            self._operator.post(f"/tags/{made['id']}/recompute")
            self._operator.wait(f"/tags/{made['id']}", lambda answer: answer["run"] is not None, f"tag {tag['name']}")

    def _select_audience(self) -> dict[str, Any]:
        operator = self._operator
        (name, rule), *others = AUDIENCES
        with self._bar(texts.SELECTING):
            estimate = operator.post("/audiences/estimate", {"rule": rule})
            made = operator.post("/audiences", {"name": name, "rule": rule, "schedule": "hourly"})
            operator.post(f"/audiences/{made['id']}/refresh")
            path = f"/audiences/{made['id']}"
            audience = operator.wait(path, lambda answer: answer["size"] is not None, "the audience")
            for name, rule in others:
                operator.post("/audiences", {"name": name, "rule": rule, "schedule": "daily"})
        for locale in ("en", "zh"):
            sentence = operator.get(path, locale=locale)["sentence"]
            self._console.print(f"[bold]{sentence}[/bold] → {estimate['size']:,}", highlight=False)
        return cast("dict[str, Any]", audience)

    def _look_for_duplicates(self) -> None:
        """Let a job look for people who are in the CRM twice. Nobody waits for it: they are there a little later."""
        path = "/identity/matching"
        if self._operator.put(path, {"is_enabled": True, "schedule": "daily"})["can_chinese"]:
            self._operator.post(f"{path}/runs")

    def _send_campaign(self, audience_id: str) -> str:
        operator = self._operator
        made = operator.post(
            "/campaigns", {"name": texts.CAMPAIGN, "audience_id": audience_id, "content": texts.campaign_content()}
        )
        path = f"/campaigns/{made['id']}"
        operator.post(f"{path}/launch")
        with self._bar(texts.MAILING):
            operator.wait(path, lambda answer: answer["state"] == "done", "the campaign")
        return str(made["id"])

    def _let_people_answer(self, shop: Shop, campaign_id: str) -> dict[Arm, Planted]:
        context = self._context
        assigned = self._assigned(campaign_id)
        response = simulate_response(self._seed, self._people, assigned, context.clock.now())
        with httpx.Client(timeout=30, headers={"User-Agent": texts.USER_AGENT}) as reader:
            for url in self._step(texts.ANSWERING, [*response.open_urls, *response.click_urls]):
                reader.get(url, follow_redirects=False)
        for batch in response.batches:
            shop.send(batch.source, batch.body())
            self._sent += len(batch.events)
        return response.planted

    def _assigned(self, campaign_id: str) -> list[Assigned]:
        """Everybody in the campaign with the links of their mail; the simulation knows people by their address."""
        context = self._context
        address = raw("SELECT profile_id, lower(JSONExtractString(traits, 'email'))")
        rows = context.warehouse.query(address + scan(PROFILES, self._workspace_id), workspace_id=self._workspace_id)
        addresses = {int(profile_id): str(email) for profile_id, email in rows if email}
        mails: dict[str, Mail] = {mail.recipient.lower(): mail for mail in self._mailbox.mails}
        with context.store.read() as session:
            arms = session.execute(
                select(Assignment.profile_id, Assignment.arm).where(Assignment.campaign_id == campaign_id)
            ).all()
        out = []
        for profile_id, arm in arms:
            if (email := addresses.get(profile_id)) is None:
                continue
            mail = mails.get(email)
            pictures, links = (mail.pictures, texts.shop_links(mail.links)) if mail else ((), ())
            out.append(Assigned(email, _ARMS[arm], pictures[0] if pictures else None, links))
        return out

    # -- result ------------------------------------------------------------------------------------------------------

    def _outcome(self, audience: dict[str, Any], reports: list[dict[str, Any]], planted: dict[Arm, Planted]) -> Outcome:
        report = reports[0]
        totals = self._totals()
        with self._context.store.read() as session:
            identifiers = session.scalar(
                select(func.count()).select_from(Identifier).where(Identifier.workspace_id == self._workspace_id)
            )
            people = session.scalar(
                select(func.count())
                .select_from(ProfileRow)
                .where(ProfileRow.workspace_id == self._workspace_id, ProfileRow.merged_into.is_(None))
            )
        arms = {arm["name"]: arm for arm in report["arms"]}
        lifts = [
            Lift(
                one["treatment"],
                100 * planted[_ARMS[one["treatment"]]].lift,
                100 * one["conversion"]["value"],
                100 * one["conversion"]["low"],
                100 * one["conversion"]["high"],
                one["conversion"]["p_value"],
            )
            for one in report["comparisons"]
            if one["control"] == "holdout" and one["treatment"] in _ARMS
        ]
        return Outcome(
            accepted=totals["received"],
            stored=totals["stored"],
            duplicate=totals["duplicate"],
            quarantined=totals["quarantined"],
            suppressed=totals["suppressed"],
            identifiers=int(identifiers or 0),
            people=int(people or 0),
            audience=int(audience["size"]),
            messages=sum(arm["delivered"] for arm in arms.values()),
            opened=sum(arm["opened"] for arm in arms.values()),
            clicked=sum(arm["clicked"] for arm in arms.values()),
            conversions={name: arm["converted"] for name, arm in arms.items()},
            lifts=lifts,
            srm_p_value=float(report["sample_ratio"]["p_value"]),
            verdict="\n".join(one["verdict"]["text"] for one in reports),
        )


def _show(console: Console, outcome: Outcome) -> None:
    table = Table(title=texts.TITLE, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, value in texts.rows(asdict(outcome)):
        table.add_row(label, value)
    for lift in outcome.lifts:
        table.add_row(*texts.lift_row(asdict(lift), is_recovered=lift.is_recovered))
    console.print(table)
    console.print(outcome.verdict, highlight=False)


def _stay(console: Console, application: Application, password: str) -> None:
    context = application.context
    with context.store.read() as session:
        owner = find_user(session, _OWNER)
    code = context.sign_in_codes.issue(owner.id, context.clock)
    link = f"{context.settings.public_url}/login#code={code}"
    console.print(texts.staying(context.settings, link, _OWNER, password), highlight=False, soft_wrap=True)
    if _has_somebody_in_front():
        webbrowser.open(link)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _has_somebody_in_front() -> bool:
    """Whether a person sits at this machine and could look at a window."""
    if not sys.stdout.isatty() or os.environ.get("CI"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
