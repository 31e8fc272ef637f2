"""The API reference for people: the OpenAPI document as one page, with no script and nothing from elsewhere.

It works without a network and under the strictest content policy: the only style is named by its hash. Chrome is in
Chinese or English, after `?lang=` or the browser's languages; the descriptions are those of the document.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from tributary.api.auth import public
from tributary.api.openapi import build_openapi

router = APIRouter(tags=["system"], dependencies=[public()])

_TEXTS = {
    "en": {
        "title": "Tributary API",
        "lead": "Everything Tributary can do, programs can do.",
        "document": "OpenAPI document",
        "other": "中文",
        "public": "for everybody",
        "signed_in": "any signed-in caller",
        "parameters": "Parameters",
        "body": "Body",
        "answers": "Answers",
        "required": "required",
        "schemas": "Schemas",
        "example": "Example",
    },
    "zh": {
        "title": "汇流 API",
        "lead": "汇流能做的，程序都能做。",
        "document": "OpenAPI 文档",
        "other": "English",
        "public": "无需登录",
        "signed_in": "登录即可",
        "parameters": "参数",
        "body": "请求体",
        "answers": "返回",
        "required": "必填",
        "schemas": "数据结构",
        "example": "示例",
    },
}

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--accent:#0a7d6c}
body{margin:0 auto;max-width:64rem;padding:1.5rem;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
h1{margin:0}h2{margin-top:2.5rem;border-bottom:1px solid var(--line);text-transform:capitalize}
a{color:var(--accent)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:0 1rem}
summary{cursor:pointer;padding:.6rem 0;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:4.5rem;color:var(--accent)}
summary span{opacity:.75;margin-left:.75rem}
code,pre{font:14px/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--soft);padding:.75rem;border-radius:.5rem;overflow-x:auto}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid var(--line);padding:.35rem .75rem .35rem 0;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap}small{opacity:.75}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def _document(request: Request) -> dict[str, Any]:
    state = request.app.state
    if not hasattr(state, "openapi"):
        state.openapi = build_openapi(request.app)
    document: dict[str, Any] = state.openapi
    return document


# Where people look first; the front door itself leads to the operator's page.
entrance = APIRouter(tags=["system"], dependencies=[public()])


@entrance.get("/docs", operation_id="enter_reference", summary="Docs", status_code=307, response_class=RedirectResponse)
async def enter_reference() -> RedirectResponse:
    """Leads to the reference."""
    return RedirectResponse("api/v1/docs")


@router.get("/openapi.json", operation_id="get_openapi", summary="This API as OpenAPI")
def get_openapi(request: Request) -> JSONResponse:
    """The OpenAPI 3.1 document of this API."""
    return JSONResponse(_document(request))


@router.get(
    "/docs",
    operation_id="get_reference",
    summary="This API as a page",
    response_class=HTMLResponse,
)
def get_reference(
    request: Request,
    lang: Annotated[Literal["zh", "en"] | None, Query(description="Language; else the browser's.")] = None,
    accept_language: Annotated[str, Header()] = "",
) -> HTMLResponse:
    """The page that you may be looking at."""
    language = lang or ("zh" if accept_language.strip().lower().startswith("zh") else "en")
    html = render_reference(_document(request), language)
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "Vary": "Accept-Language"})


def render_reference(document: dict[str, Any], language: str) -> str:
    """The page of an OpenAPI document in `zh` or `en`."""
    texts = _TEXTS[language]
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            by_tag.setdefault(tag, []).append("".join(_operation(method, path, operation, document, texts)))
    schemas = document["components"]["schemas"]
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{texts['title']}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{texts['title']}</h1><p>{texts['lead']}</p>",
        f'<p><a href="openapi.json">{texts["document"]}</a> · ',
        f'<a href="?lang={"en" if language == "zh" else "zh"}">{texts["other"]}</a></p></header>',
        "<nav>",
        *(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in by_tag),
        f'<a href="#schemas">{texts["schemas"]}</a></nav><main>',
        _prose(document["info"].get("description", "")),
        *(
            f'<section><h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(rows)}</section>'
            for tag, rows in by_tag.items()
        ),
        f'<section><h2 id="schemas">{texts["schemas"]}</h2>',
        *(_schema_section(name, schema, texts) for name, schema in sorted(schemas.items())),
        "</section></main></body></html>",
    ]
    return "".join(parts)


def _operation(
    method: str, path: str, operation: dict[str, Any], document: dict[str, Any], texts: dict[str, str]
) -> Iterator[str]:
    if operation.get("security") == []:
        who = texts["public"]
    else:
        who = operation.get("x-required-scope") or texts["signed_in"]
    yield f'<details id="{escape(operation.get("operationId", ""))}"><summary><b>{method.upper()}</b>'
    yield f"<code>{escape(path)}</code><span>{escape(operation.get('summary', ''))} · {escape(who)}</span></summary>"
    yield _prose(operation.get("description", ""))
    if parameters := operation.get("parameters"):
        yield f"<h4>{texts['parameters']}</h4><table>"
        for parameter in parameters:
            yield _row(parameter["name"], parameter["schema"], parameter.get("required", False), texts, parameter)
        yield "</table>"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield f"<h4>{texts['body']}</h4><p>{_type(content.get('schema', {}))}</p>"
    yield f"<h4>{texts['answers']}</h4><table>"
    for status, response in operation["responses"].items():
        shapes = ", ".join(_type(content.get("schema", {})) for content in response.get("content", {}).values())
        yield f"<tr><td>{status}</td><td>{escape(response.get('description', ''))}</td><td>{shapes}</td></tr>"
    yield f"</table><h4>{texts['example']}</h4><pre>{escape(_curl(method, path, operation, document))}</pre></details>"


def _curl(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    lines = ["curl" if method == "get" else f"curl -X {method.upper()}"]
    if operation.get("security") != []:
        lines.append('  -H "Authorization: Bearer $TRIBUTARY_TOKEN"')
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        example = json.dumps(_example(body, document, 0), ensure_ascii=False)
        lines += ['  -H "Content-Type: application/json"', f"  -d '{example}'"]
    return " \\\n".join([*lines, f'  "$TRIBUTARY_URL{path}"'])


def _example(schema: dict[str, Any], document: dict[str, Any], depth: int) -> Any:
    """A small value of the schema: required fields only, and not deeper than makes sense to read."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "const" in schema:
        return schema["const"]
    if choices := schema.get("enum"):
        return choices[0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _example(choices[0], document, depth)
    match schema.get("type"):
        case "object" if depth < 4:
            required, fields = schema.get("required", []), schema.get("properties", {})
            return {name: _example(field, document, depth + 1) for name, field in fields.items() if name in required}
        case "array":
            return [_example(schema["items"], document, depth + 1)] if depth < 4 and "items" in schema else []
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "string":
            return "…"
    return {}


def _schema_section(name: str, schema: dict[str, Any], texts: dict[str, str]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        _row(field, shape, field in required, texts, shape) for field, shape in schema.get("properties", {}).items()
    )
    shape = f"<table>{rows}</table>" if rows else f"<p>{_type(schema)}</p>"
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_prose(schema.get('description', ''))}{shape}</details>"
    )


