"""Numbers as digits and as words: "1,200", "a dozen", "twenty-five", "five hundred", "half a"."""

from __future__ import annotations

import re

_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_GROUPS = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_VALUES: dict[str, float] = {
    **{word: value for value, word in enumerate(f"{_ONES} {_TEENS}".split(), start=1)},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), start=2)},
    "a": 1,
    "an": 1,
    "half": 0.5,
}


def _either(words: str) -> str:
    return "|".join(words.split())


_SMALL = rf"(?:(?:{_either(_TENS)})(?:[- ](?:{_either(_ONES)}))?|{_either(_TEENS)}|{_either(_ONES)})\b"
_GROUPED = rf"(?:half (?:an? )?|an? |{_SMALL} )?(?:{'|'.join(_GROUPS)})\b(?: (?:and )?{_SMALL})?"
WORDED = rf"(?:{_GROUPED}|half an?\b|{_SMALL})"
"""A number in words, as a pattern."""


def number(text: str) -> float | int:
    """The number that digits with commas, or the words of `WORDED`, stand for."""
    plain = text.casefold().replace(",", "").strip()
    if any(sign.isdigit() for sign in plain):
        return float(plain) if "." in plain else int(plain)
    total, part = 0.0, 0.0
    for word in re.split(r"[\s-]+", plain):
        if word in _GROUPS:
            total, part = total + (part or 1) * _GROUPS[word], 0.0
        elif word in ("a", "an"):
            part = part or 1.0
        else:
            part += _VALUES.get(word, 0.0)
    total += part
    return int(total) if total == int(total) else total
