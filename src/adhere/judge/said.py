"""Does one sentence of a document say the few words that a criterion is?

People exclude by a word: "no dinosaurs". Of such a criterion the words themselves are the best witness, more
than how near a sentence is; of a longer one they are not, since others say the same in other words. On 283
pairs of a short criterion and a document that were read (`labels/short.jsonl`, `benchmarks/short.py`) 79% of
the documents that say it once or twice deal with it, 90% of those that say it more often, and 43% of the
nearest others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from adhere.words import terms, tokens

FEW = 2
"""How many words a criterion has at most whose words are looked for."""
_EMPTY = frozenset(
    """a an the of in on at to for from by with without and or any some all that this these those which is are
    be about its their no not""".split()  # noqa: SIM905
)
"""Words that do not count as such."""


@dataclass(frozen=True, slots=True)
class Said:
    """The terms of a criterion of few words, and a quick test for each; none for a longer one."""

    terms: frozenset[str]
    likely: tuple[re.Pattern[str], ...]

    def within(self, sentences: Iterable[str]) -> bool:
        """Whether all of them stand in one sentence, in whatever form."""
        if not self.terms:
            return False
        found = (text for text in sentences if all(pattern.search(text) for pattern in self.likely))
        return any(self.terms <= _terms(text) for text in found)


def said(criterion: str) -> Said:
    """What is looked for of a criterion."""
    wanted = _terms(criterion)
    few = wanted if len(wanted) <= FEW else frozenset()
    # a form of a word shares all of its stem but the end: "happi" is of "happy", "type" of "typing"
    starts = (re.escape(term[:-1] if len(term) > 3 else term) for term in few)
    return Said(few, tuple(re.compile(start, re.IGNORECASE) for start in starts))


def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(token for token, _ in tokens(text) if token not in _EMPTY))
