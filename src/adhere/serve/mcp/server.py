"""The tools that agents call. All of them only read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from mcp_types import Tool as Described
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from adhere import __version__
from adhere.errors import AdhereError, InputError
from adhere.need import Answer, Document
from adhere.search.trace import Event, Planned
from adhere.search.wire import answer_to_json, jsonable
from adhere.serve.access import LOCAL, Caller
from adhere.serve.mcp.split import split
from adhere.serve.refusals import NotAllowed
from adhere.serve.service import Ask, Service
from adhere.serve.wire import address
from adhere.values import as_utc

INSTRUCTIONS = """Search over a collection of documents that obeys instructions.
Say in plain words what counts as relevant: what must hold ("only accepted ones", "after 2020"), what must
not ("nothing on C extensions"), what is preferred. `retrieve` takes query and instruction apart, and shows
which criterion each hit meets or violates. `search` takes both in one text; `fetch` gives a whole document.
"""
READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
STEPS = 8
"""Events of a search: its steps, and the plan."""
EXCERPT = 600
MOST_HITS = 100
TEXT = 4_000

Tool = Context[Any, Any]


class Found(BaseModel):
    """A document as connectors cite it."""

    id: str
    title: str
    url: str


class Results(BaseModel):
    """What `search` answers."""

    results: list[Found]


class Fetched(BaseModel):
    """What `fetch` answers."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any]


class Strict(MCPServer[Any]):
    """The SDK drops arguments that a tool does not have. A mistyped instruction must not be one of them."""

    async def list_tools(self) -> list[Described]:
        """The tools, whose schemas say that there are no other arguments."""
        return [
            tool.model_copy(update={"input_schema": {**tool.input_schema, "additionalProperties": False}})
            for tool in await super().list_tools()
        ]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Tool | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Errors  ToolError, naming the known ones, for an argument that the tool does not have"""
        for tool in await super().list_tools():
            known = list(tool.input_schema["properties"])
            unknown = [argument for argument in arguments if argument not in known]
            if tool.name == name and unknown:
                raise ToolError(
                    f"{name} has no argument {unknown[0][:40]!r}. Its arguments: {', '.join(known)}."
                )
        return await super().call_tool(name, arguments, context)


def mcp_server(service: Service, caller: Caller | None = None) -> MCPServer[Any]:
    """The tools over one service. `caller` is who asks over stdio; over HTTP the guards say it."""
    server = Strict(
        "adhere", title="Adhere", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    # The SDK's logger writes what clients send; who asked for what is in our own log.
    logging.getLogger("mcp").setLevel(logging.WARNING)

    @server.tool(title="Search", annotations=READS)
    async def search(query: Annotated[str, Field(max_length=2 * TEXT)], ctx: Tool) -> Results:
        """Find documents. The query may go on with an instruction that says what counts as relevant:
        "vector index. Only accepted proposals, nothing on C extensions." Gives id, title and url of each."""
        with _told():
            who = _caller(ctx, caller)
            words, instruction = await _split(service, who, query)
            answer = await _answered(service, who, Ask(words, instruction), ctx)
            return Results(results=[_found(hit.document, ctx, service) for hit in answer.hits])

    @server.tool(title="Fetch", annotations=READS)
    async def fetch(id: str, ctx: Tool) -> Fetched:
        """The whole document with this id, as `search` and `retrieve` give it."""
        with _told():
            document = await service.get(_caller(ctx, caller), id)
            found = _found(document, ctx, service)
            time = {"time": document.time.isoformat()} if document.time else {}
            metadata = {**jsonable(document.fields), **time}
            return Fetched(**found.model_dump(), text=document.text, metadata=metadata)

    @server.tool(title="Retrieve", annotations=READS)
    async def retrieve(
        query: Annotated[str, Field(max_length=TEXT, description="A few words.")],
        ctx: Tool,
        instruction: Annotated[
            str, Field(max_length=TEXT, description="What counts as relevant, in plain words.")
        ] = "",
        filters: Annotated[
            str | None, Field(max_length=20_000, description='Hard rules, e.g. want field(status = "Final")')
        ] = None,
        as_of: Annotated[str | None, Field(description="ISO date: what was known on that day.")] = None,
        k: Annotated[int, Field(ge=1, le=MOST_HITS, description="Number of hits.")] = 10,
    ) -> dict[str, Any]:
        """Find documents under an instruction, and see why: the criteria as executed, what each removed, and
        for every hit which criterion it meets or violates, with the evidence. On few hits `relax` holds
        programs that would let more in."""
        with _told():
            ask = Ask(query, instruction, k, _instant(as_of), filters=filters)
            answer = await _answered(service, _caller(ctx, caller), ask, ctx)
            return _retrieved(answer, ctx, service)

    return server


def over_http(server: MCPServer[Any]) -> Starlette:
    """The tools as an application with the one route /mcp. Every request stands alone, so no session of one
    token can be used by another; the guards around it have checked host, origin and token."""
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(stateless_http=True, transport_security=unguarded)


async def over_stdio(service: Service) -> None:
    """Serve on stdin and stdout until stdin ends."""
    await mcp_server(service, LOCAL).run_stdio_async()


def _caller(ctx: Tool, given: Caller | None) -> Caller:
    request = ctx.request_context.request
    caller = given or getattr(getattr(request, "state", None), "caller", None)
    if not isinstance(caller, Caller):
        raise NotAllowed("Nobody says who asks.")
    caller.must("read")
    return caller


async def _split(service: Service, caller: Caller, text: str) -> tuple[str, str]:
    engine = service.engine_of(caller)
    return await service.run(lambda: split(text, engine.parse))


async def _answered(service: Service, caller: Caller, ask: Ask, ctx: Tool) -> Answer:
    """The answer; each event of the search is reported as progress."""
    done = 0
    async with aclosing(service.stream(caller, ask)) as events:
        async for event in events:
            if isinstance(event, Answer):
                return event
            done += 1
            await ctx.report_progress(done, STEPS, _message(event))
    raise AssertionError("a stream ends with its answer")


def _message(event: Event) -> str:
    if isinstance(event, Planned):
        return f"{len(event.criteria)} criteria"
    return f"{event.step}: {event.count}"


def _found(document: Document, ctx: Tool, service: Service) -> Found:
    """Connectors cite by url, so there always is one."""
    request = ctx.request_context.request
    base = f"adhere://{quote(service.name, safe='')}"
    if request is not None:
        base = f"{str(request.base_url).rstrip('/')}/v1/documents"
    return Found(id=document.id, title=document.title or document.id, url=address(document, base))


def _retrieved(answer: Answer, ctx: Tool, service: Service) -> dict[str, Any]:
    data = answer_to_json(answer)
    for shown, hit in zip(data["hits"], answer.hits, strict=True):
        shown["url"] = _found(hit.document, ctx, service).url
        shown["excerpt"] = hit.document.text[:EXCERPT]
    return data


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return as_utc(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise InputError(f"as_of {text[:40]!r} is no date. Write 2024-06-30.") from None


@contextmanager
def _told() -> Iterator[None]:
    """Our errors reach the model in their own words, so that it can ask better."""
    try:
        yield
    except AdhereError as error:
        raise ToolError(str(error)) from error
