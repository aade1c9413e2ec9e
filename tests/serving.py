"""A small server in memory, for the tests of every surface."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from adhere.parse.language import read
from adhere.parse.protocol import Parser
from adhere.parse.rules import RulesParser
from adhere.search.engine import Engine
from adhere.serve.access import Caller, Tokens, digest
from adhere.serve.http.app import application
from adhere.serve.http.guards import Places
from adhere.serve.service import Limits, Service
from adhere.store.memory import MemoryStore
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS

HERE = "http://127.0.0.1:8080"
TOKENS = Tokens(
    {
        digest("r"): Caller("reader", frozenset({"read"})),
        digest("w"): Caller("writer", frozenset({"read", "write"})),
        digest("a"): Caller("admin", frozenset({"read", "write", "admin"})),
        digest("final"): Caller(
            "final only", frozenset({"read", "write"}), read('want field(status = "Final")')
        ),
        digest("open"): Caller(
            "not withdrawn", frozenset({"read"}), read('avoid field(status = "Withdrawn")')
        ),
        digest("calm"): Caller("calm", frozenset({"read"}), standing="nothing about a C extension module"),
        digest("typo"): Caller("typo", frozenset({"read"}), read('avoid field(statsu = "Final")')),
    }
)


def engine(parser: Parser | None = None) -> Engine:
    """The made corpus over the exact store, read by the rules unless told."""
    encoder = FakeEncoder()
    made = Engine(MemoryStore(encoder.dimension), encoder, parser=parser or RulesParser())
    made.add(DOCUMENTS)
    return made


@contextmanager
def running(
    made: Engine | None = None,
    *,
    tokens: Tokens | None = None,
    limits: Limits | None = None,
    places: Places | None = None,
) -> Iterator[TestClient]:
    """A client of a server over this engine. An error that the server did not expect is a 500, as in life."""
    service = Service(made or engine(), name="notes", limits=limits)
    app = application(service, tokens=tokens, places=places)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine, in a thread: its address."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        port.listen()  # who connects before the server is up waits for it
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [port]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
