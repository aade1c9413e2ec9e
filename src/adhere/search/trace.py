"""What a search did, step by step, in counts and milliseconds; told as it happens to who wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from adhere.need import Criteria, Mode, Need, Note, Parsed, Step


@dataclass(frozen=True, slots=True)
class Planned:
    """The first event of a search: what is going to run, before anything is looked for."""

    need: Need
    parsed: Parsed
    criteria: Criteria
    mode: Mode
    notes: tuple[Note, ...] = ()


Event = Planned | Step
"""What a search tells while it runs: first what was planned, then each step as it ends."""
OnEvent = Callable[[Event], None]
"""Called in the thread of the search; what it raises ends the search."""


@dataclass
class Count:
    """Filled in by the step that it counts."""

    value: int = 0


@dataclass
class Trace:
    """Steps in the order they ended."""

    on_event: OnEvent | None = None
    steps: list[Step] = field(default_factory=list)
    started: float = field(default_factory=perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[Count]:
        """Times the block; what it sets as `.value` is the count shown."""
        count, began = Count(), perf_counter()
        yield count
        self.steps.append(Step(name, count.value, (perf_counter() - began) * 1000))
        self.tell(self.steps[-1])

    def tell(self, event: Event) -> None:
        """Pass an event on, if somebody listens."""
        if self.on_event:
            self.on_event(event)

    @property
    def took_ms(self) -> float:
        """Milliseconds since the trace began."""
        return (perf_counter() - self.started) * 1000
