"""The question of this folder: under which instruction is this document relevant, and that one not?

A maker yields `Example`s; `write` keeps them as JSON lines, one example a line:

    {"key", "maker", "query", "instruction", "relevant": [{"id", "text"}], "not_relevant": [...],
     "truth": [{"kind", "name", "value", "polarity"}], "origin", "licence", "seed"}

`truth` is there where a program can compute the labels from the document; `check` does so again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from adhere.errors import FileError
from adhere.need import Document

Polarity = Literal["want", "avoid"]


@dataclass(frozen=True, slots=True)
class Text:
    """A document as an example keeps it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One computable condition: `kind` field, mentions, year or form; see `adhere.synth.facts`."""

    kind: str
    name: str
    value: str
    polarity: Polarity = "want"


@dataclass(frozen=True, slots=True)
class Example:
    """A need with documents that are relevant to it and documents that are not.

    `key` names the example within its maker's run, so that a run can be taken up where it stopped.
    """

    key: str
    maker: str
    query: str
    instruction: str
    relevant: tuple[Text, ...]
    not_relevant: tuple[Text, ...]
    origin: str
    licence: str
    seed: int
    truth: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a maker works with: documents, where they come from, their licence, and the seed."""

    documents: Sequence[Document]
    origin: str
    licence: str
    seed: int = 0

    def chance(self, *key: object) -> random.Random:
        """Randomness from the seed and the key alone, so that a resumed run makes the same rows."""
        return random.Random("/".join(map(str, (self.seed, *key))))


class Maker(Protocol):
    """Makes examples, always the same ones in the same order from the same material."""

    @property
    def name(self) -> str: ...

    def make(self, material: Material) -> Iterator[Example]: ...


def text_of(document: Document) -> Text:
    """A document as an example keeps it, title first."""
    return Text(document.id, f"{document.title}\n{document.text}" if document.title else document.text)


def write(
    path: Path, examples: Iterator[Example], *, most: int, progress: Callable[[int], None] | None = None
) -> int:
    """Append examples that the file does not hold yet until it holds `most`; the number it holds at the end.

    A line that a crash tore is cut off first.
    """
    done = _kept(path)
    with path.open("a", encoding="utf-8") as lines:
        for example in examples:
            if len(done) >= most:
                break
            if example.key in done:
                continue
            lines.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
            lines.flush()
            done.add(example.key)
            if progress:
                progress(len(done))
    return len(done)


def read(path: Path) -> Iterator[Example]:
    """The examples of a file. Errors  FileError with the line that is none"""
    yield from read_text(path.read_text(encoding="utf-8"), str(path))


def read_text(text: str, name: str) -> Iterator[Example]:
    """The examples of what a file of this name holds. Errors  FileError with the line that is none"""
    for number, line in enumerate(text.split("\n"), start=1):
        if line:
            yield _example(line, f"{name}:{number}")


def untorn(path: Path) -> None:
    """Cut a last line off that a crash tore."""
    if path.exists():
        raw = path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            path.write_bytes(whole)


def _kept(path: Path) -> set[str]:
    untorn(path)
    return {example.key for example in read(path)} if path.exists() else set()


def _example(line: str, where: str) -> Example:
    try:
        row: Mapping[str, Any] = json.loads(line)
        relevant, rest = (tuple(Text(**t) for t in row[side]) for side in ("relevant", "not_relevant"))
        truth = tuple(Fact(**fact) for fact in row["truth"])
        return Example(**{**row, "relevant": relevant, "not_relevant": rest, "truth": truth})
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(f"{where} is no training example: {error!r}. See adhere.synth.protocol.") from error
