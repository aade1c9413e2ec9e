"""`adhere demo`: the standard library of this Python, searched without an instruction and with one."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from adhere.cli.app import AsJson
from adhere.cli.console import errors, mark, plain, print_json, results
from adhere.cli.progress import progress
from adhere.cli.show import coloured, show_criteria, show_notes
from adhere.need import Answer, Hit

if TYPE_CHECKING:
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
NARROW = 80


@dataclass(frozen=True, slots=True)
class Shown:
    """One demonstration: without instruction, with it, and what the documents that fell out violate."""

    plain: Answer
    instructed: Answer
    reasons: Mapping[str, str]


def demo(
    store: Annotated[Path, typer.Option(metavar="STORE", help="Where to keep the index.")] = Path(
        "stdlib.adhere"
    ),
    as_json: AsJson = False,
) -> None:
    """Index the documentation of Python's standard library on this machine, and search it both ways."""
    import adhere
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
        _show(console, each)
    _next(console, store)


def _search(engine: Engine, query: str, instruction: str) -> Shown:
    before = engine.search(query, k=SHOWN)
    after = engine.search(query, instruction, k=SHOWN)
    ranked = engine.search(query, instruction, k=DEEP, mode="rank")
    reasons = {}
    for hit in ranked.hits:
        broken = [verdict.criterion for verdict in hit.ledger if verdict.outcome == "violated"]
        if broken:
            reasons[hit.document.id] = ", ".join(broken)
    return Shown(before, after, reasons)


def _show(console: Console, shown: Shown) -> None:
    need = shown.instructed.need
    console.rule(Text(plain(need.query), style="bold"), align="left", style="dim")
    console.print(coloured(shown.instructed.parsed))
    show_criteria(console, shown.instructed.criteria, shown.instructed.removed)
    show_notes(console, need.instruction, shown.instructed.notes)
    console.print()
    left = _column("without the instruction", (_before(console, shown, h) for h in shown.plain.hits))
    right = _column("with it", (_after(console, shown, h) for h in shown.instructed.hits))
    if console.width < NARROW:
        console.print(Group(left, Text(), right))
    else:
        table = Table.grid(padding=(0, 3, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(left, right)
        console.print(table)
    console.print()


def _column(heading: str, lines: Iterable[Text]) -> Group:
    return Group(Text(heading, style="dim"), *lines)


def _before(console: Console, shown: Shown, hit: Hit) -> Text:
    """A hit of the plain search, struck out with its reason where the instruction turned it away."""
    line = _title(hit)
    if hit.document.id not in shown.instructed.ids:
        reason = shown.reasons.get(hit.document.id)
        line.stylize("dim")
        line.append(f"  {mark(console, 'violated')} {reason}" if reason else "", style="red")
    return line


def _after(console: Console, shown: Shown, hit: Hit) -> Text:
    """A hit of the instructed search, with how far it moved."""
    line = _title(hit)
    places = {identifier: place for place, identifier in enumerate(shown.plain.ids, start=1)}
    place = places.get(hit.document.id)
    if place is None:
        line.append(f"  {mark(console, 'new')} new", style="green")
    elif place != hit.rank:
        way = "moved up" if place > hit.rank else "moved down"
        line.append(f"  {mark(console, way)} {abs(place - hit.rank)}", style="cyan")
    return line


def _title(hit: Hit) -> Text:
    kind = plain(hit.document.fields.get("kind", ""))
    return Text.assemble(f"{hit.rank:>2}  {plain(hit.document.title)}", (f"  {kind}", "dim"))


def _next(console: Console, store: Path) -> None:
    query, instruction = SEARCHES[0]
    console.print("Next:")
    for command in (
        ["adhere", "search", str(store), query, "-i", instruction],
        ["adhere", "parse", instruction, "--store", str(store)],
        ["adhere", "status", str(store)],
        ["adhere", "index", "notes.adhere", "FOLDER"],
    ):
        console.print(Text(f"  {shlex.join(command)}"), soft_wrap=True)
