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
        lines = _Lines(console, what, total)
        yield lines.show
        lines.end()
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
        return Text(_rate(task.speed) if task.speed else "", style="dim")


class _Lines:
    """A line every few seconds, and of work that took as long a last one with its whole time."""

    def __init__(self, console: Console, what: str, total: int | None) -> None:
        self.console, self.what, self.total = console, what, total
        self.began = self.told = monotonic()
        self.done = 0

    def show(self, now: Progress) -> None:
        self.done, at = now.done, monotonic()
        if at - self.told < SECONDS_BETWEEN_LINES or now.done == self.total:
            return
        self.told = at
        rate = now.done / (at - self.began)
        left = f", {(self.total - now.done) / rate:,.0f} s left" if self.total and rate else ""
        of = f" of {self.total:,}" if self.total else ""
        self.console.print(f"{now.done:,}{of} {self.what}, {_rate(rate)}{left}")

    def end(self) -> None:
        seconds = monotonic() - self.began
        if seconds >= SECONDS_BETWEEN_LINES:
            self.console.print(f"{self.done:,} {self.what}, {seconds:,.0f} s")


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
