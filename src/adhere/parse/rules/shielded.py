"""Values of a store with a denial in them: "won't fix", "not started", "no response".

To the rules such a value would be an exclusion, so they are shown each as one word of the same length
("wonʼtʼfix"), which the store's dictionary knows too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import cast

from adhere.need import Parsed

_DENIES = re.compile(r"\b(?:no|not|never|neither|without|except|only)\b|(?<=\w)n['’]t\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s'’-]")
_LETTER = "\u02bc"
"""A letter to every pattern, and one that nobody types."""


def joined(value: str) -> str:
    """The value as one word, of the same length; itself where no denial is in it."""
    several = _BETWEEN.search(value) is not None and _DENIES.search(value) is not None
    return _BETWEEN.sub(_LETTER, value) if several else value


def pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """What finds these values, which have a denial in them; None where there are none."""
    found = sorted(set(values), key=len, reverse=True)
    spelled = [re.sub("['’]", "['’]", re.escape(value)) for value in found]
    return re.compile(rf"\b(?:{'|'.join(spelled)})\b", re.IGNORECASE) if found else None


def shielded(text: str, pattern: re.Pattern[str] | None) -> str:
    """The text with those values as one word each; every position stays."""
    return text if pattern is None else pattern.sub(lambda match: joined(match[0]), text)


def restored(parsed: Parsed, text: str, shown: str) -> Parsed:
    """What was made of the shown text, with the words of the text as they were."""
    if shown == text:
        return parsed
    found = {match[0]: text[slice(*match.span())] for match in re.finditer(rf"\w*{_LETTER}\w*", shown)}
    words = {word: said for word, said in found.items() if word != said}
    return replace(cast("Parsed", _restored(parsed, words)), instruction=text)


def _restored(made: object, words: dict[str, str]) -> object:
    if isinstance(made, str):
        for shown, said in words.items():
            made = made.replace(shown, said)
        return made
    if isinstance(made, tuple):
        return tuple(_restored(part, words) for part in made)
    if is_dataclass(made) and not isinstance(made, type):
        parts = {one.name: getattr(made, one.name) for one in fields(made) if one.init}
        return replace(made, **{name: _restored(part, words) for name, part in parts.items()})
    return made
