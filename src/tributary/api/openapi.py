"""The OpenAPI document: FastAPI's, completed with what it cannot know — problems, and who may call what."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from tributary.api.auth import Access, access_of
from tributary.api.problems import Problem, problems

_DESCRIPTION = """\
The management API of Tributary. Events come in elsewhere, at the collector.

**Signing in.** Send an API token as `Authorization: Bearer trb_…`, or the cookie that `POST /api/v1/login` sets.
**Errors** are `application/problem+json`: `code` for programs, `detail` and `cure` for people, `request_id` for logs.
**Lists** are `{items, next_cursor}`: pass `next_cursor` back as `cursor` until it is null.
**Requests** with a key or a query parameter that the route does not know are refused.
**Texts** for people, those of errors too, come in `?locale=` (every route takes it), else in the language of
`Accept-Language`, else in the workspace's.
**Workspaces.** A call works on the caller's workspace; things of others answer 404.
"""


# What stands in a path, by its name; a name means the same in every path.
_PATH_PARAMETERS = {
    "audience_id": "`aud_…`",
    "campaign_id": "`cmp_…`",
    "identity_run_id": "`idr_…`",
    "match_pair_id": "`mpr_…`",
    "import_id": "`imp_…`",
    "job_id": "`job_…`",
    "account_id": "`acc_…`",
    "profile_id": "`prf_…`; of a profile that was merged, too.",
    "quarantine_id": "`qtn_…`",
    "run": "Number of the computation.",
    "session_id": "`ses_…`",
    "source_id": "`src_…`",
    "tag_id": "`tag_…`",
    "token": "What the message carries; it is signed.",
    "token_id": "`tok_…`",
    "user_id": "`usr_…`",
    "version": "Number of the definition.",
    "workspace_id": "`wsp_…`",
}


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """The document of every route of `app`."""
    document = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=list(app.routes))
    declared = _declared(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, declared[path, method], names_a_thing="{" in path)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    return document


def _declared(app: FastAPI) -> dict[tuple[str, str], Access]:
    return {
        (str(route.path), method.lower()): access_of(route)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }


def _complete(operation: dict[str, Any], access: Access, *, names_a_thing: bool) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] in _PATH_PARAMETERS:
            parameter.setdefault("description", _PATH_PARAMETERS[parameter["name"]])
    responses = operation["responses"]
    extra = [500]
    if access.is_public:
        operation["security"] = []
    else:
        extra += [401, 403]
        operation["x-required-scope"] = access.scope
        if names_a_thing:
            extra.append(404)  # what belongs to another workspace does not exist
    if "422" in responses:
        del responses["422"]
        extra.append(422)
    for status, response in problems(*extra).items():
        responses.setdefault(str(status), response)
    operation["responses"] = dict(sorted(responses.items()))
