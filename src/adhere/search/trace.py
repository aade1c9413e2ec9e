"""What a search did, step by step, in counts and milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from adhere.need import Step


@dataclass
class Count:
    """Filled in by the step that it counts."""

    value: int = 0


@dataclass
class Trace:
    """Steps in the order they ended."""

    steps: list[Step] = field(default_factory=list)
    started: float = field(default_factory=perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[Count]:
        """Times the block; what it sets as `.value` is the count shown."""
        count, began = Count(), perf_counter()
        yield count
        self.steps.append(Step(name, count.value, (perf_counter() - began) * 1000))

    @property
    def took_ms(self) -> float:
        """Milliseconds since the trace began."""
        return (perf_counter() - self.started) * 1000
