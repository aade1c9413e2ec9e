"""What every request passes first, on the way in: an id, the right host, a token, the rate, the size.

Pure ASGI, so that the same holds for every surface mounted in the application, MCP included.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adhere.serve.access import Caller, Tokens
from adhere.serve.http.metrics import Metrics
from adhere.serve.http.problems import respond
from adhere.serve.rates import Rates
from adhere.serve.refusals import Busy, NotAllowed, TooLarge, TooMany
from adhere.serve.service import Limits

log = logging.getLogger("adhere.serve")
CLOSED = ("/v1/", "/mcp", "/metrics")
"""What needs a token. Health, the description and the page's files are told to everybody."""
ONLY_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page runs the scripts that it came with, and nothing that a document holds."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": (
        "Accept, Authorization, Content-Type, X-Request-ID, "
        "Last-Event-ID, Mcp-Protocol-Version, Mcp-Session-Id"
    ),
    "Access-Control-Max-Age": "600",
}
"""What a page of an allowed origin may send: everything that a route reads."""
TOLD = "X-Request-ID, Retry-After"
"""Headers of an answer that such a page may read, beside those that every page may."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


@dataclass(frozen=True, slots=True)
class Places:
    """Under which names this server is reached. Without `hosts` only as this machine; "*" is any.

    A page that a browser loads from elsewhere can make its own name point here (DNS rebinding), but it
    cannot change the Host and Origin that the browser then sends.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    def check(self, headers: Headers) -> None:
        """Errors  NotAllowed for a request under another name, or from another site's page"""
        host = headers.get("host", "")
        if not ("*" in self.hosts or _name(host) in self.hosts or is_loopback(host)):
            raise NotAllowed(
                f"This server is not {host!r}. Reach it as localhost, or start it with --allow-host."
            )
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins and _place(origin) != host:
            raise NotAllowed(
                f"Pages of {origin!r} may not use this server. Start it with --allow-origin if they may."
            )

    def asks(self, method: str, headers: Headers) -> bool:
        """Whether a browser asks, before it sends a page's request, if it may (CORS preflight)."""
        wants = method == "OPTIONS" and "access-control-request-method" in headers
        return wants and headers.get("origin") in self.origins

    def share(self, headers: Headers, answer: MutableHeaders) -> None:
        """Let the page of an allowed origin read the answer."""
        if not self.origins:
            return
        answer.add_vary_header("Origin")
        if (origin := headers.get("origin")) in self.origins:
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = TOLD


@dataclass
class Guard:
    """Wraps an application. Refusals are problem details; every answer carries the request's id."""

    app: ASGIApp
    tokens: Tokens
    limits: Limits
    places: Places
    metrics: Metrics
    _rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self._rates = Rates(self.limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, began, sent = Headers(scope=scope), time.perf_counter(), {"status": 0}
        given = headers.get("x-request-id", "")
        identifier = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = identifier

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent["status"] = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-ID"] = identifier
                answer["X-Content-Type-Options"] = "nosniff"
                answer.setdefault("Cache-Control", "no-cache")  # an upgrade must not mix old and new modules
                if scope["path"] != "/docs":  # which loads its scripts from elsewhere
                    answer["Content-Security-Policy"] = ONLY_OURS
                self.places.share(headers, answer)
            await send(message)

        try:
            self.places.check(headers)
            if self.places.asks(scope["method"], headers):  # without a token: browsers send none with it
                await Response(status_code=204, headers=PREFLIGHT)(scope, receive, tell)
                return
            caller = self._admitted(scope, headers)
            state["caller"] = caller
            await self.app(scope, await self._whole(receive, headers), tell)
        except Exception as error:
            response = respond(error, instance=identifier)
            if response.status_code == 500:
                log.exception("request %s", identifier)
            if not sent["status"]:  # else the answer has begun, and can only be broken off
                await response(scope, receive, tell)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.request(scope, sent["status"], seconds)
            log.info(
                "%s %s %s %d %.1f ms",
                identifier,
                scope["method"],
                scope["path"],
                sent["status"],
                seconds * 1e3,
            )

    def _admitted(self, scope: Scope, headers: Headers) -> Caller:
        address = (scope.get("client") or ("unknown", 0))[0]
        if not scope["path"].startswith(CLOSED):
            return Caller("anybody", frozenset())
        caller = self.tokens.caller(headers.get("authorization"))
        if wait := self._rates.wait(caller, address):
            raise TooMany(f"More requests than the rate allows; wait {wait:.2f} s.", retry_after=wait)
        return caller

    async def _whole(self, receive: Receive, headers: Headers) -> Receive:
        """The body, read here up to its limit and then handed on as one message.

        Errors  TooLarge, and Busy for a body that takes longer to arrive than a request may last
        """
        large = TooLarge(
            f"The body is larger than the limit of {self.limits.body:,} bytes. Send it in parts."
        )
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self.limits.body:
            raise large
        parts, size = [], 0
        try:
            async with asyncio.timeout(self.limits.seconds):
                while True:
                    message = await receive()
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > self.limits.body:
                        raise large
                    if message["type"] != "http.request" or not message.get("more_body"):
                        break
        except TimeoutError:
            raise Busy(f"The body did not arrive within {self.limits.seconds:g} s.", retry_after=1) from None
        first: list[Message] = [{**message, "body": b"".join(parts)}]

        async def replay() -> Message:
            return first.pop() if first else await receive()

        return replay


def is_loopback(host: str) -> bool:
    """Whether a Host header, or an address to listen on, means this machine and no other."""
    name = _name(host)
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _place(origin: str) -> str | None:
    """Host and port of an Origin header, None for what is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name(host: str) -> str:
    """A Host header without its port, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.lower() if host.count(":") > 1 else host.partition(":")[0].lower()
