"""Values for the places of wordings: dates, numbers, versions and keywords as people write them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from adhere.parse.language.english import LANGUAGES
from adhere.schema import FieldInfo

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
LANGUAGE_NAMES = list(LANGUAGES.values())


def shown(name: str, rng: random.Random) -> str:
    """A field's name as people write it, or now and then as the data spells it."""
    last = name.rpartition(".")[2]
    if rng.random() < 0.15:
        return name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[_-]", " ", last)).lower()


def keywords(rng: random.Random, values: Sequence[str]) -> list[tuple[str, str]]:
    """One value, or now and then two or three of them."""
    if rng.random() > 0.12 or len(values) < 3:
        return [(cased(rng.choice(values), rng), "value")]
    first, *rest = rng.sample(values, rng.choice((2, 2, 3)))
    pieces = [(first, "value")]
    for place, value in enumerate(rest, start=1):
        pieces += [(" or " if place == len(rest) else ", ", ""), (value, "value")]
    return pieces


def cased(value: str, rng: random.Random) -> str:
    return value.lower() if rng.random() < 0.15 else value


def numbers(rng: random.Random, info: FieldInfo) -> tuple[str, str]:
    low, high = sorted(float(bound) for bound in info.values) if len(info.values) == 2 else (1.0, 100.0)
    whole = low.is_integer() and high.is_integer()
    one, two = sorted(rng.uniform(low, high) for _ in range(2))
    if not whole:
        return f"{one:.1f}", f"{two + 0.1:.1f}"
    text = f"{int(one):,}" if rng.random() < 0.3 else str(int(one))
    return text, str(int(two) + 1)


def version(rng: random.Random, values: Sequence[str]) -> str:
    return rng.choice(values) if rng.random() < 0.7 else f"{rng.randint(0, 12)}.{rng.randint(0, 20)}"


def years(rng: random.Random) -> tuple[str, str]:
    first = rng.randint(1950, 2024)
    return str(first), str(rng.randint(first + 1, 2027))


def date(rng: random.Random) -> str:
    year, month, day = rng.randint(1950, 2027), rng.randint(1, 12), rng.randint(1, 28)
    if rng.random() < 0.7:
        return str(year)
    name = MONTHS[month - 1]
    return rng.choice(
        (
            f"{name} {year}",
            f"{name} {day}, {year}",
            f"{day} {name} {year}",
            f"{year}-{month:02}-{day:02}",
            f"{year}-{month:02}",
        )
    )


def count(rng: random.Random) -> str:
    count = rng.choice(
        (50, 80, 100, 150, 200, 250, 300, 400, 500, 600, 750, 800, 1000, 1200, 1500, 2000, 5000)
    )
    count = count if rng.random() < 0.6 else rng.randint(2, 400) * 10
    return f"{count:,}" if rng.random() < 0.4 else str(count)


def mention(rng: random.Random, words: Sequence[str]) -> str:
    word = rng.choice(words)
    return (
        f"{word} {rng.choice(words)}"
        if rng.random() < 0.1
        else word.capitalize()
        if rng.random() < 0.1
        else word
    )
