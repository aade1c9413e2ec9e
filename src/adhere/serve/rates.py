"""How often may somebody ask? A token bucket for each token, or each address where there are no tokens."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from adhere.serve.access import LOCAL, Caller
from adhere.serve.service import Limits


@dataclass
class Bucket:
    """A token bucket: `rate` a second, saved up to `burst`."""

    rate: float
    burst: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Takes one and returns 0, or the seconds until there is one."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.rate


class Rates:
    """One bucket for each of those who ask."""

    MOST = 10_000

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[str, Bucket] = {}

    def wait(self, caller: Caller, address: str) -> float:
        """Seconds that this caller has to wait; 0 lets the request through."""
        name = address if caller is LOCAL else caller.name
        now = monotonic()
        if name not in self._buckets:
            if len(self._buckets) >= self.MOST:
                self._buckets.pop(next(iter(self._buckets)))
            rate = caller.rate or self._limits.rate
            burst = max(1.0, self._limits.burst if caller.rate is None else 2 * caller.rate)
            self._buckets[name] = Bucket(rate, burst, burst, now)
        return self._buckets[name].wait(now)
