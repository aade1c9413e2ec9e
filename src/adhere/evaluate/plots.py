"""Plots as SVG text: pure functions from numbers to markup, without a library and without a script.

Colours are classes (`s0` ... of the systems, `flipped`, `staying`, `axis`), which the page's style sheet
fills for light and dark. Every text is escaped here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import log

WIDTH = 860
LABELS = 190
"""Room on the left for names."""
SLOPES = 430
"""Width of one slope chart: two stand side by side."""
BAR, GAP = 11, 16
NAME, LINE = 110.0, 15.0
"""Room that a name takes beside its point."""
COLOURS = 8


@dataclass(frozen=True, slots=True)
class Value:
    """A mean and its interval, as shares; one without an interval has it at both ends."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A system in the plane, with an interval on either axis."""

    name: str
    style: str
    x: Value
    y: Value


@dataclass(frozen=True, slots=True)
class Move:
    """A document's rank before and after; None where it was not shown at all."""

    what: str
    style: str
    before: int | None
    after: int | None


def bars(groups: Mapping[str, Mapping[str, Value]], styles: Mapping[str, str], *, caption: str) -> str:
    """A block of horizontal bars per group, one bar per system, with its interval as a thin line.

    A system of a group without a value has no bar. Shares from 0 to 1 run over the width.
    """
    left, right = LABELS, WIDTH - 60
    marks: list[str] = []
    y = 26.0
    for group, values in groups.items():
        block = BAR * len(values)
        marks.append(_text(left - 12, y + block / 2 + 4, group, "end", "name"))
        for system, value in values.items():
            x, low, high = (
                left + (right - left) * min(1.0, max(0.0, part))
                for part in (value.mean, value.low, value.high)
            )
            middle = y + BAR / 2
            interval = f" ({100 * value.low:.0f} to {100 * value.high:.0f})" if value.low < value.high else ""
            title = f"{group}, {system}: {100 * value.mean:.0f}{interval}"
            marks.append(
                f'<g class="{styles[system]}"><title>{escape(title)}</title>'
                f'<rect x="{left}" y="{y + 1:.1f}" width="{max(x - left, 1):.1f}" height="{BAR - 2}" rx="2"/>'
                f'<path class="whisker" d="M{low:.1f} {middle:.1f}H{high:.1f}"/></g>'
            )
            marks.append(_text(max(x, high) + 5, middle + 3.5, f"{100 * value.mean:.0f}", "start", "small"))
            y += BAR
        y += GAP
    grid = [
        f'<path class="axis" d="M{left + (right - left) * share:.1f} 20V{y - GAP + 4:.1f}"/>'
        + _text(left + (right - left) * share, 12, f"{100 * share:.0f}", "middle", "small")
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    return _svg(WIDTH, y, [*grid, *marks], caption)


def scatter(points: Sequence[Point], *, x: str, y: str, caption: str) -> str:
    """Systems in the plane of two measures, each with its name and the cross of its intervals.

    The x axis runs from 0 to 1; the y axis is as long as the values need, and shows its zero.
    """
    left, right, top, bottom = 70.0, WIDTH - 130.0, 20.0, 380.0
    lows, highs = [point.y.low for point in points], [point.y.high for point in points]
    least, most = min(0.0, *lows) - 0.05, max(0.0, *highs) + 0.05

    def across(share: float) -> float:
        return left + (right - left) * share

    def up(share: float) -> float:
        return bottom - (bottom - top) * (share - least) / (most - least)

    marks = [
        f'<path class="axis" d="M{across(share):.1f} {top}V{bottom}"/>'
        + _text(across(share), bottom + 16, f"{100 * share:.0f}", "middle", "small")
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    step = 0.1 if most - least < 0.8 else 0.2
    for number in range(int(least / step) - 1, int(most / step) + 2):
        if least <= number * step <= most:
            style = "zero" if number == 0 else "axis"
            marks.append(f'<path class="{style}" d="M{left} {up(number * step):.1f}H{right}"/>')
            marks.append(
                _text(left - 8, up(number * step) + 4, f"{100 * number * step:+.0f}", "end", "small")
            )
    marks.append(_text((left + right) / 2, bottom + 36, x, "middle", "name"))
    marks.append(
        f'<text class="name" text-anchor="middle" transform="translate(18 {(top + bottom) / 2}) rotate(-90)">'
        f"{escape(y)}</text>"
    )
    places = [(across(point.x.mean), up(point.y.mean)) for point in points]
    for point, (px, py) in zip(points, places, strict=True):
        marks.append(
            f'<g class="{point.style}"><title>{escape(point.name)}</title>'
            f'<path class="cross" d="M{across(point.x.low):.1f} {py:.1f}H{across(point.x.high):.1f}'
            f'M{px:.1f} {up(point.y.low):.1f}V{up(point.y.high):.1f}"/>'
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="5.5"/></g>'
        )
    for point, (px, py, anchor) in zip(points, _labelled(places), strict=True):
        marks.append(_text(px, py + 4, point.name, anchor, "small mark"))
    return _svg(WIDTH, bottom + 50, marks, caption)


def slopes(moves: Sequence[Move], *, deepest: int, caption: str) -> str:
    """Ranks from the original run on the left to the changed one on the right, on a logarithmic scale down
    to `deepest`. Documents that are not shown lie on a line of their own at the bottom.
    """
    left, right, top, bottom = 86.0, SLOPES - 40.0, 52.0, 400.0

    def height(rank: int | None) -> float:
        return bottom + 34 if rank is None else top + (bottom - top) * log(rank) / log(deepest)

    marks = [
        _text(0, 16, caption, "start", "name"),
        _text(left, 38, "original", "middle", "small"),
        _text(right, 38, "changed", "middle", "small"),
    ]
    for rank in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if rank <= deepest:
            marks.append(f'<path class="axis" d="M{left} {height(rank):.1f}H{right}"/>')
            marks.append(_text(left - 12, height(rank) + 4, f"rank {rank}", "end", "small"))
    marks.append(f'<path class="zero" d="M{left} {height(None):.1f}H{right}"/>')
    marks.append(_text(left - 12, height(None) + 4, "not shown", "end", "small"))
    for move in moves:
        start, end = height(move.before), height(move.after)
        title = f"{move.what}: {_rank(move.before)} to {_rank(move.after)}"
        marks.append(
            f'<g class="{move.style}"><title>{escape(title)}</title>'
            f'<path class="slope" d="M{left} {start:.1f}L{right} {end:.1f}"/>'
            f'<circle cx="{left}" cy="{start:.1f}" r="2.5"/><circle cx="{right}" cy="{end:.1f}" r="2.5"/></g>'
        )
    return _svg(SLOPES, bottom + 50, marks, caption)


def _rank(rank: int | None) -> str:
    return "not shown" if rank is None else f"rank {rank}"


def _labelled(places: Sequence[tuple[float, float]]) -> list[tuple[float, float, str]]:
    """Where names stand: right of their point, left where another point follows close by, and lower where
    an earlier name is in the way."""
    found: list[tuple[float, float, str]] = []
    for x, y in places:
        crowded = any(0 < other - x < NAME and abs(height - y) < LINE for other, height in places)
        anchor, at = ("end", x - LINE) if crowded else ("start", x + LINE)
        taken = sorted(height for other, height, side in found if side == anchor and abs(other - at) < NAME)
        for height in taken:
            if abs(height - y) < LINE:
                y = height + LINE
        found.append((at, y, anchor))
    return found


def _text(x: float, y: float, words: str, anchor: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: float, height: float, marks: Sequence[str], caption: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(caption, quote=True)}">'
        + "".join(marks)
        + "</svg>"
    )
