"""Rerankers by name: `reranker("llm:qwen3-8b@http://localhost:8000/v1")`. None is ever needed."""

from __future__ import annotations

import os
import re

from adhere.errors import InputError
from adhere.llm import KEY
from adhere.rerank.protocol import Reranker

__all__ = ["KINDS", "Reranker", "reranker"]

KINDS = "llm:MODEL@URL, listwise:MODEL@URL or st:MODEL"
AT = re.compile(r"(?P<model>.+?)@(?P<url>https?://.+)")


def reranker(name: str, *, key: str | None = None) -> Reranker:
    """The reranker of a name. `key` None is read from the environment variable ADHERE_LLM_KEY.

    llm:MODEL@URL        a language model behind an OpenAI-compatible endpoint, asked of each document whether
                         it is relevant
    listwise:MODEL@URL   the same, asked for an order of numbered documents
    st:MODEL             a reranker that sentence-transformers loads, by folder or id; MODEL#TEMPLATE feeds it
                         another way

    Errors  InputError listing the known forms
    """
    kind, _, argument = name.partition(":")
    if kind == "st" and argument:
        from adhere.rerank.cross_encoder import CrossEncoder

        model, _, template = argument.partition("#")
        return CrossEncoder(model, template=template.replace("\\n", "\n"))
    at = AT.fullmatch(argument)
    if kind not in ("llm", "listwise") or not at:
        raise InputError(
            f"There is no reranker {name!r}. Write {KINDS}; a URL is like http://localhost:8000/v1."
        )
    from adhere.llm import Chat
    from adhere.rerank.listwise import Listwise
    from adhere.rerank.pointwise import Pointwise

    key = os.environ.get(KEY, "") if key is None else key
    chat = Chat(at["url"], at["model"], key=key, feature=f"The reranker {kind}:{at['model']}")
    return Pointwise(chat) if kind == "llm" else Listwise(chat)
