"""POST /v1/search and /v1/parse: the whole answer at once, or as it comes about."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from adhere.need import Answer, Step
from adhere.search.trace import Event, Planned
from adhere.search.wire import answer_to_json, parsed_to_json, planned_to_json
from adhere.serve.http.asking import Asking
from adhere.serve.http.bodies import ParseBody, SearchBody
from adhere.serve.http.problems import Json, dumps, problem
from adhere.serve.http.strict import StrictRoute
from adhere.serve.wire import document_to_json

router = APIRouter(prefix="/v1", tags=["search"], route_class=StrictRoute)
log = logging.getLogger("adhere.serve")

_STREAM = {
    "description": (
        "The answer; with `stream` or `Accept: text/event-stream` the events `criteria` (what will run), "
        "`candidates` (how many pass the rules, how many are looked at), `hits` (the answer with its ledger) "
        "and `done`, or `error` with a problem."
    ),
    "content": {"application/json": {}, "text/event-stream": {}},
}


@router.post("/search", responses={200: _STREAM})
async def search(
    body: SearchBody,
    asking: Asking,
    stream: Annotated[bool, Query(description="Answer as server-sent events.")] = False,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Search as the instruction says. Every hit has its ledger: which criterion it meets, and where."""
    asking.caller.must("read")
    if not (stream or body.stream or "text/event-stream" in accept):
        return Json(_answer(await asking.service.search(asking.caller, body.ask()), body.documents))
    events = asking.service.stream(asking.caller, body.ask())
    first = [await anext(events), await anext(events)]  # what is wrong with the request is known by now
    return StreamingResponse(
        _told(first, events, body.documents, asking.request_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.post("/parse")
async def parse(body: ParseBody, asking: Asking) -> Response:
    """What would run, and what becomes of every word of the instruction."""
    asking.caller.must("read")
    parsed = await asking.service.parse(asking.caller, body.instruction, body.query, body.as_of)
    return Json(parsed_to_json(parsed, query=body.query, as_of=body.as_of))


async def _told(
    first: list[Event | Answer], rest: AsyncGenerator[Event | Answer], documents: bool, request_id: str
) -> AsyncIterator[bytes]:
    steps: dict[str, int] = {}
    try:
        async with aclosing(rest):  # a listener who leaves ends the search
            for event in first:
                yield _shown(event, steps, documents)
            async for event in rest:
                yield _shown(event, steps, documents)
    except Exception as error:
        # The status is sent already; the problem goes where the answer would have.
        told = problem(error, instance=request_id)
        if told["status"] == 500:
            log.exception("request %s", request_id)
        yield _event("error", told)


def _shown(event: Event | Answer, steps: dict[str, int], documents: bool) -> bytes:
    """What a listener is sent for an event, which may be nothing; `steps` collects their counts."""
    match event:
        case Planned():
            return _event("criteria", planned_to_json(event))
        case Step(name, count):
            steps[name] = count
            if name == "find":
                return _event("candidates", {"passing": steps["filter"], "candidates": count})
            return b""
        case Answer():
            done = _event("done", {"took_ms": round(event.took_ms, 3)})
            return _event("hits", _answer(event, documents)) + done


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + dumps(data) + b"\n\n"


def _answer(answer: Answer, documents: bool) -> dict[str, Any]:
    data = answer_to_json(answer)
    if documents:
        for shown, hit in zip(data["hits"], answer.hits, strict=True):
            shown["document"] = document_to_json(hit.document)
    return data
