"""Is every example true? What fails is kept apart with the reason; nothing unchecked goes on.

Where the truth is computable a program decides; else a judge that did not write the example.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from adhere.need import Document
from adhere.synth.facts import fulfilled
from adhere.synth.protocol import Example

Relevance = Callable[[Example], Mapping[str, float]]
"""How relevant each of an example's documents is to its need, by a judge's own scale."""


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
    example: Example, documents: Mapping[str, Document], relevance: Relevance | None = None
) -> str | None:
    """Why an example must not be learned from; None where it may."""
    sides = {text.id for text in example.relevant}, {text.id for text in example.not_relevant}
    if not sides[0] and not sides[1]:
        return "no documents"
    if sides[0] & sides[1]:
        return "a document on both sides"
    if not example.query.strip():
        return "no query"
    if example.truth:
        return _computed(example, documents)
    if relevance is None:
        return None if not example.instruction else "no judge for an instruction that no program can check"
    if example.relevant and example.not_relevant:
        scores = relevance(example)
        best = max(scores[text.id] for text in example.not_relevant)
        if min(scores[text.id] for text in example.relevant) <= best:
            return "the judge does not rank the relevant first"
    return None


def _computed(example: Example, documents: Mapping[str, Document]) -> str | None:
    missing = [t.id for t in (*example.relevant, *example.not_relevant) if t.id not in documents]
    if missing:
        return "a document that is not in the collection"
    if any(not fulfilled(example.truth, documents[text.id]) for text in example.relevant):
        return "a relevant document that breaks the instruction"
    if any(fulfilled(example.truth, documents[text.id]) for text in example.not_relevant):
        return "an irrelevant document that fulfils the instruction"
    return None


def check(
    examples: Iterable[Example],
    documents: Mapping[str, Document],
    *,
    kept: Path,
    rejected: Path,
    relevance: Relevance | None = None,
) -> Report:
    """Sort examples into the files `kept` and `rejected`, where each has its `why`."""
    report = Report()
    with kept.open("w", encoding="utf-8") as good, rejected.open("w", encoding="utf-8") as bad:
        for example in examples:
            why = reason(example, documents, relevance)
            row = asdict(example)
            if why is None:
                report.kept[example.maker] += 1
                good.write(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                report.rejected[why] += 1
                report.samples.setdefault(why, example.key)
                bad.write(json.dumps(row | {"why": why}, ensure_ascii=False) + "\n")
    return report
