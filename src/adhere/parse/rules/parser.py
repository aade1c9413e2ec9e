"""Instruction to criteria without a model: clauses by cues, conditions by typing, law 1 by accounting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from adhere.need import All, Any, Criteria, Criterion, Expression, Not, Note, Parsed, Polarity, Span
from adhere.parse.protocol import check
from adhere.parse.rules.about import says_nothing
from adhere.parse.rules.account import settled
from adhere.parse.rules.admission import ADDITION
from adhere.parse.rules.link import Linker, Linking
from adhere.parse.rules.polarity import Clause, clauses
from adhere.parse.rules.segment import trimmed
from adhere.parse.rules.task import of_the_task, only_task
from adhere.parse.rules.tolerance import doubted, settled_as_open
from adhere.parse.rules.typing import criteria_of, denials
from adhere.parse.rules.undated import asked_when
from adhere.schema import Schema

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

_ANEW = re.compile(  # bounded, so that a run of spaces costs no square of its length
    r"(?<!anything)(?<!everything)(?:,\s{1,9}(?=(?:any|every)thing\b)"
    r"|,?\s{1,9}(?:and|or|nor)\s{1,9}(?=(?:(?:any|every|no)thing|whatever|none|no)\b(?!\W*,)))",
    re.IGNORECASE,
)


class RulesParser(Linking):
    """Knows general English cues and the store's schema, and no subject matter."""

    name = "rules"

    def parse(
        self,
        instruction: str,
        *,
        query: str = "",  # noqa: ARG002 (of the protocol)
        schema: Schema | None = None,
        now: datetime,
    ) -> Parsed:
        """The query is not read: an instruction says what counts on its own.

        Errors  as `adhere.parse.protocol.check`"""
        check(instruction, now)
        return compose(instruction, clauses(instruction), linker=self._link(schema), now=now)


def compose(
    instruction: str,
    found: Sequence[Clause],
    *,
    linker: Linker | None,
    now: datetime,
    typed_by: Callable[[Span, Polarity], list[Criterion] | None] | None = None,
) -> Parsed:
    """Labelled clauses, from whatever labels them, to criteria, background, task and notes under law 1.

    `typed_by` is asked first what a clause means; where it does not know, the rules type it.
    """
    criteria: list[Criterion] = []
    notes: list[Note] = []
    made: dict[int, int] = {}
    found = settled_as_open(instruction, [_asking(instruction, clause) for clause in found], linker)
    for number, clause in enumerate(found):
        if clause.label == "task":
            continue
        if clause.label == "background":
            ruled = denials(instruction, clause.span, linker=linker, now=now)
            criteria += ruled
            continue
        typed: list[Criterion] = []
        for span in _heads(instruction, clause):
            given = typed_by(span, clause.label) if typed_by else None
            if given is None:
                given = criteria_of(instruction, span, clause.label, linker=linker, now=now)
            typed += given
        limited = made.get(clause.unless_of) if clause.unless_of is not None else None
        if limited is None and _adds(instruction, found, number, criteria, typed):
            made[number] = len(criteria) - 1
            criteria[-1] = _either(criteria[-1], typed[0])
        elif limited is None:
            made[number] = len(criteria)
            criteria += typed
        elif limited == len(criteria) - 1:
            criteria[limited] = _limited(criteria[limited], typed, clause)
        else:
            notes.append(
                Note(clause.span, "an exception that stands too far from what it limits; not enforced")
            )
    parsed = Parsed(
        instruction,
        Criteria(tuple(asked_when(doubted(instruction, criteria), linker.schema if linker else None))),
        tuple(c.span for c in found if c.label == "background" and not _covered(c.span, criteria)),
        tuple(clause.span for clause in found if clause.label == "task"),
        tuple(notes),
    )
    return settled(parsed)


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


def _adds(
    instruction: str,
    found: Sequence[Clause],
    number: int,
    before: Sequence[Criterion],
    typed: Sequence[Criterion],
) -> bool:
    """Whether a want lets in more than the want just before it: "X. Work on Y also counts." is X or Y."""
    clause = found[number]
    if clause.label != "want" or not number or found[number - 1].label != "want" or len(typed) != 1:
        return False
    follows = bool(before) and before[-1].polarity == "want" and before[-1].span is not None
    return (
        follows
        and not (typed[0].assumed or before[-1].assumed)
        and ADDITION.search(instruction[slice(*clause.span)]) is not None
    )


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
    empty = clause.label == "want" and clause.unless_of is None and says_nothing(text)
    if clause.label in ("background", "task") or not (empty or of_the_task(text)):
        return clause
    return replace(clause, label="background", unless_of=None)


def _covered(span: Span, criteria: Sequence[Criterion]) -> bool:
    """Whether an exception reached back over these words to what it limits, so that they are in its span."""
    return any(c.span is not None and c.span[0] <= span[0] and span[1] <= c.span[1] for c in criteria)


def _limited(criterion: Criterion, exceptions: Sequence[Criterion], clause: Clause) -> Criterion:
    """The criterion, lifted where the exceptions hold; its span now covers them too."""
    parts: list[Expression] = [] if criterion.unless is None else [criterion.unless]
    sure = [exception for exception in exceptions if not exception.assumed] or exceptions
    parts += [_holding(exception, clause.label) for exception in sure]
    assert criterion.span is not None
    return replace(
        criterion,
        unless=parts[0] if len(parts) == 1 else All(tuple(parts)),
        span=(criterion.span[0], clause.span[1]),
    )


def _holding(exception: Criterion, label: str) -> Expression:
    """The condition of an exception; a "not" in it has turned its polarity away from that of its clause."""
    turned = exception.polarity in ("avoid", "disprefer") and label not in ("avoid", "disprefer")
    return Not(exception.what) if turned else exception.what
