"""Tables of numbers: as many, one below the other, as the terminal is wide, so that nothing in one is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adhere.cli.console import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Column = tuple[str, Sequence[str]]
"""Heading, and a cell per row; both may have several lines."""
UNBOUNDED = 1_000_000


def print_table(
    console: Console, rows: Sequence[str], columns: Sequence[Column], *, title: str = "", caption: str = ""
) -> None:
    """Print the columns beside the names of the rows. A pipe or file has no width, so all stand together."""
    if title:
        console.print(plain(title), style="italic", soft_wrap=True)
    width = console.width
    for part in _parts(console, rows, columns):
        table = _table(rows, part)
        # a single column that is wider than the terminal is wrapped there, which loses nothing
        console.width = max(width, _natural(console, table))
        console.print(table)
    console.width = width
    if caption:
        console.print(plain(caption), style="dim italic", soft_wrap=True)


def _parts(console: Console, rows: Sequence[str], columns: Sequence[Column]) -> Iterator[Sequence[Column]]:
    """The columns in as few runs as fit the terminal, one column at least in each."""
    part: list[Column] = []
    for column in columns:
        wider = _natural(console, _table(rows, [*part, column]))
        if part and console.is_terminal and wider > console.width:
            yield part
            part = []
        part.append(column)
    if part:
        yield part


def _table(rows: Sequence[str], columns: Sequence[Column]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    table.add_column("", no_wrap=True)
    for heading, _ in columns:
        table.add_column(plain(heading, lines=True), justify="right", no_wrap=True)
    for place, name in enumerate(rows):
        table.add_row(plain(name), *(cells[place] for _, cells in columns))
    return table


def _natural(console: Console, table: Table) -> int:
    from rich.measure import Measurement

    return Measurement.get(console, console.options.update(max_width=UNBOUNDED), table).maximum
