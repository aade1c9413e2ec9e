"""The engine over a store, or the server that has the store open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from adhere.search.engine import Engine
    from adhere.serve.client import Client

Url = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="Ask the server that has STORE open.", show_default=False),
]


@contextmanager
def opened(store: Path, url: str) -> Iterator[Engine | Client]:
    """What answers for the store. Only one process can have it open: with `url` that is the server."""
    if url:
        from adhere.serve.client import Client

        yield Client(url, store)
        return
    import adhere

    with adhere.open(store, create=False) as engine:
        yield engine
