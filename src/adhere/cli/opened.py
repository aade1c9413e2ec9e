"""The engine over a store, or the server that has the store open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adhere.errors import InputError

if TYPE_CHECKING:
    from adhere.search.engine import Engine
    from adhere.serve.client import Client

Url = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="Ask the server that has STORE open.", show_default=False),
]


@contextmanager
def opened(store: Path, url: str, *, rerank: str = "", top: int = 0) -> Iterator[Engine | Client]:
    """What answers for the store. Only one process can have it open: with `url` that is the server.

    `rerank` names a reranker for the `top` best hits. Errors  InputError for one that a server should run
    """
    if url and rerank:
        raise InputError(
            "--rerank runs where the store is open, and --url asks a server. Leave one of them out."
        )
    if url:
        from adhere.serve.client import Client

        yield Client(url, store)
        return
    import adhere
    from adhere.rerank import reranker

    model = reranker(rerank) if rerank else None  # before the store is opened: it may be mistyped
    with adhere.open(store, create=False) as engine:
        if model:
            engine.reranker, engine.rerank_top = model, top
        yield engine
