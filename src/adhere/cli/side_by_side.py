"""Two answers to one query beside each other: without the instruction and with it, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from adhere.cli.console import mark, plain
from adhere.cli.show import coloured, show_criteria, show_notes
from adhere.need import Answer, Hit

NARROW = 80
"""Columns of a terminal below which the two lists stand one under the other."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both answers, and for documents the reason why they fell: criteria that they violate or nearly do."""

    plain: Answer
    instructed: Answer
    reasons: Mapping[str, str]


def show_pair(console: Console, pair: Pair) -> None:
    """The need, its criteria as executed, and the two lists."""
    need = pair.instructed.need
    console.rule(Text(plain(need.query), style="bold"), align="left", style="dim")
    console.print(coloured(pair.instructed.parsed))
    show_criteria(console, pair.instructed.criteria, pair.instructed.removed)
    show_notes(console, need.instruction, pair.instructed.notes)
    console.print()
    left = _column("without the instruction", (_before(console, pair, h) for h in pair.plain.hits))
    right = _column("with it", (_after(console, pair, h) for h in pair.instructed.hits))
    if console.width < NARROW:
        console.print(Group(left, Text(), right))
    else:
        table = Table.grid(padding=(0, 3, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(left, right)
        console.print(table)
    console.print()


def _column(heading: str, rows: Iterable[tuple[Text, Text]]) -> Group:
    """Hits below each other: a sign for what became of each, then its title."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, min_width=6)
    table.add_column(overflow="fold")
    for sign, title in rows:
        table.add_row(sign, title)
    return Group(Text(heading, style="dim"), table)


def _before(console: Console, pair: Pair, hit: Hit) -> tuple[Text, Text]:
    """A hit of the plain search, with the criteria it violates where the instruction dropped it."""
    title = _title(hit)
    if hit.document.id in pair.instructed.ids:
        return _rank(hit), title
    title.stylize("dim")
    broken = pair.reasons.get(hit.document.id, "")
    title.append(f"  {broken}", style="not dim red")
    return _rank(hit).append(f" {mark(console, 'violated' if broken else 'moved down')}", style="red"), title


def _after(console: Console, pair: Pair, hit: Hit) -> tuple[Text, Text]:
    """A hit of the instructed search, with how far it moved."""
    places = {identifier: place for place, identifier in enumerate(pair.plain.ids, start=1)}
    place = places.get(hit.document.id)
    if place is None:
        return _rank(hit).append(f" {mark(console, 'new')}", style="green"), _title(hit)
    if place == hit.rank:
        return _rank(hit), _title(hit)
    way = "moved up" if place > hit.rank else "moved down"
    return _rank(hit).append(f" {mark(console, way)}{abs(place - hit.rank)}", style="cyan"), _title(hit)


def _rank(hit: Hit) -> Text:
    return Text(f"{hit.rank:>2}")


def _title(hit: Hit) -> Text:
    kind = plain(hit.document.fields.get("kind", ""))
    return Text.assemble(plain(hit.document.title), (f"  {kind}", "dim"))
