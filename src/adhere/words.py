"""The one tokenizer of words: what `mentions` means, and which terms BM25 counts.

A token is a run of letters, digits and underscores, together with the + # . - ' inside it or, for + and #,
at its end: "C++" is not "C", "non-fiction" is not "fiction", "3.10" is one token. Combining marks belong to
the letter before them, and a token is in composed form (NFC): "café" is one word however it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from unicodedata import normalize

from adhere.need import Span

_PARTS = re.compile(r"[.\-'/]")
# To `re` a combining mark is no letter; these blocks hold those that compose with one.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
_WORD = rf"\w+(?:[{_MARKS}]+\w*)*"
_TOKEN = re.compile(rf"{_WORD}(?:[+#.\-'’]+{_WORD})*(?:\+\+|\+|#)?")


def tokens(text: str) -> list[tuple[str, Span]]:
    """Case-folded, composed tokens with their spans of code points in `text` as it was given."""
    return [(_folded(match[0]), match.span()) for match in _TOKEN.finditer(text)]


def _folded(word: str) -> str:
    # Composed before, because a letter may fold as a whole, and after, because folding may take it apart.
    if word.isascii():
        return word.casefold()
    return normalize("NFC", normalize("NFC", word).casefold()).replace("’", "'")


def occurrences(phrase: str, text: str) -> Iterator[Span]:
    """Spans of `text` where the tokens of `phrase` stand in sequence; none for a phrase without tokens."""
    wanted = [token for token, _ in tokens(phrase)]
    if not wanted:
        return
    found = tokens(text)
    for start in range(len(found) - len(wanted) + 1):
        if all(found[start + offset][0] == token for offset, token in enumerate(wanted)):
            yield found[start][1][0], found[start + len(wanted) - 1][1][1]


def terms(words: Iterable[str]) -> list[str]:
    """What BM25 counts of case-folded tokens: their English stems, then the stems of the parts of compounds.

    "surveys" meets "survey", and "asyncio.locks" meets "asyncio"; only `mentions` tells them apart.
    Source  Porter 2001, Snowball English, by PyStemmer
    """
    whole = list(words)
    parts = [
        part for word in whole if not word[0].isdigit() for part in _PARTS.split(word)[:8] if part != word
    ]
    stems: list[str] = _stemmer().stemWords([*whole, *(part for part in parts if len(part) > 1)])
    return stems


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
