"""OpenAPI 3.1 of every call, made from the routes and their msgspec types: the one source of truth."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from barbox import __version__
from barbox.core.http import DEVICE, OPEN, Route, Routes

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "error"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "error": {"type": "string", "description": "one sentence in the reader's language"},
        "field": {"type": "string"},
    },
}


def document(rooms: Sequence[Routes]) -> dict[str, Any]:
    """The whole document; types with the same name share one schema."""
    routes = [route for room in rooms for route in room.all]
    types = [t for route in routes for t in (route.body, route.query, route.answer) if _described(t)]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schema_of = {id(t): schema for t, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Barbox", "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "the device's token"},
                "session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _described(type_: Any) -> bool:
    return type_ is not None and type_ is not type(None) and not _streams(type_)


def _streams(type_: Any) -> bool:
    return isinstance(type_, type) and type_.__module__.startswith("aiohttp")


def _operation(route: Route, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.removeprefix('/api')}").strip("_")
    operation: dict[str, Any] = {
        "operationId": name,
        "tags": [route.room],
        "summary": route.summary,
        "responses": _responses(route, schema_of),
    }
    if parameters := [*_path(route), *_query(route, schema_of, components), *_headers(route)]:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(schema_of[id(route.body)])}
    if route.needs != OPEN:
        operation["security"] = [{"device" if route.needs == DEVICE else "session": []}]
        operation["x-needs"] = route.needs
    return operation


def _responses(route: Route, schema_of: dict[int, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": route.summary}
    status = str(route.status)
    if route.answer is type(None):
        status = "204"
    elif not _streams(route.answer):
        good["content"] = _json(schema_of[id(route.answer)])
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: good, "default": {"description": "A problem document", "content": problem}}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1} if name.endswith("_id") else {"type": "string"},
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query(route: Route, schema_of: dict[int, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    reference = schema_of[id(route.query)]["$ref"].rpartition("/")[2]
    schema = components[reference]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": inner}
        for name, inner in schema["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    language = {
        "name": "Accept-Language",
        "in": "header",
        "description": "zh-CN or en, the language of sentences for people; any other reads English",
        "schema": {"type": "string"},
    }
    if route.method == "GET":
        return [language]
    override = {
        "name": "Manager-Override",
        "in": "header",
        "schema": {"type": "string", "pattern": "^[0-9]+:[0-9]{4,8}$"},
        "description": "staffId:pin of somebody who lends what they may do, for this one call",
    }
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "minLength": 8, "maxLength": 64},
    }
    return [language, key, *([override] if route.needs not in (OPEN, DEVICE) else [])]
