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
    from adhere.need import Answer, Hit
    from adhere.search.engine import Engine

SEARCHES = (
    ("read a mailbox", "only classes, nothing from mailbox, not deprecated"),
    ("escape special characters", "only functions, nothing about regular expressions"),
    ("import a module by name", "nothing deprecated, only functions, nothing about zip files"),
)
"""Query and instruction of each demonstration."""
SHOWN = 6
DEEP = 60
"""Hits of the ranking that removes nothing, in which the reason of a document's fall is looked up."""
DOUBTFUL = 0.2
"""Probability of an avoided meaning from which it is named as the reason."""


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
    with adhere.open(store, types={"since": "version"}) as engine:
        with progress("documents", len(documents)) as show:
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
    return Pair(before, after, {hit.document.id: _reason(hit, ranked) for hit in ranked.hits})


def _reason(hit: Hit, ranked: Answer) -> str:
    """The criteria that a document violates; else the avoided meaning that it comes nearest to."""
    broken = [verdict.criterion for verdict in hit.ledger if verdict.outcome == "violated"]
    if broken:
        return ", ".join(broken)
    avoided = {id for id, criterion in ranked.criteria.named() if criterion.polarity == "avoid"}
    near = [(each.p, each.criterion) for each in hit.ledger if each.p and each.criterion in avoided]
    p, criterion = max(near, default=(0.0, ""))
    return f"{criterion} p={p:.2f}" if p >= DOUBTFUL else ""


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
