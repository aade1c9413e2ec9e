"""A language model reads one document at a time and says true or false: how probable is true?

The prompt is that of FollowIR-7B, with the texts as quoted data. The score is the softmax over the
log-probabilities of the two answers, so it needs an endpoint that gives them.

Source  Weller et al. 2024, FollowIR, arXiv:2403.15246
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from adhere.errors import RemoteError
from adhere.llm import Chat, quoted
from adhere.need import Document, Need
from adhere.rerank.prompt import RULES, asked, text_of

SYSTEM = (
    "You are an expert searcher, whose job is to determine if a document is relevant to a query under an "
    f"instruction. {RULES}Answer using only one word, true or false."
)
QUESTION = 'Relevant (only output one word, either "true" or "false"):'
MOST_CHARACTERS = 6000
"""Of a document, in a prompt; the rest is not read."""


class Pointwise:
    """Scores are probabilities. Documents are asked about `parallel` at a time."""

    def __init__(self, chat: Chat, *, parallel: int = 8) -> None:
        self.name = f"llm:{chat.model}"
        self.parallel = parallel
        self._chat = chat

    def scores(self, need: Need, documents: Sequence[Document]) -> list[float]:
        """The probability that each document is relevant. Errors  RemoteError naming query and document"""
        with ThreadPoolExecutor(self.parallel) as pool:
            return list(pool.map(lambda document: self._score(need, document), documents))

    def _score(self, need: Need, document: Document) -> float:
        text = quoted({"document": text_of(document, MOST_CHARACTERS)})
        try:
            return true(self._chat.first_word(SYSTEM, f"{asked(need)}\n{text}\n{QUESTION}"))
        except (RemoteError, ValueError) as error:
            raise RemoteError(
                f"{self.name} on the query {need.query!r}, document {document.id!r}: {error}"
            ) from error


def true(words: Mapping[str, float]) -> float:
    """p(true) / (p(true) + p(false)) from the probabilities of likely first words.

    One of the two that is not among them has at most the probability of the least likely, and at most
    what is left over: it gets the smaller of these. Errors  ValueError if neither is among them
    """
    unseen = max(0.0, min(min(words.values()), 1.0 - sum(words.values())))
    yes, no = words.get("true", unseen), words.get("false", unseen)
    if not words.keys() & {"true", "false"} or not yes + no:
        likeliest = max(words, key=words.__getitem__)
        raise ValueError(
            f"the answer begins with {likeliest[:40]!r}, and neither true nor false is likely. A model that "
            "thinks aloud must be told not to where it is served; else try a larger one."
        )
    return yes / (yes + no)
