"""Labelled clauses, from whatever labels them, to criteria, background, task and notes under law 1.

The clauses are taken in order, because one may change what the one before it asks: an exception limits it, an
"X counts as well" widens it, and what is only let in needs a rule that it is let in from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from adhere.need import (
    All,
    Any,
    Criteria,
    Criterion,
    Expression,
    Field,
    Not,
    Note,
    Parsed,
    Polarity,
    Span,
    conditions,
)
from adhere.parse.rules.about import says_nothing
from adhere.parse.rules.account import settled
from adhere.parse.rules.admission import ADDITION, ALLOWED, KEPT, ON_CONDITION
from adhere.parse.rules.link import Linker
from adhere.parse.rules.polarity import Clause
from adhere.parse.rules.segment import trimmed
from adhere.parse.rules.task import of_the_task, only_task
from adhere.parse.rules.tolerance import doubted, settled_as_open
from adhere.parse.rules.typing import criteria_of, denials
from adhere.parse.rules.undated import asked_of_names, asked_when
from adhere.parse.rules.vocabulary import stems

_OTHERS = re.compile(
    r"(?:(?:inadmissible|unacceptable|excluded?|out|ignore|skip|drop|show|keep|leave out|forget|discard)\b"
    r":?\s*)?"
    r"(?:whatever|anything|everything|all|what) (?:else|other(?:s| (?:documents|papers|results))?|remains)"
    r"(?: (?:turns up|you find|there is|is fine|is noise|(?:can|may) be ignored|is welcome))?\W*"
    r"|(?:ignore|skip|drop|show|keep|leave out|forget|discard) (?:the )?(?:rest|remainder|others)"
    r"(?: of (?:the|it|them)(?: \w+)?)?\W*",
    re.IGNORECASE,
)
"""Says what becomes of the documents that a rule has already divided off: nothing is asked by it."""

_WORD = re.compile(r"\w")
_OR = re.compile(r"(?:,|;)? or (?:else )?$", re.IGNORECASE)
LONGEST_OR = len("; or else ")
_INJECTED = re.compile(
    r"(?:please )?(?:ignore|disregard|forget) (?:(?:all|any|the|my|your|of) )*"
    r"(?:previous|prior|earlier|above) (?:instructions?|prompts?|messages?|criteria|filters?)\b",
    re.IGNORECASE,
)
"""Speaks to a language model, and there is none here."""
_ANEW = re.compile(  # bounded, so that a run of spaces costs no square of its length
    r"(?<!anything)(?<!everything)(?:,\s{1,9}(?=(?:any|every)thing\b)"
    r"|,?\s{1,9}(?:and|or|nor)\s{1,9}(?=(?:(?:any|every|no)thing|whatever|none|no)\b(?!\W*,)))",
    re.IGNORECASE,
)
TypedBy = Callable[[Span, Polarity], list[Criterion] | None]
"""The criteria of a clause; None where they are not known, and the rules type it."""


def compose(
    instruction: str,
    found: Sequence[Clause],
    *,
    linker: Linker | None,
    now: datetime,
    typed_by: TypedBy | None = None,
) -> Parsed:
    """What the clauses of an instruction come to; `typed_by` is asked first what one means."""
    found = settled_as_open(instruction, [_asking(instruction, clause) for clause in found], linker)
    found = [_flag(instruction, clause, linker) for clause in found]
    made = _Composition(instruction, found, linker, now, typed_by)
    for number, clause in enumerate(found):
        made.take(number, clause)
    schema = linker.schema if linker else None
    background = [clause.span for clause in found if clause.label == "background"]
    parsed = Parsed(
        instruction,
        Criteria(tuple(asked_of_names(asked_when(doubted(instruction, made.criteria), schema), linker))),
        tuple(sorted((*made.kept_open, *(span for span in background if not made.covers(span))))),
        tuple(clause.span for clause in found if clause.label == "task"),
        tuple(made.notes),
    )
    return settled(parsed)


@dataclass
class _Composition:
    """What grows while the clauses are taken: criteria, notes, and what is kept open."""

    instruction: str
    found: Sequence[Clause]
    linker: Linker | None
    now: datetime
    typed_by: TypedBy | None
    criteria: list[Criterion] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    kept_open: list[Span] = field(default_factory=list)
    _made: dict[int, int] = field(default_factory=dict)
    """The number of the first criterion of a clause."""

    def take(self, number: int, clause: Clause) -> None:
        """The next clause."""
        if clause.label == "task":
            return
        if clause.label == "background":
            if not self._let_in(clause):
                self.criteria += denials(self.instruction, clause.span, linker=self.linker, now=self.now)
        elif self._keeps(clause):
            self.kept_open.append(clause.span)
        elif clause.unless_of is not None and clause.unless_of in self._made:
            self._limit(clause)
        else:
            self._ask(number, clause)

    def covers(self, span: Span) -> bool:
        """Whether an exception reached back over these words to what it limits: they are in its span."""
        return any(
            c.span is not None and c.span[0] <= span[0] and span[1] <= c.span[1] for c in self.criteria
        )

    def _keeps(self, clause: Clause) -> bool:
        """Whether the clause only says that something stays: "do not leave out drafts"."""
        kept = KEPT.match(self.instruction[slice(*clause.span)])
        return kept is not None and bool(self._decided((clause.span[0] + kept.end(), clause.span[1])))

    def _ask(self, number: int, clause: Clause) -> None:
        """What the clause asks, as criteria of its own, or as a further way to meet the one before it."""
        typed = self._typed(clause)
        if self._adds(number, typed):
            self._made[number] = len(self.criteria) - 1
            self.criteria[-1] = _either(self.criteria[-1], typed[0])
        else:
            self._made[number] = len(self.criteria)
            self.criteria += typed

    def _limit(self, clause: Clause) -> None:
        """Lifts the criterion that the clause is an exception of; only the last one is near enough."""
        assert clause.unless_of is not None
        limited = self._made[clause.unless_of]
        if limited == len(self.criteria) - 1:
            self.criteria[limited] = self._lifted(self.criteria[limited], self._typed(clause), clause)
        else:
            about = "an exception that stands too far from what it limits; not enforced"
            self.notes.append(Note(clause.span, about))

    def _typed(self, clause: Clause) -> list[Criterion]:
        """What the clause means, part by part."""
        assert clause.label != "task" and clause.label != "background"
        typed: list[Criterion] = []
        for span in _heads(self.instruction, clause):
            given = self.typed_by(span, clause.label) if self.typed_by else None
            if given is None:
                given = criteria_of(self.instruction, span, clause.label, linker=self.linker, now=self.now)
            typed += given
        return typed

    def _decided(self, span: Span) -> list[Criterion]:
        """What is wanted by words of which a program decides all; nothing where it does not."""
        typed = criteria_of(self.instruction, span, "want", linker=self.linker, now=self.now)
        return typed if all(one.exact and not one.assumed for one in typed) else []

    def _let_in(self, clause: Clause) -> bool:
        """Widens the criterion before a clause that says what is fine all the same: "no laptops, but Zenit
        ones are ok", "only published ones. Drafts by Ann are ok". Only what a program decides is let in;
        under a want only other values of the field that it is on."""
        allowed = ALLOWED.search(self.instruction[slice(*clause.span)])
        before = self.criteria[-1] if self.criteria else None
        if not allowed or before is None or before.span is None or before.assumed or not before.exact:
            return False
        typed = self._decided((clause.span[0], clause.span[0] + allowed.start()))
        if not typed or _WORD.search(self.instruction[before.span[1] : clause.span[0]]):
            return False
        if before.polarity == "avoid":
            self.criteria[-1] = self._lifted(before, typed, replace(clause, label="want"))
            return True
        if (
            before.polarity == "want"
            and _fields(before)
            and _fields(before) <= set().union(*map(_fields, typed))
        ):
            more = typed[0].what if len(typed) == 1 else All(tuple(one.what for one in typed))
            span = (before.span[0], clause.span[1])
            self.criteria[-1] = replace(before, what=Any((before.what, more)), span=span)
            return True
        return False

    def _adds(self, number: int, typed: Sequence[Criterion]) -> bool:
        """Whether a want lets in more than the want just before it: "X. Work on Y also counts." is X or Y."""
        clause = self.found[number]
        follows = number > 0 and clause.label == self.found[number - 1].label == "want"
        before = self.criteria[-1] if self.criteria and follows and len(typed) == 1 else None
        if before is None or before.polarity != "want" or before.span is None:
            return False
        if typed[0].assumed or before.assumed:
            return False
        if ADDITION.search(self.instruction[slice(*clause.span)]):
            return True
        start = clause.span[0]
        either = _OR.search(self.instruction, max(0, start - LONGEST_OR), start)
        return either is not None and typed[0].exact and before.exact

    def _lifted(self, criterion: Criterion, exceptions: Sequence[Criterion], clause: Clause) -> Criterion:
        """The criterion, lifted where the exceptions hold; its span now covers them too."""
        if criterion.polarity == "want" and ON_CONDITION.match(self.instruction, clause.span[0]):
            criterion = replace(criterion, polarity="avoid")  # "over 300 only if rated at least 4"
        parts: list[Expression] = [] if criterion.unless is None else [criterion.unless]
        sure = [exception for exception in exceptions if not exception.assumed] or exceptions
        parts += [_holding(exception, clause.label) for exception in sure]
        assert criterion.span is not None
        return replace(
            criterion,
            unless=parts[0] if len(parts) == 1 else All(tuple(parts)),
            span=(criterion.span[0], clause.span[1]),
        )


def _fields(criterion: Criterion) -> set[str]:
    return {leaf.name for leaf in conditions(criterion.what) if isinstance(leaf, Field)}


def _flag(instruction: str, clause: Clause, linker: Linker | None) -> Clause:
    """The clause, a want where it is nothing but the name of a truth value: "pets allowed"."""
    words = tuple(stems(instruction[slice(*clause.span)]))
    flags = linker.schema.fields.values() if linker else ()
    named = any(info.type == "boolean" and tuple(stems(info.name)) == words for info in flags)
    return replace(clause, label="want") if named and clause.label == "background" else clause


def _heads(instruction: str, clause: Clause) -> list[Span]:
    """The parts of an exclusion that names things anew: "anything before 2012 | and anything on packaging"
    excludes what is either, where "old papers on packaging" excludes what is both."""
    start, end = clause.span
    if clause.label not in ("avoid", "disprefer"):
        return [clause.span]
    edges = [
        start,
        *(edge for match in _ANEW.finditer(instruction, start, end) for edge in match.span()),
        end,
    ]
    parts = [trimmed(instruction, (a, b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [part for part in parts if part[0] < part[1]]


def _either(before: Criterion, more: Criterion) -> Criterion:
    assert before.span is not None and more.span is not None
    parts = [
        part
        for one in (before, more)
        for part in (one.what.parts if isinstance(one.what, Any) else (one.what,))
    ]
    return replace(before, what=Any(tuple(parts)), span=(before.span[0], more.span[1]))


def _asking(instruction: str, clause: Clause) -> Clause:
    """The clause, as background where it describes the query or the task, or just any document; as part of
    the task where it only asks for what answers the query, or speaks of all the others."""
    text = instruction[slice(*clause.span)]
    if clause.unless_of is None and _OTHERS.fullmatch(text.strip()):
        return replace(clause, label="task")
    if only_task(instruction, clause):
        return replace(clause, label="task")
    if _INJECTED.match(text):
        return replace(clause, label="background", unless_of=None)
    empty = clause.label == "want" and clause.unless_of is None and says_nothing(text)
    if clause.label in ("background", "task") or not (empty or of_the_task(text)):
        return clause
    return replace(clause, label="background", unless_of=None)


def _holding(exception: Criterion, label: str) -> Expression:
    """The condition of an exception; a "not" in it has turned its polarity away from that of its clause."""
    turned = exception.polarity in ("avoid", "disprefer") and label not in ("avoid", "disprefer")
    return Not(exception.what) if turned else exception.what
