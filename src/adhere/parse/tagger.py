"""Instruction to criteria with a small model that labels clauses; the rules type and account for them.

The model reads the words, the query and what the rules make of each word (`tags.segments`), so that it can
be right where no cue word helps: "that colour makes me queasy". It runs on onnxruntime alone.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any as AnyValue

import numpy as np

from adhere.errors import ModelError
from adhere.model import opened, verify
from adhere.need import About, All, Any, Criteria, Criterion, Expression, Parsed, Span, conditions
from adhere.parse import tags
from adhere.parse.mend import admitted, excepted, mended, overruled, parted, refused
from adhere.parse.protocol import check
from adhere.parse.reconcile import Reading
from adhere.parse.rules import compose
from adhere.parse.rules import polarity as rules
from adhere.parse.rules.about import cleaned, content
from adhere.parse.rules.cues import RESTRICTION, find_cue
from adhere.parse.rules.link import Linker, Linking
from adhere.parse.rules.segment import overlap, pieces
from adhere.parse.rules.shielded import restored, shielded
from adhere.parse.rules.task import only_task
from adhere.parse.rules.typing import criteria_of
from adhere.schema import Schema

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

PACKAGED = Path(__file__).parent.parent / "models" / "minitag"
MAX_QUERY = 200  # characters of the query that the model reads
SHORT, GUARDED = 8, 16
"""Up to how many words the rules read alone, and up to how many their reading stands where the model's would
change what a program decides. On a development fifth the rules were right on 97% of the characters of
instructions of up to 8 words, the model on 90%; on longer ones the model is ahead."""

DOUBT, OPENED = 0.7, 0.9
"""The confidence below which a plain cue ("do not help") counts for more than the model, and the one below
which an exclusion that opens its clause does ("without Ann Cole")."""

_WORD = re.compile(r"\w")
_ONLY = re.compile(r"(?:and |but )?(?:only|just|solely|exclusively)\b", re.IGNORECASE)
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


class TaggerParser(Linking):
    """Labels clauses with a folder written by `adhere.train.tagger`. Safe to share between threads.

    Errors  ModelError if the folder does not hold a tagger with this version's labels
    """

    name = "tagger"

    def __init__(self, folder: Path | str = PACKAGED) -> None:
        self._folder = Path(folder)
        self._manifest = _manifest(self._folder)
        self._sure = float(self._manifest["sure"])

    @cached_property
    def _model(self) -> tuple[Tokenizer, InferenceSession]:
        """Loaded with the first instruction that needs it. Errors  ModelError if a file is not as shipped"""
        verify(self._folder, self._manifest, remedy="Reinstall adhere, or ship the tagger again")
        return opened(self._folder, self._manifest)

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        """Errors  as `adhere.parse.protocol.check`"""
        check(instruction, now)
        linker = self._link(schema)
        tagged, slots = self.read(instruction, query=query, linker=linker)
        shown = shielded(instruction, linker.denying if linker else None)
        return restored(self._reconciled(shown, tagged, slots, linker, now), instruction, shown)

    def _reconciled(
        self,
        instruction: str,
        tagged: Sequence[tags.Clause],
        slots: Sequence[tags.Slot],
        linker: Linker | None,
        now: datetime,
    ) -> Parsed:
        """What the model's labels and the rules come to together."""
        words = len(instruction.split())
        ruled = rules.clauses(instruction)
        plain = compose(instruction, ruled, linker=linker, now=now)
        reading = Reading(instruction, slots, linker, now)
        filled = {clause.span for clause in tagged if reading.read(clause.span)}
        exact = all(criterion.exact and not criterion.assumed for criterion in plain.criteria)
        limited = any(criterion.unless is not None for criterion in plain.criteria)
        if (words <= SHORT and (exact or not filled)) or (words <= GUARDED and exact and limited):
            return _closed(plain)
        sure = [
            clause
            for clause in _decided(instruction, ruled, linker, now)
            if (_opened(instruction, clause) and _merged(clause, tagged, ruled))
            or not any(overlap(clause.span, span) for span in filled)
        ]
        sure += [c for c in _cued(instruction, ruled, tagged) if c.span not in {one.span for one in sure}]
        sure += [c for c in _prompts(instruction, ruled) if not any(overlap(c.span, s.span) for s in sure)]
        found = mended(instruction, overruled(instruction, tagged, sorted(sure, key=lambda c: c.span)))
        found = excepted(instruction, refused(instruction, admitted(instruction, found), but=filled))
        found = parted(instruction, found)
        labels = [rules.Clause(clause.span, clause.role, clause.unless_of) for clause in found]
        parsed = compose(
            instruction,
            labels,
            linker=linker,
            now=now,
            typed_by=reading.criteria,
        )
        if words <= GUARDED and not filled and _exact(plain) != _exact(parsed):
            return _closed(plain)
        criteria = tuple(self._weighed(criterion, found, instruction) for criterion in parsed.criteria)
        return _closed(replace(parsed, criteria=Criteria(criteria)))

    def clauses(self, instruction: str, *, query: str = "") -> list[tags.Clause]:
        """The labelled clauses of an instruction of any length, in order."""
        return self.read(instruction, query=query)[0]

    def read(
        self, instruction: str, *, query: str = "", linker: Linker | None = None
    ) -> tuple[list[tags.Clause], list[tags.Slot]]:
        """The labelled clauses of an instruction of any length, and the filled slots of its conditions."""
        tokenizer, session = self._model
        encoding = tokenizer.encode(query[:MAX_QUERY], instruction)
        if len(encoding.ids) > tags.MAX_TOKENS:
            return self._halves(instruction, query, linker)
        positions, spans = tags.words(encoding)
        marks = linker.marks(instruction) if linker else ()
        inputs = {"input_ids": encoding.ids, "token_type_ids": tags.segments(encoding, instruction, marks)}
        (logits,) = session.run(None, {name: np.array([row], np.int64) for name, row in inputs.items()})
        said = logits[0, positions]
        return tags.clauses(instruction, spans, said), tags.slots(instruction, spans, said)

    def _halves(
        self, instruction: str, query: str, linker: Linker | None
    ) -> tuple[list[tags.Clause], list[tags.Slot]]:
        """What is too long for the model is read in two parts, cut where a sentence begins."""
        middle = len(instruction) // 2
        starts = [piece.span[0] for piece in pieces(instruction) if piece.opened == "stop"]
        near = min(starts[1:], key=lambda start: abs(start - middle), default=middle)
        left, left_slots = self.read(instruction[:near], query=query, linker=linker)
        right, right_slots = self.read(instruction[near:], query=query, linker=linker)
        clauses = left + [
            replace(
                clause,
                span=(clause.span[0] + near, clause.span[1] + near),
                core=None if clause.core is None else (clause.core[0] + near, clause.core[1] + near),
                unless_of=None if clause.unless_of is None else clause.unless_of + len(left),
            )
            for clause in right
        ]
        moved = [replace(slot, span=(slot.span[0] + near, slot.span[1] + near)) for slot in right_slots]
        return clauses, left_slots + moved

    def _weighed(self, criterion: Criterion, found: Sequence[tags.Clause], instruction: str) -> Criterion:
        """The criterion with the model's confidence, and with its words cut as the model would cut them."""
        assert criterion.span is not None
        clause = found[bisect_right([c.span[0] for c in found], criterion.span[0]) - 1]
        what = criterion.what
        if (
            clause.core
            and criterion.polarity != "want"
            and what == About(content(instruction[slice(*clause.span)]))
        ):
            what = About(_condition(instruction, clause))
        confidence = min(criterion.confidence, clause.confidence)
        if criterion.assumed or clause.confidence >= self._sure:
            return replace(criterion, what=what, confidence=confidence)
        question = _ASK[criterion.polarity].format(_words(instruction, clause.core or clause.span))
        return replace(criterion, what=what, confidence=confidence, assumed=True, question=question)


