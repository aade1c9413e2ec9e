"""What does this server do all day? Counts and durations in the text format of Prometheus."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

from starlette.types import Scope

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets of durations, in seconds."""

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")


class Metrics:
    """Counts requests by method, route and status, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: dict[str, float] = {}

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        """Under the route's pattern, never the path: paths are as many as documents."""
        route = getattr(scope.get("route"), "path", "") or "other"
        with self._lock:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._requests[method, route, status] += 1
            self._seconds[route] = self._seconds.get(route, 0.0) + seconds
            self._buckets.update((route, bound) for bound in (*BOUNDS, float("inf")) if seconds <= bound)

    def text(self, gauges: dict[str, tuple[str, float]]) -> str:
        """All of it; `gauges` are further values as name -> (help, value)."""
        with self._lock:
            return "\n".join(self._lines(gauges)) + "\n"

    def _lines(self, gauges: dict[str, tuple[str, float]]) -> Iterator[str]:
        for name, (help, value) in gauges.items():
            yield from (f"# HELP {name} {help}", f"# TYPE {name} gauge", f"{name} {value:g}")
        yield "# HELP adhere_requests_total Requests by method, route and status."
        yield "# TYPE adhere_requests_total counter"
        for (method, route, status), count in sorted(self._requests.items()):
            labels = f'method="{method}",route="{_safe(route)}",status="{status}"'
            yield f"adhere_requests_total{{{labels}}} {count}"
        yield "# HELP adhere_request_seconds How long requests took."
        yield "# TYPE adhere_request_seconds histogram"
        for route, seconds in sorted(self._seconds.items()):
            label = f'route="{_safe(route)}"'
            for bound in (*BOUNDS, float("inf")):
                le = "+Inf" if bound == float("inf") else f"{bound:g}"
                yield f'adhere_request_seconds_bucket{{{label},le="{le}"}} {self._buckets[route, bound]}'
            yield f"adhere_request_seconds_sum{{{label}}} {seconds:.6f}"
            yield f"adhere_request_seconds_count{{{label}}} {self._buckets[route, float('inf')]}"


def _safe(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")[:80]