def _row(name: str, schema: dict[str, Any], is_required: bool, texts: dict[str, str], source: dict[str, Any]) -> str:
    note = f" <small>{texts['required']}</small>" if is_required else ""
    return (
        f"<tr><td><code>{escape(name)}</code>{note}</td><td>{_type(schema)}</td>"
        f"<td>{escape(source.get('description', ''))}</td></tr>"
    )


def _type(schema: dict[str, Any]) -> str:
    """The shape in a few words, with links to named schemas."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#schema-{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(choice) for choice in choices)
    if choices := schema.get("enum"):
        return " | ".join(f"<code>{escape(json.dumps(choice, ensure_ascii=False))}</code>" for choice in choices)
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const'], ensure_ascii=False))}</code>"
    kind = schema.get("type", "any")
    if kind == "array":
        return f"{_type(schema.get('items', {}))}[]"
    form = f" ({escape(schema['format'])})" if "format" in schema else ""
    return f"{escape(str(kind))}{form}"


def _prose(text: str) -> str:
    """Paragraphs, with `code` marked; nothing else of Markdown is interpreted."""
    out = []
    for paragraph in filter(None, (part.strip() for part in text.split("\n"))):
        pieces = escape(paragraph.replace("**", "")).split("`")
        marked = "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
        out.append(f"<p>{marked}</p>")
    return "".join(out)
