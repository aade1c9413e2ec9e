"""What the clause tagger says of each word, and how words become clauses again.

Training and serving share this file: the labels, the text the model sees, the decoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from adhere.need import Span
from adhere.parse.rules import polarity as rules
from adhere.parse.rules import vocabulary
from adhere.parse.rules.cues import Label

if TYPE_CHECKING:
    from tokenizers import Encoding

Array = NDArray[np.float32]

ROLES: tuple[Label, ...] = ("want", "avoid", "prefer", "disprefer", "background", "task")
"""Polarities, and the two things a clause can be without asking anything."""
KINDS = (
    "topic", "genre", "source", "time", "entity", "place", "method",
    "audience", "field", "quantity", "relation", "form", "stance", "language",
)  # fmt: skip
TAGS = ("O", *(f"{position}-{role}" for role in ROLES for position in "BI"))
"""O, then begin and inside of every role, so that clauses of one role that touch stay apart."""
SLOTS = (
    "O", "subject", "field", "value", ">=", ">", "<=", "<", "mention", "words>=", "words>", "words<=",
    "words<", "language", "code", "numbers", "links", "list", "table", "question",
)  # fmt: skip
"""What a word is to a condition: nothing, its subject, the name of its field, a value that is asked for, the
bound of a comparison, a word to be mentioned, a bound on the length, a language, a form that it names."""
MARKS = 4
"""By what a word means to the store's schema: nothing, the name of a field, a value of one, both."""
RULED = 1 + len(TAGS)
"""Segment 0 is the query; a word of the instruction has segment 1 + the tag that the rules give it ..."""
SEGMENTS = RULED * MARKS
"""... and so once more for every mark."""
HEADS = (len(TAGS), len(KINDS), 1, 1, len(SLOTS), 1)
"""Logits per word: tags, kinds, whether the clause limits another, whether the word is of the core, slots,
whether the condition is denied within its clause ("that mention no ...")."""
LABELS = (*TAGS, *KINDS, *SLOTS)
OUTPUTS = sum(HEADS)
MAX_TOKENS = 512
AGAINST_BACKGROUND = 1.0
"""Taken from the logits of background: a rule that is filed as background is lost, background that is
enforced can be seen and switched off. Chosen on the judged development needs (benchmarks/LOG.md)."""
TURN = (0.0, 1.0, 3.0)
"""What changing the role costs (log-probability) where a clause opens, in a list, and anywhere else."""
CORE, WANTED_CORE = -2.0, -3.0
"""Logits from which a word is kept in the condition: a word too many harms less than one too few. Of a want
only the beginning is cut: how it ends belongs to it."""
OPENERS = vocabulary.words("""
    but not no nor unless except save if when while whereas although though because only without rather
    instead other than ideally preferably so plus
""")
LISTING = vocabulary.words("and or that which who whose where with")
_BACKGROUND = np.array([tag.endswith("-background") for tag in TAGS], np.float32)
_NUMBER = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?!\d)|\d+(?:[.,]\d+)+")
_MARK = re.compile(r"[^\w\s'’\"“”`]")


@dataclass(frozen=True, slots=True)
class Slot:
    """Words that fill one place of a condition: which of SLOTS, whether denied there, how surely."""

    span: Span
    label: str
    denied: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A span of the instruction with its role, its kind, and the clause that it limits.

    `core` is the part of the span that states the condition, without "no", "please skip" and the like;
    `unless_of` the position of the limited clause in the list of clauses; `confidence` the mean
    probability of the role over the clause's words; `slots` what its words are to its conditions, None where
    nobody said.
    """

    span: Span
    role: Label
    kind: str = "topic"
    core: Span | None = None
    unless_of: int | None = None
    confidence: float = 1.0
    slots: tuple[Slot, ...] | None = None


def segments(encoding: Encoding, instruction: str, marks: Sequence[tuple[Span, int]] = ()) -> list[int]:
    """Segment ids by which the model sees what the rules read, and which words the schema knows.

    `marks` are spans with 1 for the name of a field, 2 for a value of one, 3 for both.

    Cue words and a model fail in different places: on a development fifth one of the two was right on 92%
    of the characters, the model alone on 86%, the rules alone on 78%.
    """
    tag = [0] * len(instruction)
    for clause in rules.clauses(instruction):
        start, end = clause.span
        begin = TAGS.index(f"B-{clause.label}")
        tag[start:end] = [begin] + [begin + 1] * (end - start - 1)
    for (start, end), mark in marks:
        tag[start:end] = [RULED * mark + t % RULED for t in tag[start:end]]
    return [
        1 + tag[start] if segment == 1 and end > start else int(segment == 1)
        for segment, (start, end) in zip(encoding.sequence_ids, encoding.offsets, strict=True)
    ]


def words(encoding: Encoding) -> tuple[list[int], list[Span]]:
    """Positions of the first piece of every word of the instruction, and the words' spans in it."""
    positions: list[int] = []
    spans: list[Span] = []
    previous = None
    for position, (segment, word, span) in enumerate(
        zip(encoding.sequence_ids, encoding.word_ids, encoding.offsets, strict=True)
    ):
        if segment != 1 or word is None:
            continue
        if word == previous:
            spans[-1] = (spans[-1][0], span[1])
        else:
            positions.append(position)
            spans.append(span)
        previous = word
    return positions, spans


