"""Is it alive, is it ready, which version: for load balancers and people, without signing in."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary.api.auth import public
from tributary.api.context import ContextDep
from tributary.api.problems import problems

router = APIRouter(prefix="/system", tags=["system"], dependencies=[public()])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Ready(BaseModel):
    """Everything that requests need answers."""

    status: Literal["ready"]
    parts: dict[str, Literal["ok"]] = Field(description="The parts that were asked.")


class Version(BaseModel):
    """What is running."""

    name: Literal["tributary"]
    version: str


@router.get("/health", operation_id="get_health", summary="Is the process alive")
async def get_health() -> Health:
    """Answers as long as the process runs. It asks no store, so that an outage of one does not restart us."""
    return Health(status="ok")


@router.get("/ready", operation_id="get_readiness", summary="Can requests be served", responses=problems(503))
def get_readiness(context: ContextDep) -> Ready:
    """Asks the records store and the warehouse; 503 names the one that does not answer."""
    context.store.ping()
    context.warehouse.ping()
    return Ready(status="ready", parts={"store": "ok", "warehouse": "ok"})


@router.get("/version", operation_id="get_version", summary="Which version runs")
async def get_version() -> Version:
    """The version of the installed package."""
    return Version(name="tributary", version=version("tributary"))
