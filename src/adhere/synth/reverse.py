"""Dual views: for a query and two documents, the instructions under which the two swap (arXiv 2604.18845)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adhere.need import Document
from adhere.synth.facts import facts_of
from adhere.synth.phrasing import LENGTHS, STYLES, instruction
from adhere.synth.programmatic import splitting
from adhere.synth.protocol import Example, Fact, Material, Text, text_of

VIEWS = ("one", "other", "query")


class Reverse:
    """Three examples per pair: a fact that only one document has is wanted, then avoided; then nothing is
    asked, and both documents are relevant."""

    name = "reverse"

    def make(self, material: Material) -> Iterator[Example]:
        documents = {document.id: document for document in material.documents}
        facts = facts_of(material.documents)
        subjects = [fact for fact in facts if fact.kind in ("mentions", "field") and len(facts[fact]) >= 2]
        for number in range(8 * len(subjects)):
            rng = material.chance(self.name, number)
            subject = subjects[number % len(subjects)]
            rule = splitting(facts, subject, rng)
            if rule is None:
                continue
            one = documents[rng.choice(sorted(facts[subject] & facts[rule]))]
            other = documents[rng.choice(sorted(facts[subject] - facts[rule]))]
            length, style = rng.choice(LENGTHS), rng.choice(STYLES)
            for view in VIEWS:
                truth = _truth(view, rule)
                asked = instruction(truth, length, style, rng) if truth else ""
                relevant, rest = _sides(view, one, other)
                yield Example(
                    f"{self.name}/{material.seed}/{number}/{view}",
                    self.name,
                    subject.value,
                    asked,
                    relevant,
                    rest,
                    material.origin,
                    material.licence,
                    material.seed,
                    truth,
                )


def _truth(view: str, rule: Fact) -> tuple[Fact, ...]:
    return () if view == "query" else (rule if view == "one" else replace(rule, polarity="avoid"),)


def _sides(view: str, one: Document, other: Document) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    if view == "query":
        return (text_of(one), text_of(other)), ()
    relevant, rest = (one, other) if view == "one" else (other, one)
    return (text_of(relevant),), (text_of(rest),)
