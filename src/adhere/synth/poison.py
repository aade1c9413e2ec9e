"""Plausible but wrong: for each right need, one with another instruction and one with another query
(InF-IR, arXiv 2505.21439). Three rows per sample, as its loader makes them."""

from __future__ import annotations

from collections.abc import Iterator

from adhere.synth.facts import facts_of, holds
from adhere.synth.phrasing import LENGTHS, STYLES, instruction
from adhere.synth.programmatic import splitting
from adhere.synth.protocol import Example, Fact, Material, text_of


class Poison:
    """Per document: its need (relevant), its query under a rule it breaks, its rule under a foreign query
    (not relevant). The wrong rule is of the same field as the right one where there is such a value."""

    name = "poison"

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
            document = documents[rng.choice(sorted(facts[subject] & facts[rule]))]
            wrong = [f for f in facts if not holds(f, document) and f.kind == rule.kind]
            near = [f for f in wrong if f.name == rule.name] or wrong
            foreign = [s for s in subjects if not holds(s, document)]
            if not near or not foreign:
                continue
            length, style = rng.choice(LENGTHS), rng.choice(STYLES)
            other, strange = rng.choice(near), rng.choice(foreign)
            rows: tuple[tuple[str, str, tuple[Fact, ...]], ...] = (
                ("right", subject.value, (rule,)),
                ("instruction", subject.value, (other,)),
                ("query", strange.value, (rule,)),
            )
            for row, query, truth in rows:
                text = (text_of(document),)
                right = row == "right"
                yield Example(
                    f"{self.name}/{material.seed}/{number}/{row}",
                    self.name,
                    query,
                    instruction(truth, length, style, rng),
                    text if right else (),
                    () if right else text,
                    material.origin,
                    material.licence,
                    material.seed,
                    # A foreign query is wrong by its subject: the truth says so in the subject's own terms.
                    (*truth, strange) if row == "query" else truth,
                )