def _decided(
    instruction: str, ruled: Sequence[rules.Clause], linker: Linker | None, now: datetime
) -> list[tags.Clause]:
    """The rules' clauses of which every word is typed: there a cue is surer than the model."""
    found = []
    for clause in ruled:
        if clause.label == "background" or clause.label == "task" or clause.unless_of is not None:
            continue
        typed = criteria_of(instruction, clause.span, clause.label, linker=linker, now=now)
        if all(criterion.exact and not criterion.assumed for criterion in typed):
            found.append(tags.Clause(clause.span, clause.label))
    return found


def _opened(instruction: str, clause: tags.Clause) -> bool:
    """Whether the clause begins with the cue for its role: "nothing deprecated", "only functions"."""
    words = instruction[slice(*clause.span)]
    cue = find_cue(words)
    if cue is not None:
        return cue.label == clause.role and not _WORD.search(words[: cue.start])
    return clause.role == "want" and bool(RESTRICTION.match(words) or _ONLY.match(words))


def _merged(clause: tags.Clause, tagged: Sequence[tags.Clause], ruled: Sequence[rules.Clause]) -> bool:
    """Whether the model gives one role to this clause and to others that the rules read otherwise."""
    for one in tagged:
        if overlap(clause.span, one.span):
            roles = {other.label for other in ruled if overlap(other.span, one.span)}
            if len(roles) > 1:
                return True
    return False


