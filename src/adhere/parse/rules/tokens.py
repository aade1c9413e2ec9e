"""The words of a clause with their places, as the dictionary of a schema looks them up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adhere.need import Span

_TOKEN = re.compile(r"\w+(?:[.+#'’-]\w+)*")

_CONTRACTED = re.compile(r"['’](?:re|s|ve|ll|d|m)$")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    span: Span


def bare(word: str) -> str:
    """The word in small letters, without what is contracted with it: "they" of "they're"."""
    return _CONTRACTED.sub("", word.casefold())


def tokens(text: str) -> list[Token]:
    return [Token(match[0], match.span()) for match in _TOKEN.finditer(text)]
