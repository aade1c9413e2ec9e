"""What a server says about itself: health, status, schema, metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from adhere import __version__
from adhere.parse.language import write
from adhere.search.wire import jsonable
from adhere.serve.http.asking import Asking
from adhere.serve.http.problems import Json
from adhere.serve.wire import schema_to_json

router = APIRouter(tags=["server"])


@router.get("/health")
async def health() -> Response:
    """Whether the server is up. Needs no token."""
    return Json({"status": "ok"})


@router.get("/v1/status")
async def status(asking: Asking) -> Response:
    """What the store holds and was made with, as far as this token sees, and what this token may do."""
    caller = asking.caller
    caller.must("read")
    facts = await asking.service.status(caller)
    facts["fields"] = len(facts["fields"])
    me = {
        "name": caller.name,
        "scopes": sorted(caller.scopes),
        "filter": write(caller.filter),
        "standing": caller.standing,
    }
    return Json({**jsonable(facts), "version": __version__, "caller": me})


@router.get("/v1/schema")
async def schema(asking: Asking, values: Annotated[int, Query(ge=0, le=10_000)] = 200) -> Response:
    """The fields of the documents, with their types and most frequent values."""
    asking.caller.must("read")
    return Json(schema_to_json(await asking.service.schema(asking.caller), values=values))


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(asking: Asking, request: Request) -> Response:
    """Requests and their durations in the text format of Prometheus. Needs the scope admin."""
    asking.caller.must("admin")
    gauges = {
        "adhere_documents": ("Documents in the store.", float(asking.service.engine.schema.documents)),
        "adhere_running": ("Searches and writes under way or waiting.", float(asking.service.running)),
    }
    return PlainTextResponse(request.app.state.metrics.text(gauges), media_type="text/plain; version=0.0.4")
