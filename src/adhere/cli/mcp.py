"""`adhere mcp STORE`: the engine as tools of an agent."""

from __future__ import annotations

import logging
import sys
from typing import Annotated, Literal

import typer

from adhere.cli.app import StorePath
from adhere.errors import require


def mcp(
    store: StorePath,
    transport: Annotated[
        Literal["stdio", "http"], typer.Option(help="stdio for a client on this machine, or http.")
    ] = "stdio",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for http.")] = 8080,
) -> None:
    """Serve STORE to an agent: the tools search, fetch and retrieve.

    adhere mcp notes.adhere
    """
    require("mcp", feature="adhere mcp", extra="mcp")
    if transport == "http":
        from adhere.cli.serve import serve

        serve(store, port=port)
        return
    import anyio

    import adhere
    from adhere.serve.mcp.server import over_stdio
    from adhere.serve.service import Service

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)  # stdout belongs to the protocol
    with adhere.open(store, create=False) as engine:
        service = Service(engine, name=store.resolve().stem)
        try:
            anyio.run(over_stdio, service)
        finally:
            service.close()