def _cued(
    instruction: str, ruled: Sequence[rules.Clause], tagged: Sequence[tags.Clause]
) -> list[tags.Clause]:
    """The rules' clauses with a plain cue over which the model reads otherwise, and everywhere in doubt."""
    found = []
    for clause in ruled:
        cue = find_cue(instruction[slice(*clause.span)])
        if not cue or cue.label != clause.label or clause.unless_of is not None:
            continue
        under = [t for t in tagged if overlap(t.span, clause.span)]
        opens = cue.start == 0 and cue.side == "after" and cue.label == "avoid"
        limit = OPENED if opens else DOUBT
        if all(t.confidence < limit for t in under) and any(t.role != clause.label for t in under):
            found.append(tags.Clause(clause.span, clause.label, confidence=DOUBT))
    return found


def _prompts(instruction: str, ruled: Sequence[rules.Clause]) -> list[tags.Clause]:
    """The rules' clauses that only say what searching is: "given a query" asks for no questions."""
    return [tags.Clause(clause.span, "task") for clause in ruled if only_task(instruction, clause)]


def _exact(parsed: Parsed) -> Counter[Criterion]:
    return Counter(c for c in parsed.criteria if any(leaf.kind != "about" for leaf in conditions(c.what)))


def _closed(parsed: Parsed) -> Parsed:
    criteria = tuple(replace(criterion, what=_balanced(criterion.what)) for criterion in parsed.criteria)
    return replace(parsed, criteria=Criteria(criteria))


def _balanced(what: Expression) -> Expression:
    """The expression with a partner for every bracket in its subjects."""
    match what:
        case About(text):
            while text.count(")") > text.count("("):
                left, _, right = text.rpartition(")")
                text = left + right
            return About(text + ")" * (text.count("(") - text.count(")")))
        case All(parts):
            return All(tuple(_balanced(part) for part in parts))
        case Any(parts):
            return Any(tuple(_balanced(part) for part in parts))
    return what


def _condition(text: str, clause: tags.Clause) -> str:
    """The words that the model calls the condition, without the cue that gave the clause its role."""
    start, end = clause.span
    core = clause.core or clause.span
    cue = find_cue(text[start:end])
    shown = text
    if cue and cue.label == clause.role:
        shown = text[: start + cue.start] + " " * (cue.end - cue.start) + text[start + cue.end :]
    return cleaned(_words(shown, core)) or cleaned(_words(text, core)) or _words(text, clause.span)


def _words(text: str, span: Span) -> str:
    return " ".join(text[slice(*span)].split())


def _manifest(folder: Path) -> dict[str, AnyValue]:
    """What the folder says of its model, whose labels must be ours."""
    try:
        manifest: dict[str, AnyValue] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"There is no tagger in {folder}: manifest.json is missing. "
            "Reinstall adhere, or train one with: python -m adhere.train.tagger"
        ) from None
    if manifest["labels"] != list(tags.LABELS):
        raise ModelError(
            f"The tagger in {folder} was trained for other labels: {manifest['labels']}. Train it again."
        )
    return manifest