def clauses(text: str, spans: Sequence[Span], logits: Array) -> list[Clause]:
    """Clauses of an instruction from the model's logits at the first piece of each word.

    Shapes  W spans, logits (W, OUTPUTS)
    """
    if not spans:
        return []
    tags, kinds, limits, core, *_ = np.split(logits, np.cumsum(HEADS[:-1]), axis=1)
    scores = _log_softmax(tags - AGAINST_BACKGROUND * _BACKGROUND)
    path = _best_path(scores, _turns(text, spans))
    found: list[Clause] = []
    for first, last in _runs(path):
        inside, tag = slice(first, last + 1), path[first]
        role = ROLES[(tag - 1) // 2]
        limiting = role == "want" and float(limits[inside].mean()) > 0
        found.append(
            Clause(
                (spans[first][0], spans[last][1]),
                role,
                KINDS[int(_log_softmax(kinds[inside]).mean(axis=0).argmax())],
                _core(spans[inside], core[inside, 0], role),
                _limited(found) if limiting else None,
                float(np.exp(scores[inside, tag : tag + 2]).sum(axis=1).mean()),
            )
        )
    return found


def slots(text: str, spans: Sequence[Span], logits: Array) -> list[Slot]:
    """The filled places of all conditions: words side by side with one label are one, and so is a number.

    Shapes  W spans, logits (W, OUTPUTS)
    """
    if not spans:
        return []
    *_, labels, denied = np.split(logits, np.cumsum(HEADS[:-1]), axis=1)
    scores, turned = np.exp(_log_softmax(labels)), denied[:, 0]
    for first, last in _numbers(text, spans):
        scores[first:last] = scores[first:last].mean(axis=0)
        turned[first:last] = turned[first:last].mean()
    best = scores.argmax(axis=1)
    found: list[Slot] = []
    first = 0
    for word in range(1, len(spans) + 1):
        if word < len(spans) and best[word] == best[first]:
            continue
        if best[first]:
            inside = slice(first, word)
            sure = float(scores[inside, best[first]].mean())
            span = (spans[first][0], spans[word - 1][1])
            found.append(Slot(span, SLOTS[best[first]], bool(turned[inside].mean() > 0), sure))
        first = word
    return found


def _numbers(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """First word and end of every number, version or date that the tokenizer takes apart: "3", ".", "11"."""
    starts, ends = ({span[side]: n for n, span in enumerate(spans)} for side in (0, 1))
    for match in _NUMBER.finditer(text):
        if match.start() in starts and match.end() in ends:
            yield starts[match.start()], ends[match.end()] + 1


def _turns(text: str, spans: Sequence[Span]) -> list[int]:
    """How easily the role changes before each word: a position in TURN."""
    turns = [0]
    for (_, previous), (start, end) in pairwise(spans):
        word, marks = text[start:end].casefold(), _MARK.findall(text, previous, end)
        if word in OPENERS or any(mark != "," for mark in marks):
            turns.append(0)
        else:
            turns.append(1 if marks or word in LISTING else 2)
    return turns


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)


def _best_path(scores: Array, turns: Sequence[int]) -> list[int]:
    """The likeliest tags in which every inside follows a begin or inside of its role (Viterbi).

    Shapes  scores (W, T) log-probabilities, W turns
    """
    total = scores[0] + _STEPS[0][0]
    back = np.zeros(scores.shape, dtype=np.int64)
    for word in range(1, len(scores)):
        reach = total[:, None] + _STEPS[turns[word]]
        back[word] = reach.argmax(axis=0)
        total = reach.max(axis=0) + scores[word]
    path = [int(total.argmax())]
    for word in range(len(scores) - 1, 0, -1):
        path.append(int(back[word, path[-1]]))
    return path[::-1]


def _steps(cost: float) -> Array:
    """0 where one tag may follow another, -10,000 where not; starting is like coming from O, row 0.

    A step from one clause into another role, or out of it, costs `cost`; task lead-ins end anywhere.
    """
    steps = np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)
    for inside in range(2, len(TAGS), 2):
        steps[:, inside] = -1e4
        steps[inside - 1 : inside + 1, inside] = 0.0
    for tag in range(1, TAGS.index("B-task")):
        steps[tag, 0] -= cost
        for begin in range(1, len(TAGS), 2):
            steps[tag, begin] -= cost * ((tag - 1) // 2 != (begin - 1) // 2)
    return steps


_STEPS = [_steps(cost) for cost in TURN]


def _runs(path: Sequence[int]) -> list[tuple[int, int]]:
    """First and last word of every clause in a legal path: begin tags are odd, their insides follow."""
    runs: list[tuple[int, int]] = []
    for word, tag in enumerate(path):
        if tag % 2:
            runs.append((word, word))
        elif tag:
            runs[-1] = (runs[-1][0], word)
    return runs


def _core(spans: Sequence[Span], logits: Array, role: Label) -> Span:
    """From the first to the last word that may be of the core; the whole clause where none is."""
    chosen = np.flatnonzero(logits > (WANTED_CORE if role == "want" else CORE))
    first, last = (chosen[0], chosen[-1]) if len(chosen) else (0, -1)
    return spans[first][0], spans[-1 if role == "want" else last][1]


def _limited(before: Sequence[Clause]) -> int | None:
    """A limiting clause limits the nearest avoid before it, else the clause just before it."""
    for position in range(len(before) - 1, -1, -1):
        if before[position].role in ("avoid", "disprefer"):
            return position
    return len(before) - 1 if before else None
