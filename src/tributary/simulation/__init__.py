"""A made-up bilingual shop: its customers, what they do in 90 days, and how its data get into a workspace.

    for batch in generate(seed=7, people=3_000, now=now):
        post("/v1/batch", write_key[batch.source], batch.body())

The demo sends it through the front doors, as real clients would; `request_demo_data` has a job put it into the log of
somebody's own, empty workspace.
"""

from tributary.simulation.definitions import AUDIENCES, RULE, TAGS
from tributary.simulation.load import DemoData, demo_data, job_handlers, request_demo_data
from tributary.simulation.shop import SHOP_URL
from tributary.simulation.simulate import (
    DEMO_SOURCES,
    Arm,
    Assigned,
    Planted,
    SourceBatch,
    consent_statements,
    generate,
    simulate_response,
)

__all__ = [
    "AUDIENCES",
    "DEMO_SOURCES",
    "RULE",
    "SHOP_URL",
    "TAGS",
    "Arm",
    "Assigned",
    "DemoData",
    "Planted",
    "SourceBatch",
    "consent_statements",
    "demo_data",
    "generate",
    "job_handlers",
    "request_demo_data",
    "simulate_response",
]
