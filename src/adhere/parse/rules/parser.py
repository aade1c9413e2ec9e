"""Instruction to criteria without a model: clauses by cues, conditions by typing, law 1 by accounting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from adhere.parse.protocol import check
from adhere.parse.rules.about import says_nothing
from adhere.parse.rules.account import settled
from adhere.parse.rules.admission import ADDITION, ALLOWED, KEPT, ON_CONDITION
from adhere.parse.rules.link import Linker, Linking
from adhere.parse.rules.polarity import Clause, clauses
from adhere.parse.rules.segment import trimmed
from adhere.parse.rules.shielded import restored, shielded
from adhere.parse.rules.task import of_the_task, only_task
from adhere.parse.rules.tolerance import doubted, settled_as_open
from adhere.parse.rules.typing import criteria_of, denials
from adhere.parse.rules.undated import asked_of_names, asked_when
from adhere.parse.rules.vocabulary import stems
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
        linker = self._link(schema)
        shown = shielded(instruction, linker.denying if linker else None)
        return restored(compose(shown, clauses(shown), linker=linker, now=now), instruction, shown)


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
    kept_open: list[Span] = []
    found = settled_as_open(instruction, [_asking(instruction, clause) for clause in found], linker)
    found = [_flag(instruction, clause, linker) for clause in found]
    for number, clause in enumerate(found):
        if clause.label == "task":
            continue
        if clause.label == "background":
            if not _let_in(instruction, clause, criteria, linker, now):
                criteria += denials(instruction, clause.span, linker=linker, now=now)
            continue
        kept = KEPT.match(instruction[slice(*clause.span)])
        rest = (clause.span[0] + kept.end(), clause.span[1]) if kept else clause.span
        if kept and _typed(instruction, rest, linker, now):
            kept_open.append(clause.span)
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
            criteria[limited] = _limited(instruction, criteria[limited], typed, clause)
        else:
            notes.append(
                Note(clause.span, "an exception that stands too far from what it limits; not enforced")
            )
    schema = linker.schema if linker else None
    background = [clause.span for clause in found if clause.label == "background"]
    parsed = Parsed(
        instruction,
        Criteria(tuple(asked_of_names(asked_when(doubted(instruction, criteria), schema), linker))),
        tuple(sorted((*kept_open, *(span for span in background if not _covered(span, criteria))))),
        tuple(clause.span for clause in found if clause.label == "task"),
        tuple(notes),
    )
    return settled(parsed)


def _let_in(
    instruction: str, clause: Clause, criteria: list[Criterion], linker: Linker | None, now: datetime
) -> bool:
    """Widens the criterion before a clause that says what is fine all the same: "no laptops, but Zenit ones
    are ok", "only published ones. Drafts by Ann are ok". Only what a program decides is let in; under a want
    only other values of the field that it is on."""
    allowed = ALLOWED.search(instruction[slice(*clause.span)])
    before = criteria[-1] if criteria else None
    if not allowed or before is None or before.span is None or before.assumed or not before.exact:
        return False
    typed = _typed(instruction, (clause.span[0], clause.span[0] + allowed.start()), linker, now)
    if not typed or _WORD.search(instruction[before.span[1] : clause.span[0]]):
        return False
    if before.polarity == "avoid":
        criteria[-1] = _limited(instruction, before, typed, replace(clause, label="want"))
    elif (
        before.polarity == "want" and _fields(before) and _fields(before) <= set().union(*map(_fields, typed))
    ):
        more = typed[0].what if len(typed) == 1 else All(tuple(one.what for one in typed))
        criteria[-1] = replace(before, what=Any((before.what, more)), span=(before.span[0], clause.span[1]))
    else:
        return False
    return True


def _fields(criterion: Criterion) -> set[str]:
    return {leaf.name for leaf in conditions(criterion.what) if isinstance(leaf, Field)}


def _flag(instruction: str, clause: Clause, linker: Linker | None) -> Clause:
    """The clause, a want where it is nothing but the name of a truth value: "pets allowed"."""
    words = tuple(stems(instruction[slice(*clause.span)]))
    flags = linker.schema.fields.values() if linker else ()
    named = any(info.type == "boolean" and tuple(stems(info.name)) == words for info in flags)
    return replace(clause, label="want") if named and clause.label == "background" else clause


def _typed(instruction: str, span: Span, linker: Linker | None, now: datetime) -> list[Criterion]:
    """What is wanted by words of which a program decides all; nothing where it does not."""
    typed = criteria_of(instruction, span, "want", linker=linker, now=now)
    return typed if all(one.exact and not one.assumed for one in typed) else []


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
    start = clause.span[0]
    if clause.label != "want" or not number or found[number - 1].label != "want" or len(typed) != 1:
        return False
    follows = bool(before) and before[-1].polarity == "want" and before[-1].span is not None
    return (
        follows
        and not (typed[0].assumed or before[-1].assumed)
        and (
            ADDITION.search(instruction[slice(*clause.span)]) is not None
            or (
                _OR.search(instruction, max(0, start - LONGEST_OR), start) is not None
                and typed[0].exact
                and before[-1].exact
            )
        )
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
    if _INJECTED.match(text):
        return replace(clause, label="background", unless_of=None)
    empty = clause.label == "want" and clause.unless_of is None and says_nothing(text)
    if clause.label in ("background", "task") or not (empty or of_the_task(text)):
        return clause
    return replace(clause, label="background", unless_of=None)


def _covered(span: Span, criteria: Sequence[Criterion]) -> bool:
    """Whether an exception reached back over these words to what it limits, so that they are in its span."""
    return any(c.span is not None and c.span[0] <= span[0] and span[1] <= c.span[1] for c in criteria)


def _limited(
    instruction: str, criterion: Criterion, exceptions: Sequence[Criterion], clause: Clause
) -> Criterion:
    """The criterion, lifted where the exceptions hold; its span now covers them too."""
    if criterion.polarity == "want" and ON_CONDITION.match(instruction, clause.span[0]):
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


def _holding(exception: Criterion, label: str) -> Expression:
    """The condition of an exception; a "not" in it has turned its polarity away from that of its clause."""
    turned = exception.polarity in ("avoid", "disprefer") and label not in ("avoid", "disprefer")
    return Not(exception.what) if turned else exception.what
