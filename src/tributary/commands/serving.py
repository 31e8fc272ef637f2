"""Start things: the whole of Tributary, a collector alone, the demo; and bring the store's schema up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from tributary.commands.runtime import AsJson, runtime, show_record


def serve(context: typer.Context) -> None:
    """Start Tributary on this machine: collector, pipeline, jobs, API. Stops with Ctrl+C or SIGTERM."""
    from tributary import app
    from tributary.core.logging import configure_logging

    settings = runtime(context).settings
    configure_logging(settings.log_level)
    app.serve(settings)


def collector(context: typer.Context) -> None:
    """Start a collector alone: it takes events and writes them to the log, and needs no database."""
    from tributary.collector import serve_collector
    from tributary.core.logging import configure_logging

    settings = runtime(context).settings
    configure_logging(settings.log_level)
    serve_collector(settings)


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Show the loop once and exit, instead of staying up.")] = False,
    people: Annotated[int, typer.Option(min=50, max=200_000, help="How many people the shop has.")] = 3_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people and the same 90 days.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Run the whole loop on a made-up shop: events, people, an audience, e-mail, answers, and what it earned."""
    from tributary import demo as shop

    shop.run(runtime(context).settings, once=once, people=people, seed=seed, as_json=as_json)


def migrate(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the schema of the records store to this version. The server does this when it starts."""
    from tributary.commands.schema import revisions
    from tributary.store import open_store

    run = runtime(context)
    store = open_store(run.settings.resolved_store_url)
    store.ping()
    before, _ = revisions(store)
    store.migrate()
    after, _ = revisions(store)
    store.close()
    show_record({"before": before, "after": after}, as_json=as_json)
