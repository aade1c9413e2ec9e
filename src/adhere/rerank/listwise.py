"""A language model puts numbered documents in order, a window at a time from the end of the list to its top.

Windows overlap by half, so that the best of one is compared with the next. An answer counts only if it names
each document once: nothing is repaired, left out or added.

Source  Sun et al. 2023, RankGPT, arXiv:2304.09542 (window 20, step 10)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from adhere.llm import Chat, quoted
from adhere.need import Document, Need
from adhere.rerank.prompt import RULES, asked, text_of

SYSTEM = (
    "You are an expert searcher, whose job is to put numbered documents in the order of their relevance to a "
    f"query under an instruction. {RULES}Answer with the numbers of all the documents, the most relevant "
    "first, as in [2] > [1] > [3], and with nothing else."
)
WINDOW, STEP = 20, 10
MOST_CHARACTERS = 1500
"""Of each document, in a prompt; the rest is not read."""
RUN = re.compile(r"\d+(?:\]?\s*[>,]\s*\[?\d+)+")


class Listwise:
    """Scores are places: 1 for the first, falling evenly to 1/n for the last of n."""

    def __init__(self, chat: Chat, *, window: int = WINDOW, step: int = STEP) -> None:
        self.name = f"listwise:{chat.model}"
        self.window, self.step = window, step
        self._chat = chat

    def scores(self, need: Need, documents: Sequence[Document]) -> list[float]:
        """The place of each document. Errors  RemoteError naming the query, if an answer is twice no order"""
        order = list(range(len(documents)))
        end = len(order)
        while end > 0:
            start = max(0, end - self.window)
            order[start:end] = self._ordered(need, documents, order[start:end])
            end = end - self.step if start else 0
        place = {document: position for position, document in enumerate(order)}
        return [1.0 - place[document] / len(order) for document in range(len(order))]

    def _ordered(self, need: Need, documents: Sequence[Document], window: list[int]) -> list[int]:
        number = len(window)
        if number < 2:
            return window
        texts = [
            quoted({"number": position, "document": text_of(documents[one], MOST_CHARACTERS)})
            for position, one in enumerate(window, start=1)
        ]
        places = self._chat.read(
            SYSTEM,
            "\n".join([asked(need), *texts, f"The order of all {number} documents:"]),
            partial(permutation, number=number),
            wanted=f"an order of {number} documents for the query {need.query!r}",
            temperature=0.0,
        )
        return [window[place - 1] for place in places]


def permutation(answer: str, number: int) -> list[int]:
    """The numbers 1 to `number` in the order that an answer gives them, as [2] > [1] or 2, 1.

    Of several runs of numbers the last that is a whole order counts: models think before they conclude.
    Errors  ValueError saying what is missing, repeated or unknown
    """
    runs = [[int(each) for each in re.findall(r"\d+", run)] for run in RUN.findall(answer)]
    whole = list(range(1, number + 1))
    for run in reversed(runs):
        if sorted(run) == whole:
            return run
    longest: list[int] = max(runs, key=len, default=[])
    given = Counter(longest)
    problems = {
        "missing": [one for one in whole if one not in given],
        "repeated": [one for one, times in given.items() if times > 1],
        "unknown": [one for one in given if not 1 <= one <= number],
    }
    told = "; ".join(f"{what}: {', '.join(map(str, each[:20]))}" for what, each in problems.items() if each)
    raise ValueError(f"no order of the documents 1 to {number} ({told})")
