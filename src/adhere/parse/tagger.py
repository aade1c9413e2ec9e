"""Instruction to criteria with a small model that labels clauses; the rules type and account for them.

The model reads the words, the query and what the rules make of each word (`tags.segments`), so that it can
be right where no cue word helps: "that colour makes me queasy". It runs on onnxruntime alone.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from adhere.errors import InputError, ModelError
from adhere.need import About, Criteria, Criterion, Parsed, Span
from adhere.parse import tags
from adhere.parse.rules import compose
from adhere.parse.rules.link import Linker
from adhere.parse.rules.parser import MAX_CHARACTERS
from adhere.parse.rules.polarity import Clause
from adhere.parse.rules.segment import pieces
from adhere.parse.rules.typing import content
from adhere.schema import Schema

PACKAGED = Path(__file__).parent.parent / "models" / "minitag"
MAX_QUERY = 200  # characters of the query that the model reads

_ASK = {
    "want": "Must documents be about {!r}?",
    "avoid": "Should documents about {!r} be left out?",
    "prefer": "Are documents about {!r} better?",
    "disprefer": "Are documents about {!r} worse?",
}


@cache
def default_tagger() -> TaggerParser:
    """The packaged model, loaded once per process."""
    return TaggerParser(PACKAGED)


class TaggerParser:
    """Labels clauses with a folder written by `adhere.train.tagger`. Safe to share between threads.

    Errors  ModelError if the folder does not hold a tagger with this version's labels
    """

    name = "tagger"

    def __init__(self, folder: Path | str = PACKAGED) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._linker: Linker | None = None
        self._sure = _threshold(Path(folder))
        self._tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(Path(folder) / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        """Errors  InputError for more than MAX_CHARACTERS, or for a clock without a time zone"""
        if len(instruction) > MAX_CHARACTERS:
            raise InputError(
                f"The instruction has {len(instruction):,} characters, the limit is {MAX_CHARACTERS:,}. "
                "Say what counts as relevant, and index longer texts as documents."
            )
        if now.tzinfo is None:
            raise InputError(f"The clock {now.isoformat()} has no time zone; pass an aware datetime.")
        found = self.clauses(instruction, query=query)
        labels = [Clause(clause.span, clause.role, clause.unless_of) for clause in found]
        parsed = compose(instruction, labels, linker=self._link(schema), now=now)
        criteria = tuple(self._weighed(criterion, found, instruction) for criterion in parsed.criteria)
        return replace(parsed, criteria=Criteria(criteria))

    def clauses(self, instruction: str, *, query: str = "") -> list[tags.Clause]:
        """The labelled clauses of an instruction of any length, in order."""
        encoding = self._tokenizer.encode(query[:MAX_QUERY], instruction)
        if len(encoding.ids) > tags.MAX_TOKENS:
            return self._halves(instruction, query)
        positions, spans = tags.words(encoding)
        inputs = {"input_ids": encoding.ids, "token_type_ids": tags.segments(encoding, instruction)}
        (logits,) = self._session.run(None, {name: np.array([row], np.int64) for name, row in inputs.items()})
        return tags.clauses(spans, logits[0, positions])

    def _link(self, schema: Schema | None) -> Linker | None:
        """The dictionary of the schema, kept until another schema comes."""
        if schema is None:
            return None
        linker = self._linker
        if linker is None or linker.schema is not schema:
            self._linker = linker = Linker(schema)
        return linker

    def _halves(self, instruction: str, query: str) -> list[tags.Clause]:
        """What is too long for the model is read in two parts, cut where a sentence begins."""
        middle = len(instruction) // 2
        starts = [piece.span[0] for piece in pieces(instruction) if piece.opened == "stop"]
        near = min(starts[1:], key=lambda start: abs(start - middle), default=middle)
        left = self.clauses(instruction[:near], query=query)
        right = self.clauses(instruction[near:], query=query)
        return left + [
            replace(
                clause,
                span=(clause.span[0] + near, clause.span[1] + near),
                core=None if clause.core is None else (clause.core[0] + near, clause.core[1] + near),
                unless_of=None if clause.unless_of is None else clause.unless_of + len(left),
            )
            for clause in right
        ]

    def _weighed(self, criterion: Criterion, found: Sequence[tags.Clause], instruction: str) -> Criterion:
        """The criterion with the model's confidence, and with its words cut as the model would cut them."""
        assert criterion.span is not None
        clause = found[bisect_right([c.span[0] for c in found], criterion.span[0]) - 1]
        what = criterion.what
        if clause.core and what == About(content(instruction[slice(*clause.span)])):
            what = About(_words(instruction, clause.core))
        confidence = min(criterion.confidence, clause.confidence)
        if criterion.assumed or clause.confidence >= self._sure:
            return replace(criterion, what=what, confidence=confidence)
        question = _ASK[criterion.polarity].format(_words(instruction, clause.core or clause.span))
        return replace(criterion, what=what, confidence=confidence, assumed=True, question=question)


def _words(text: str, span: Span) -> str:
    return " ".join(text[slice(*span)].split())


def _threshold(folder: Path) -> float:
    """Below which confidence a clause is assumed; checks on the way that the labels are ours."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"There is no tagger in {folder}: manifest.json is missing. "
            "Reinstall adhere, or train one with: python -m adhere.train.tagger"
        ) from None
    if manifest["labels"] != [*tags.TAGS, *tags.KINDS]:
        raise ModelError(
            f"The tagger in {folder} was trained for other labels: {manifest['labels']}. Train it again."
        )
    return float(manifest["sure"])
