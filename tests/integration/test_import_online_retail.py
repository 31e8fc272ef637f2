"""A real, dirty file through the whole way in: import, log, pipeline, stores, rules — against pandas, line by line.

The published file is UCI "Online Retail". It is not part of this repository; the same assertions always run on a
generated file of the same format with the same dirt.
"""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tributary import rules
from tributary.access import add_workspace
from tributary.core.clock import SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.core.scan import EVENTS, PROFILES, scan
from tributary.core.sql import raw
from tributary.errors import Unavailable
from tributary.governance import load_catalog, promote
from tributary.pipeline import GROUP, Pipeline, counters
from tributary.settings import PipelineSettings, StreamSettings
from tributary.sources.imports import ImportSummary, map_file, open_rows, read_mapping, write_events
from tributary.stream import open_log

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "docs" / "examples" / "online_retail.mapping.toml"
PUBLISHED = ROOT.parent / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
CLOCK = SystemClock()


@dataclass(frozen=True)
class Expected:
    """What pandas finds in the file."""

    lines: pd.DataFrame

    @classmethod
    def of(cls, path: Path) -> Expected:
        lines = pd.read_csv(path, dtype=str, keep_default_na=False)
        lines["quantity"] = lines["Quantity"].astype(int)
        lines["amount"] = lines["quantity"] * lines["UnitPrice"].astype(float)
        lines["at"] = pd.to_datetime(lines["InvoiceDate"])
        lines["is_refund"] = lines["InvoiceNo"].str.startswith("C")
        return cls(lines)

    @property
    def customers(self) -> set[str]:
        return set(self.lines["CustomerID"]) - {""}

    @property
    def guest_lines(self) -> int:
        return int((self.lines["CustomerID"] == "").sum())

    @property
    def guest_invoices(self) -> int:
        return int(self.lines.loc[self.lines["CustomerID"] == "", "InvoiceNo"].nunique())

    def invoices(self, *, refunds: bool) -> int:
        return int(self.lines.loc[self.lines["is_refund"] == refunds, "InvoiceNo"].nunique())

    def countries(self) -> dict[str, str]:
        known = self.lines[self.lines["CustomerID"] != ""]
        return known.groupby("CustomerID")["Country"].last().to_dict()

    def good_customers(self, now: datetime, *, spent: float, orders: int) -> set[str]:
        """Customers who bought for more than `spent` in the 90 days before `now`, and `orders` times at any time."""
        bought = self.lines[~self.lines["is_refund"] & (self.lines["CustomerID"] != "")]
        invoices = bought.groupby(["CustomerID", "InvoiceNo"]).agg(amount=("amount", "sum"), at=("at", "first"))
        invoices = invoices.reset_index()
        recent = invoices[invoices["at"] >= pd.Timestamp(now.replace(tzinfo=None)) - pd.Timedelta(days=90)]
        by_amount = recent.groupby("CustomerID")["amount"].sum()
        by_count = invoices.groupby("CustomerID").size()
        return set(by_amount[by_amount > spent].index) & set(by_count[by_count >= orders].index)


