"""`adhere demo`: the standard library of this Python, searched without an instruction and with one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adhere.cli.app import AsJson
from adhere.cli.console import errors, plain, print_json, results

if TYPE_CHECKING:
    from rich.console import Console

    from adhere.cli.side_by_side import Pair
    from adhere.search.engine import Engine

SEARCHES = (
    ("compress data", "only functions, nothing about archives of several files"),
    ("parse a URL", "only classes or functions, not deprecated, nothing on robots.txt"),
    ("run code in the background", "nothing about threads, preferably modules"),
)
"""Query and instruction of each demonstration."""
SHOWN = 6
DEEP = 60
"""Hits of the ranking that removes nothing, in which the reason of a document's fall is looked up."""


def demo(
    store: Annotated[Path, typer.Option(metavar="STORE", help="Where to keep the index.")] = Path(
        "stdlib.adhere"
    ),
    as_json: AsJson = False,
) -> None:
    """Index the documentation of Python's standard library on this machine, and search it both ways."""
    import adhere
    from adhere.cli.progress import progress
    from adhere.cli.side_by_side import show_pair
    from adhere.read.stdlib import stdlib_documents
    from adhere.search.wire import answer_to_json

    errors().print("reading the standard library's documentation (sources are parsed, never run)")
    documents = stdlib_documents()
    with adhere.open(store) as engine:
        with progress("documents") as show:
            added = engine.sync(documents, progress=show)
        shown = [_search(engine, query, instruction) for query, instruction in SEARCHES]
    if as_json:
        print_json(
            {
                "store": str(store),
                "documents": len(documents),
                "new": added.new,
                "searches": [
                    {"plain": answer_to_json(each.plain), "instructed": answer_to_json(each.instructed)}
                    for each in shown
                ],
            }
        )
        return
    console = results()
    console.print(f"{len(documents):,} documents in {plain(store)}\n")
    for each in shown:
        show_pair(console, each)
    _next(console, store)


def _search(engine: Engine, query: str, instruction: str) -> Pair:
    from adhere.cli.side_by_side import Pair

    before = engine.search(query, k=SHOWN)
    after = engine.search(query, instruction, k=SHOWN)
    ranked = engine.search(query, instruction, k=DEEP, mode="rank")
    reasons = {}
    for hit in ranked.hits:
        broken = [verdict.criterion for verdict in hit.ledger if verdict.outcome == "violated"]
        if broken:
            reasons[hit.document.id] = ", ".join(broken)
    return Pair(before, after, reasons)


def _next(console: Console, store: Path) -> None:
    query, instruction = SEARCHES[0]
    console.print("Next:")
    for command in (
        ["adhere", "search", str(store), query, "-i", instruction],
        ["adhere", "parse", instruction, "--store", str(store)],
        ["adhere", "status", str(store)],
        ["adhere", "index", "notes.adhere", "FOLDER"],
    ):
        console.print(f"  {shlex.join(command)}", soft_wrap=True)
