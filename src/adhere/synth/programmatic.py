"""From fields, values, words, years and form of any collection: needs whose labels a program computes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from adhere.need import Document
from adhere.synth.facts import facts_of
from adhere.synth.phrasing import LENGTHS, STYLES, instruction
from adhere.synth.protocol import Example, Fact, Material, Text, text_of

SHOWN = 4
"""Documents kept on either side of an example."""


class Programmatic:
    """A fact is the query's subject, others the instruction; both sides match the query, one the rule.

    Every cell of the grid of lengths and styles is visited in turn.
    """

    name = "programmatic"

    def make(self, material: Material) -> Iterator[Example]:
        documents = {document.id: document for document in material.documents}
        facts = facts_of(material.documents)
        subjects = [fact for fact in facts if fact.kind in ("mentions", "field") and len(facts[fact]) >= 4]
        grid = [(length, style) for length in LENGTHS for style in STYLES]
        for number in range(len(subjects) * len(grid)):
            rng = material.chance(self.name, number)
            subject = subjects[number % len(subjects)]
            length, style = grid[number % len(grid)]
            avoid = style == "negation" or rng.random() < 0.3
            rule = splitting(facts, subject, rng)
            if rule is None:
                continue
            truth = (replace(rule, polarity="avoid") if avoid else rule,)
            inside = sorted(facts[subject] & facts[rule])
            outside = sorted(facts[subject] - facts[rule])
            relevant, rest = (outside, inside) if avoid else (inside, outside)
            yield Example(
                f"{self.name}/{material.seed}/{number}",
                self.name,
                subject.value,
                instruction(truth, length, style, rng),
                shown(documents, relevant, rng),
                shown(documents, rest, rng),
                material.origin,
                material.licence,
                material.seed,
                truth,
            )


def splitting(facts: Mapping[Fact, frozenset[str]], subject: Fact, rng: random.Random) -> Fact | None:
    """A fact of another name that holds of some of the subject's documents and not of others."""
    choices = [
        fact
        for fact, ids in facts.items()
        if (fact.kind, fact.name) != (subject.kind, subject.name)
        and 0 < len(ids & facts[subject]) < len(facts[subject])
    ]
    return rng.choice(choices) if choices else None


def shown(documents: Mapping[str, Document], ids: Sequence[str], rng: random.Random) -> tuple[Text, ...]:
    """Some of the documents, as an example keeps them."""
    return tuple(text_of(documents[i]) for i in rng.sample(list(ids), min(SHOWN, len(ids))))