class World:
    """Everything that an import goes through."""

    def __init__(self, store, warehouse, folder: Path) -> None:
        self.store = store
        self.warehouse = warehouse
        self.folder = folder
        self.log = open_log(folder / "stream", StreamSettings(), CLOCK)
        self.pipeline = Pipeline(
            store, warehouse, self.log.consumer(EVENTS_TOPIC, GROUP), CLOCK, PipelineSettings(default_region="GB")
        )
        with store.begin() as session:
            self.workspace_id = add_workspace(session, CLOCK, name="retail", timezone="Europe/London").id

    def import_file(self, path: Path) -> ImportSummary:
        producer = self.log.producer(EVENTS_TOPIC)
        summary = self.append(path, producer)
        producer.close()
        self.pipeline.run_until_idle()
        return summary

    def append(self, path: Path, producer) -> ImportSummary:
        mapping, summary = read_mapping(MAPPING), ImportSummary()
        write_events(
            map_file(mapping, open_rows(path, mapping.file), summary),
            producer,
            workspace_id=self.workspace_id,
            source_id="src_retail",
            clock=CLOCK,
            rejects=self.folder / "rejects.ndjson",
            summary=summary,
        )
        return summary

    def ask(self, text) -> list[tuple]:
        return self.warehouse.query(text, workspace_id=self.workspace_id)

    def totals(self) -> dict[str, tuple]:
        """Per event: how many, sum of quantity, of total, of lines, and of lines of guests."""
        number = "JSONExtractFloat(properties, '{}')".format
        select = raw(
            f"SELECT event, uniqExact(JSONExtractString(properties, 'order_id')), sum({number('quantity')}),"  # type: ignore[arg-type]
            f" sum({number('total')}), sum({number('lines')}), sumIf({number('lines')}, user_id = '')"
        )
        rows = self.ask(select + scan(EVENTS, self.workspace_id, raw("event LIKE 'Order %'")) + raw(" GROUP BY event"))
        return {row[0]: tuple(round(value, 6) for value in row[1:]) for row in rows}

    def customers(self) -> dict[str, str]:
        """Country of each profile that has a user id."""
        user_id = "JSONExtractString(identifiers, 'user_id', 1)"
        select = raw(f"SELECT {user_id}, JSONExtractString(traits, 'country')")  # type: ignore[arg-type]
        is_customer = raw(f"{user_id} != ''")  # type: ignore[arg-type]
        return dict(self.ask(select + scan(PROFILES, self.workspace_id, is_customer)))

    def select_customers(self, rule: dict, now: datetime) -> set[str]:
        """User ids of the people that a rule selects, as the product computes it."""
        with self.store.read() as session:
            catalog = load_catalog(session, self.workspace_id)
        resolved = rules.resolve(rules.decode(rule), catalog, now)
        members = {row[0] for row in self.ask(rules.compile_members(resolved))}
        select = raw("SELECT DISTINCT profile_id, user_id") + scan(EVENTS, self.workspace_id, raw("user_id != ''"))
        owners = dict(self.ask(select))
        return {owners[member] for member in members}


@pytest.fixture
def world(sqlite_store, single_warehouse, tmp_path):
    made = World(sqlite_store, single_warehouse, tmp_path)
    yield made
    made.log.close()


def good_customers_rule(spent: float, orders: int) -> dict:
    return {
        "kind": "all",
        "rules": [
            {
                "kind": "event_aggregate",
                "event": "Order Completed",
                "function": "sum",
                "property": "total",
                "compare": {"op": "gt", "value": spent},
                "window": {"kind": "last", "value": 90, "unit": "days"},
            },
            {"kind": "event", "event": "Order Completed", "count": {"op": "gte", "value": orders}},
        ],
    }


def check_import(world: World, path: Path, *, spent: float, orders: int) -> None:
    expected = Expected.of(path)
    summary = world.import_file(path)
    completed, refunded = expected.invoices(refunds=False), expected.invoices(refunds=True)
    assert summary.rows == len(expected.lines)
    assert (summary.rows_rejected, summary.rows_unused) == (0, 0)
    assert summary.events == {
        "$identify": len(expected.customers),
        "Order Completed": completed,
        "Order Refunded": refunded,
    }

    totals = world.totals()
    assert totals["Order Completed"][0] == completed
    assert totals["Order Refunded"][0] == refunded
    quantity = totals["Order Completed"][1] - totals["Order Refunded"][1]
    amount = totals["Order Completed"][2] - totals["Order Refunded"][2]
    assert quantity == expected.lines["quantity"].sum()
    assert amount == pytest.approx(expected.lines["amount"].sum(), abs=0.005)
    assert totals["Order Completed"][3] + totals["Order Refunded"][3] == len(expected.lines)
    assert totals["Order Completed"][4] + totals["Order Refunded"][4] == expected.guest_lines

    customers = world.customers()
    assert set(customers) == expected.customers
    profiles = world.ask(raw("SELECT count()") + scan(PROFILES, world.workspace_id))[0][0]
    assert profiles == len(expected.customers) + expected.guest_invoices

    now = expected.lines["at"].max().to_pydatetime().replace(tzinfo=UTC) + timedelta(seconds=1)  # winter: London is UTC
    wanted = expected.good_customers(now, spent=spent, orders=orders)
    assert wanted, "the question must have an answer"
    assert wanted != expected.customers
    rule = good_customers_rule(spent, orders)
    assert world.select_customers(rule, now) == wanted
    promote(world.store, world.warehouse, world.workspace_id, [("property", "Order Completed", "total")])
    assert world.select_customers(rule, now) == wanted


