"""Plain text: the file is the document, its first line the title where it is short and stands alone."""

from __future__ import annotations

from collections.abc import Iterator

from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.source import Source

TITLE_LENGTH = 120


class TextReader:
    suffixes = frozenset({".txt", ".text"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        text = source.text().strip()
        first, _, rest = text.partition("\n\n")
        alone = "\n" not in first and len(first) <= TITLE_LENGTH and rest
        yield Document(
            source.id, rest.strip() if alone else text, first if alone else source.name, str(source.path)
        )
