"""TREC-style narratives, broad and then narrowed, so that documents flip (FollowIR, arXiv 2403.15246)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from adhere.synth.facts import facts_of, said
from adhere.synth.programmatic import shown, splitting
from adhere.synth.protocol import Example, Fact, Material


class Narrate:
    """Two examples per subject: a narrative that one rule narrows, and the same with a second rule. What
    fulfils the first and not the second flips from relevant to not relevant."""

    name = "narrate"

    def make(self, material: Material) -> Iterator[Example]:
        documents = {document.id: document for document in material.documents}
        facts = facts_of(material.documents)
        subjects = [fact for fact in facts if fact.kind in ("mentions", "field") and len(facts[fact]) >= 6]
        for number in range(8 * len(subjects)):
            rng = material.chance(self.name, number)
            subject = subjects[number % len(subjects)]
            rule = splitting(facts, subject, rng)
            if rule is None:
                continue
            inside = facts[subject] & facts[rule]
            second = splitting({**facts, subject: inside}, subject, rng)
            if second is None or (second.kind, second.name) == (rule.kind, rule.name):
                continue
            second = replace(second, polarity="avoid")
            flipped = inside & facts[replace(second, polarity="want")]
            staying = inside - flipped
            for step, truth, relevant in (
                ("broad", (rule,), inside),
                ("narrowed", (rule, second), staying),
            ):
                yield Example(
                    f"{self.name}/{material.seed}/{number}/{step}",
                    self.name,
                    subject.value,
                    narrative(truth, subject.value, rng),
                    shown(documents, sorted(relevant), rng),
                    shown(documents, sorted(flipped if step == "narrowed" else facts[subject] - inside), rng),
                    material.origin,
                    material.licence,
                    material.seed,
                    truth,
                )


def narrative(truth: Sequence[Fact], subject: str, rng: random.Random) -> str:
    """A narrative in the manner of a TREC topic."""
    wants = [said(fact, rng) for fact in truth if fact.polarity == "want"]
    avoids = [said(fact, rng) for fact in truth if fact.polarity == "avoid"]
    sentences = [
        rng.choice(
            (
                f"A relevant document deals with {subject} and comes with {' and '.join(wants)}.",
                f"To be relevant, a document on {subject} must have {' and '.join(wants)}.",
            )
        )
    ]
    if avoids:
        sentences.append(
            rng.choice(
                (
                    f"Documents with {' or '.join(avoids)} are not relevant.",
                    f"Not relevant are those with {' or '.join(avoids)}.",
                )
            )
        )
    return " ".join(sentences)
