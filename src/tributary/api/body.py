"""What requests may say: a base class for every request body, and the check of query parameters.

Nothing unknown is passed over. A misspelt key that is ignored does the default thing instead of the thing that was
asked for, and nobody notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from tributary.api.locale import LOCALE, check_locale
from tributary.errors import InvalidRequest
from tributary.rules import did_you_mean


class Body(BaseModel):
    """The base of every request body: a key that it does not know is a mistake, at any depth."""

    model_config = ConfigDict(extra="forbid")


def check_query(request: Request) -> None:
    """Refuse query parameters that the route does not know. Every route knows `locale`, for its errors.

    Raises:
        InvalidRequest: names the unknown one and the known ones.
    """
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = sorted({name for part in all_parts(route.dependant) for name in _query_names(part)})
    for name in request.query_params:
        if name == LOCALE:
            check_locale(request.query_params[name])
        elif name not in known:
            others = f"Known are {', '.join(known)}." if known else "This route takes none."
            raise InvalidRequest(
                f"There is no query parameter {name!r} here.",
                cure=f"{did_you_mean(name, known)} {others}".strip(),
                path=f"query.{name}",
            )


def known_keys(request: Request, location: tuple[int | str, ...]) -> list[str]:
    """The keys that the object around `location` (as of a validation error: `body`, …) takes; none when unclear."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or route.body_field is None or location[0] != "body":
        return []
    models = list(_models(route.body_field.field_info.annotation))
    for part in location[1:-1]:
        if isinstance(part, str):  # a number is an item of a list, whose model `_models` has found already
            models = [
                found
                for model in models
                if part in model.model_fields
                for found in _models(model.model_fields[part].annotation)
            ]
    return sorted({name for model in models for name in model.model_fields})


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type such as `list[Model] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias


def all_parts(dependant: Dependant) -> Iterator[Dependant]:
    """A route's parts: itself and all that it depends on."""
    yield dependant
    for part in dependant.dependencies:
        yield from all_parts(part)
