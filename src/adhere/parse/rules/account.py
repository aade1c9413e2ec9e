"""Law 1: every word of an instruction lies in exactly one place. What nobody claimed is said aloud.

Criteria may share one identical span (one clause can hold several conditions); apart from that, the spans of
criteria, background, task and notes are disjoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adhere.need import Note, Parsed, Span
from adhere.parse.rules.vocabulary import CONNECTIVES

_TOKEN = re.compile(r"\w+")


def claimed(parsed: Parsed) -> list[Span]:
    """The distinct spans of all criteria, background, task lead-ins and notes, in order."""
    criteria = {criterion.span for criterion in parsed.criteria if criterion.span is not None}
    notes = {note.span for note in parsed.notes if note.span is not None}
    return sorted(criteria | set(parsed.background) | set(parsed.task) | notes)


def unclaimed(text: str, spans: list[Span]) -> Iterator[Span]:
    """Stretches between the (sorted, disjoint) spans that hold a word which is no connective."""
    position = 0
    for start, end in [*spans, (len(text), len(text))]:
        words = [
            word for word in _TOKEN.finditer(text, position, start) if word[0].casefold() not in CONNECTIVES
        ]
        if words:
            yield words[0].start(), words[-1].end()
        position = max(position, end)


def settled(parsed: Parsed) -> Parsed:
    """The same reading, with a note for every stretch of words that it left out."""
    left = unclaimed(parsed.instruction, claimed(parsed))
    notes = tuple(Note(span, "not understood, so not enforced") for span in left)
    return Parsed(
        parsed.instruction, parsed.criteria, parsed.background, parsed.task, (*parsed.notes, *notes)
    )
