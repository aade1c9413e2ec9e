"""Training data for a domain of which only a description exists (arXiv 2307.02740).

Properties of the description -> seed documents -> corpus -> queries -> labels. The program form writes no
document: it retrieves its seeds from general collections by the described properties.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from adhere.need import Document
from adhere.synth.programmatic import Programmatic
from adhere.synth.protocol import Example, Material
from adhere.synth.wordings import words

SEEDS = 200


@dataclass(frozen=True, slots=True)
class Describe:
    """Examples from the documents that a description fits best."""

    description: str
    name: str = "describe"

    def make(self, material: Material) -> Iterator[Example]:
        chosen = replace(material, documents=seeds(self.description, material.documents))
        for example in Programmatic().make(chosen):
            yield replace(
                example,
                maker=self.name,
                key=f"{self.name}/{example.key}",
                origin=f"{example.origin}: {self.description}",
            )


def seeds(description: str, documents: Sequence[Document], most: int = SEEDS) -> list[Document]:
    """The documents with most of the description's words, rare words counting more; none without any."""
    contents = [words(f"{document.title} {document.text}") for document in documents]
    common = Counter(word for content in contents for word in content)
    wanted = words(description)

    def fit(content: frozenset[str]) -> float:
        # Sorted, for a sum of floats depends on its order and that of a set on the process.
        return sum(math.log(1 + len(documents) / common[word]) for word in sorted(wanted & content))

    scored = [(fit(content), document) for content, document in zip(contents, documents, strict=True)]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].id))
    return [document for _, document in best[:most]]
