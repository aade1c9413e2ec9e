"""The one place that makes the text a model sees, for training, serving and evaluation alike.

`TEMPLATE` is written into every store and every model card: a store made with another template is refused.
"""

from __future__ import annotations

import re

from adhere.errors import InputError
from adhere.need import Need

TEMPLATE = "title-newline-text/1"
INSTRUCTED = "{query} {instruction}"
"""How a model gets both unless its card says otherwise, as in mteb."""


def passage_text(title: str, text: str) -> str:
    """What an encoder sees of a passage: the document's title on a line of its own, then the passage."""
    return f"{title}\n{text}" if title else text


def query_text(query: str) -> str:
    """What an encoder sees of a query or a clause: the words, in one line."""
    return " ".join(query.split())


def concatenated(query: str, instruction: str) -> str:
    """Query, one space, instruction: how instruction benchmarks feed a plain encoder (mteb)."""
    return f"{query} {instruction}".strip()


def fed(need: Need, template: str = INSTRUCTED) -> str:
    """The text that carries both into a model; a query without an instruction is fed alone."""
    if not need.instruction:
        return need.query
    return filled(template, query=need.query, instruction=need.instruction)


def filled(template: str, *, query: str, instruction: str) -> str:
    """The template with both put in at once: what stands in braces inside one of them stays as it is."""
    values = {"query": query, "instruction": instruction}
    return re.sub(r"\{(query|instruction)\}", lambda found: values[found[1]], template)


def checked(template: str) -> str:
    """Errors  InputError if the template would silently drop the query or the instruction"""
    lacking = [part for part in ("{query}", "{instruction}") if part not in template]
    if lacking:
        raise InputError(f"The template {template!r} has no {' and no '.join(lacking)}.")
    return template