def generated_file(folder: Path) -> Path:
    """Order lines like the published ones: refunds, guests, gifts, stray quotes, commas, spaces, mixed-up lines."""
    rng = random.Random(4)
    start, rows = datetime(2011, 6, 1, 8, tzinfo=UTC), []
    for number in range(700):
        is_refund = rng.random() < 0.15
        is_guest = rng.random() < 0.25
        customer = "" if is_guest else str(12_346 + int(rng.paretovariate(1.1)) % 80)
        invoice = f"{'C' if is_refund else ''}{536_365 + number}"
        at = start + timedelta(minutes=rng.randrange(190 * 24 * 60))
        country = rng.choice(("United Kingdom", "France", "Germany"))
        for _ in range(rng.randint(1, 6)):
            quantity = rng.randint(1, 40) * (-1 if is_refund or rng.random() < 0.02 else 1)
            description = rng.choice(("WHITE METAL LANTERN", 'POPPY\'S "PLAYHOUSE", BLUE ', "", "CAFÉ MUG"))
            price = f"{rng.choice((0, 0.42, 2.55, 7.65, 18.0, 4.125)):g}"
            rows.append(
                [invoice, "85123A", description, str(quantity), f"{at:%Y-%m-%d %H:%M}:00", price, customer, country]
            )
    rng.shuffle(rows)  # the lines of an invoice need not stand together
    path = folder / "generated.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        pd.DataFrame(rows, columns=COLUMNS).to_csv(file, index=False)
    return path


def test_a_generated_file_of_the_same_format_reconciles_and_selects_as_pandas_does(world, tmp_path):
    path = generated_file(tmp_path)
    check_import(world, path, spent=300, orders=3)
    codes = {"United Kingdom": "GB", "France": "FR", "Germany": "DE"}
    assert world.customers() == {one: codes[country] for one, country in Expected.of(path).countries().items()}


def test_importing_a_file_again_changes_nothing(world, tmp_path):
    path = generated_file(tmp_path)
    events = world.import_file(path).total_events
    before = (world.totals(), world.customers())
    world.import_file(path)
    assert (world.totals(), world.customers()) == before
    with world.store.read() as session:
        found = counters(session, world.workspace_id, since=CLOCK.now() - timedelta(hours=1), until=CLOCK.now())
    assert sum(one.received for one in found) == 2 * events
    assert sum(one.stored for one in found) == events
    assert sum(one.duplicate for one in found) == events


def test_an_import_that_broke_off_is_completed_by_running_it_again(world, tmp_path):
    class Breaking:
        """A producer whose disk fills up after the first record."""

        def __init__(self, producer) -> None:
            self.producer = producer
            self.left = 1

        def append_sync(self, payload: bytes):
            if not self.left:
                raise Unavailable("The disk is full.", cure="Free space.")
            self.left -= 1
            return self.producer.append_sync(payload)

    path = generated_file(tmp_path)
    producer = world.log.producer(EVENTS_TOPIC)
    with pytest.raises(Unavailable):
        world.append(path, Breaking(producer))
    producer.close()
    world.pipeline.run_until_idle()
    assert 0 < sum(row[0] for row in world.totals().values()) < 700
    check_import(world, path, spent=300, orders=3)


@pytest.mark.slow
def test_the_published_file_reconciles_to_its_published_totals(world):
    if not PUBLISHED.exists():
        pytest.skip(f"the published data set is not here: {PUBLISHED.relative_to(ROOT.parent)}")
    expected = Expected.of(PUBLISHED)
    assert len(expected.customers) == 4_372
    assert expected.invoices(refunds=False) + expected.invoices(refunds=True) == 25_900
    assert expected.guest_lines == 135_080
    assert expected.lines["quantity"].sum() == 5_176_450
    assert round(expected.lines["amount"].sum(), 2) == 9_747_747.93
    check_import(world, PUBLISHED, spent=1_000, orders=3)
