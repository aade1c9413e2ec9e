"""`adhere serve STORE`: the engine behind HTTP, for programs, agents and the page."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from adhere.cli.app import StorePath
from adhere.cli.console import errors
from adhere.errors import InputError, require


def serve(
    store: StorePath,
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine need tokens.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8080,
    tokens: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who may do what: a TOML file of token hashes.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name under which this server is reached.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="A site whose pages may use this server.")
    ] = None,
    rate: Annotated[float, typer.Option(min=0.01, help="Requests a second, per token or address.")] = 100.0,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds that a request may take.")] = 30.0,
    max_body: Annotated[int, typer.Option(min=1, help="MiB that a request may send.")] = 8,
) -> None:
    """Serve STORE over HTTP, with MCP at /mcp and documentation at /docs.

    adhere serve notes.adhere
    """
    uvicorn = require("uvicorn", feature="adhere serve", extra="server")
    require("fastapi", feature="adhere serve", extra="server")
    import adhere
    from adhere.serve import access
    from adhere.serve.http.app import application
    from adhere.serve.http.guards import Places, is_loopback
    from adhere.serve.service import Limits, Service

    known = access.load(tokens) if tokens else access.Tokens()
    if not known and not is_loopback(host):
        raise InputError(
            f"{host} can be reached from other machines, so who asks must show a token. "
            "Start with --tokens FILE (docs/Operations.md shows one), or listen on 127.0.0.1."
        )
    limits = Limits(body=max_body * 1024 * 1024, seconds=time_limit, rate=rate, burst=round(2 * rate) + 1)
    # Browsers send an origin without the slash that people copy from the address bar.
    origins = frozenset(origin.rstrip("/") for origin in allow_origin or [])
    places = Places(frozenset(map(str.lower, allow_host or [])), origins)
    if not is_loopback(host) and not places.hosts:
        places = Places(frozenset({"*"}), places.origins)
    signal.signal(signal.SIGTERM, _stop)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    with adhere.open(store, create=False) as engine:
        service = Service(engine, name=store.resolve().stem, limits=limits)
        for problem in service.problems(known.callers):
            errors().print(problem, style="yellow")
        app = application(service, tokens=known, places=places)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=round(max(limits.seconds, limits.writing)) + 1,
            )
        )
        sockets = _listening(host, port)
        port = sockets[0].getsockname()[1]
        errors().print(f"Serving {store} at http://{host}:{port} (documentation: /docs, MCP: /mcp)")
        with suppress(KeyboardInterrupt):  # the server has ended by then, and sends it again
            server.run(sockets=sockets)
        if not server.started:
            raise typer.Exit(1)


def _listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen at the addresses of a host. Errors  InputError where one of them cannot be had"""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise InputError(f"{host!r} is no address of this machine: {error.strerror}.") from error
    sockets: list[socket.socket] = []
    for family, address in dict.fromkeys((place[0], place[4]) for place in places):
        try:
            sockets.append(socket.create_server(address[:2], family=family))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:  # such as ::1 of localhost where there is no IPv6
                continue
            for each in sockets:
                each.close()
            taken = error.errno == errno.EADDRINUSE
            why = "is taken: another program listens there" if taken else f"cannot be had: {error.strerror}"
            raise InputError(f"Port {port} of {host} {why}. Choose another one with --port.") from error
    if not sockets:
        raise InputError(f"{host!r} is no address of this machine.")
    return sockets


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (of the signal protocol)
    # The server ends its requests first and then sends the signal again, to close the store on the way out.
    raise SystemExit(0)
