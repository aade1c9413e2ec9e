"""Is every example true? What fails is kept apart with the reason; nothing unchecked goes on.

Where the truth is computable a program decides; else a judge that did not write the example: by the order of
its documents, by their scores under its right need and a wrong one, or by a verdict on each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path

from adhere.need import Document
from adhere.synth.facts import fulfilled
from adhere.synth.protocol import Example

Relevance = Callable[[Example], Mapping[str, float]]
"""How relevant each of an example's documents is to its need, by a judge's own scale."""
Verdicts = Callable[[Example], Mapping[str, bool | None]]
"""Whether each of an example's documents fulfils its need; None where a judge cannot tell."""


@dataclass(slots=True)
class Report:
    """How many examples passed, by maker, and why the others did not, with samples."""

    kept: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)

    @property
    def acceptance(self) -> float:
        """Share of examples that passed; 1 where there were none."""
        total = self.kept.total() + self.rejected.total()
        return self.kept.total() / total if total else 1.0

    def lines(self) -> list[str]:
        """The report as text."""
        return [
            f"kept {self.kept.total():,}, rejected {self.rejected.total():,} ({self.acceptance:.1%} kept)",
            *(f"  {maker}: {count:,}" for maker, count in sorted(self.kept.items())),
            *(
                f"  rejected {count:,}: {why}; such as {self.samples[why]}"
                for why, count in self.rejected.most_common()
            ),
        ]


def reason(
    example: Example,
    documents: Mapping[str, Document],
    relevance: Relevance | None = None,
    *,
    verdicts: Verdicts | None = None,
    sample: Sequence[Example] = (),
) -> str | None:
    """Why an example must not be learned from; None where it may.

    `sample` are the examples that were made together with it, to compare with.
    """
    sides = {text.id for text in example.relevant}, {text.id for text in example.not_relevant}
    if not sides[0] and not sides[1]:
        return "no documents"
    if sides[0] & sides[1]:
        return "a document on both sides"
    if not example.query.strip():
        return "no query"
    if example.truth:
        return _computed(example, documents)
    if relevance is None and verdicts is None:
        return None if not example.instruction else "no judge for an instruction that no program can check"
    if sides[0] and sides[1]:
        return _ordered(example, relevance)
    others = [other for other in sample if _opposite(example, other)]
    return _compared(example, others, relevance) if others else _judged(example, verdicts)


def _computed(example: Example, documents: Mapping[str, Document]) -> str | None:
    missing = [t.id for t in (*example.relevant, *example.not_relevant) if t.id not in documents]
    if missing:
        return "a document that is not in the collection"
    if any(not fulfilled(example.truth, documents[text.id]) for text in example.relevant):
        return "a relevant document that breaks the instruction"
    if any(fulfilled(example.truth, documents[text.id]) for text in example.not_relevant):
        return "an irrelevant document that fulfils the instruction"
    return None


def _ordered(example: Example, relevance: Relevance | None) -> str | None:
    if relevance is None:
        return "no judge of the order of its documents"
    scores = relevance(example)
    best = max(scores[text.id] for text in example.not_relevant)
    if min(scores[text.id] for text in example.relevant) <= best:
        return "the judge does not rank the relevant first"
    return None


def _opposite(example: Example, other: Example) -> bool:
    """Whether one says that exactly those documents are relevant of which the other says that none is."""
    return (example.relevant, example.not_relevant) == (other.not_relevant, other.relevant)


def _compared(example: Example, others: Sequence[Example], relevance: Relevance | None) -> str | None:
    """Of one side: every document scores higher under the right need than under a wrong one."""
    if relevance is None:
        return "no judge to compare its needs"
    mine = relevance(example)
    for scores in map(relevance, others):
        right, wrong = (mine, scores) if example.relevant else (scores, mine)
        if any(right[identifier] <= wrong[identifier] for identifier in mine):
            return "the judge does not score the right need above the wrong one"
    return None


def _judged(example: Example, verdicts: Verdicts | None) -> str | None:
    """Of one side and with nothing to compare: the verdict on every document is that of the example."""
    if verdicts is None:
        return "no judge for an example whose documents are all of one side"
    fulfils = verdicts(example)
    found = [fulfils.get(text.id) for text in (*example.relevant, *example.not_relevant)]
    wanted = bool(example.relevant)
    if any(one is (not wanted) for one in found):
        return f"the judge finds a document that {'breaks' if wanted else 'fulfils'} the need"
    return "the judge cannot tell whether a document fulfils the need" if None in found else None


def check(
    examples: Iterable[Example],
    documents: Mapping[str, Document],
    *,
    kept: Path,
    rejected: Path,
    relevance: Relevance | None = None,
    verdicts: Verdicts | None = None,
) -> Report:
    """Sort examples into the files `kept` and `rejected`, where each has its `why`.

    Those that nothing can judge are rejected: `relevance` orders documents and compares needs, `verdicts`
    decides on documents of one side. What a maker made together stands together, as makers yield it.
    """
    report = Report()
    with kept.open("w", encoding="utf-8") as good, rejected.open("w", encoding="utf-8") as bad:
        for example, sample in _sampled(examples):
            why = reason(example, documents, relevance, verdicts=verdicts, sample=sample)
            row = asdict(example)
            if why is None:
                report.kept[example.maker] += 1
                good.write(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                report.rejected[why] += 1
                report.samples.setdefault(why, example.key)
                bad.write(json.dumps(row | {"why": why}, ensure_ascii=False) + "\n")
    return report


def _sampled(examples: Iterable[Example]) -> Iterator[tuple[Example, Sequence[Example]]]:
    """Each example with those that were made together: their keys differ in the last part only.

    What a program decides needs no others.
    """

    def made(example: Example) -> str:
        return example.key if example.truth else example.key.rpartition("/")[0]

    for _, group in groupby(examples, key=made):
        sample = list(group)
        yield from ((example, sample) for example in sample)
