"""The whole server as one ASGI application: routes, guards, the page, and MCP where it is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from adhere import __version__
from adhere.errors import AdhereError
from adhere.serve.access import Tokens
from adhere.serve.http import documents, house, search, similar
from adhere.serve.http.guards import CLOSED, Guard, Places
from adhere.serve.http.metrics import Metrics
from adhere.serve.http.problems import respond
from adhere.serve.service import Service

PAGE = Path(__file__).parent.parent / "page"
_PROBLEM = {
    "description": "A problem (RFC 9457); `detail` says what was asked, what was found, what to do next.",
    "content": {
        "application/problem+json": {
            "schema": {"type": "object", "additionalProperties": True},
            "example": {
                "type": "urn:adhere:error:SchemaError",
                "title": "Schema Error",
                "status": 422,
                "detail": "There is no field 'statsu'. Did you mean status?",
            },
        }
    },
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATUSES = (400, 401, 403, 404, 405, 413, 422, 429, 501, 503)


def application(service: Service, *, tokens: Tokens | None = None, places: Places | None = None) -> FastAPI:
    """Everything that `adhere serve` offers, over one service. Stopping it stops the service's threads."""
    tokens, metrics = tokens or Tokens(), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(service.close)
            if app.state.mcp is not None:
                await stack.enter_async_context(app.state.mcp.session_manager.run())
            yield

    app = FastAPI(
        title="Adhere",
        version=__version__,
        description="Search that does what you told it: instructions become criteria, criteria are executed.",
        lifespan=lifespan,
        redoc_url=None,
        responses=dict.fromkeys(STATUSES, _PROBLEM),
    )
    app.state.service, app.state.metrics, app.state.mcp = service, metrics, None
    for part in (search, documents, similar, house):
        app.include_router(part.router)
    for kind in (AdhereError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _problem)
    if find_spec("mcp"):
        _mount_mcp(app, service)
    if (PAGE / "index.html").exists():
        app.router.routes.append(_Page("/", StaticFiles(directory=PAGE, html=True), name="page"))
    app.add_middleware(
        Guard, tokens=tokens, limits=service.limits, places=places or Places(), metrics=metrics
    )
    return app


class _Page(Mount):
    """The page's files. They are not looked for under the addresses of the API, where a wrong method would
    be told as a missing file."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].startswith(CLOSED):
            return Match.NONE, {}
        return super().matches(scope)


async def _problem(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = _allowed(request) or (error.headers or {}).get("Allow", "").split(", ")
        told = f"{request.method} is not allowed here; allowed: {', '.join(allowed)}"
        error = HTTPException(405, told, {"Allow": ", ".join(allowed)})
    return respond(error, instance=getattr(request.state, "request_id", ""))


def _allowed(request: Request) -> list[str]:
    """The methods of an address of the API, of all its routes: the router names those of the first alone."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    routes = [route for route in request.app.routes if not isinstance(route, _Page)]
    return [m for m, scope in scopes.items() if any(r.matches(scope)[0] is Match.FULL for r in routes)]


def _mount_mcp(app: FastAPI, service: Service) -> None:
    from adhere.serve.mcp.server import mcp_server, over_http

    app.state.mcp = mcp_server(service)
    app.router.routes.extend(over_http(app.state.mcp).routes)
