"""The one place that makes the text a model sees, for training, serving and evaluation alike.

`TEMPLATE` is written into every store and every model card: a store made with another template is refused.
"""

from __future__ import annotations

TEMPLATE = "title-newline-text/1"


def passage_text(title: str, text: str) -> str:
    """What an encoder sees of a passage: the document's title on a line of its own, then the passage."""
    return f"{title}\n{text}" if title else text


def query_text(query: str) -> str:
    """What an encoder sees of a query or a clause: the words, in one line."""
    return " ".join(query.split())


def concatenated(query: str, instruction: str) -> str:
    """Query, one space, instruction: how instruction benchmarks feed a plain encoder (mteb)."""
    return f"{query} {instruction}".strip()
