"""Progress of long work on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from adhere.cli.console import errors

if TYPE_CHECKING:
    from adhere.search.indexing import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[Progress], None]]:
    """Gives the function to call with every `Progress`; `total` is None where the end is not known."""
    console = errors()
    if not console.is_terminal:
        yield _lines(console, what, total)
        return
    with Bar(
        TextColumn("indexing"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda now: bar.update(task, completed=now.done)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


def _lines(console: Console, what: str, total: int | None) -> Callable[[Progress], None]:
    began, told = monotonic(), monotonic()

    def show(now: Progress) -> None:
        nonlocal told
        if monotonic() - told < SECONDS_BETWEEN_LINES:
            return
        told = monotonic()
        rate = now.done / (told - began)
        left = f", {(total - now.done) / rate:,.0f} s left" if total and rate else ""
        of = f" of {total:,}" if total else ""
        console.print(f"{now.done:,}{of} {what}, {rate:,.0f}/s{left}")

    return show
