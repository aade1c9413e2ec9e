"""Labelled clauses as a reader would cut them: nothing without content stands alone, nothing is torn apart.

The tagger decides word by word, so that now and then a clause begins in the middle of a phrase, or a lone
"So" is called a condition. Here such pieces find their neighbours; clauses that are whole stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from adhere.need import Span
from adhere.parse.rules import polarity as rules
from adhere.parse.rules.admission import ADMITTED_IF, LETS_IN, ON_CONDITION, WIDENS
from adhere.parse.rules.cues import TASK, Label, Side, find_cue
from adhere.parse.rules.segment import overlap, trimmed
from adhere.parse.rules.vocabulary import CONNECTIVES, GENERIC, STOPWORDS
from adhere.parse.tags import Clause

_WORD = re.compile(r"\w+")
_DENIED = re.compile(
    r"\b(?:other than|neither|nor|(?:is|are|was|were|must|should|may|can|do|does) not|cannot|no)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(r"(?:but |and )?(?:unless|except(?:ing)?)\b", re.IGNORECASE)
_BOUND = re.compile(r"(?:but |and |or )?(?:no|not) \w+ than\b", re.IGNORECASE)
"""How a bound opens that only looks like an exclusion: "no later than 2015"."""
_ONLY_NOW = re.compile(r",?\s+(?:and|but)\s+(?=only\b)", re.IGNORECASE)
_SO = re.compile(r",?\s+(?=so (?:no|nothing|not|none|skip|leave|hide)\b)", re.IGNORECASE)
_REASON = re.compile(r"(?:i|we|my|our|it|this|the)\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|no|none|nothing|neither|nor|never|cannot|without|hardly|barely|\w+n['’]t|dont)\b", re.I
)
_STOP = re.compile(r"[.!?;\n]")
_JOINT = re.compile(r",?\s*(?:and|or|nor)?\s*", re.IGNORECASE)
_SHARED_HEAD = re.compile(
    r"\b(?:about|at|between|by|for|from|in|of|on|with) (?:the |an? )?[\w-]+(?:, [\w-]+)*,?$", re.IGNORECASE
)
LONGEST_ITEM = 3  # words: a longer item of a list stands on its own


def mended(text: str, found: Sequence[Clause]) -> list[Clause]:
    """The clauses without scraps: these join a neighbour, are lead-ins, or are nothing but connectives."""
    kept: list[Clause] = []
    place: dict[int, int] = {}
    for number, clause in enumerate(_evened(text, found)):
        if _lead_in(_text(text, clause)):
            clause = replace(clause, role="task", unless_of=None)
        clause = replace(clause, unless_of=None if clause.unless_of is None else place.get(clause.unless_of))
        if kept and _belongs(text, kept[-1], clause):
            kept[-1] = _joined(text, kept[-1], clause)
        elif not all(word.casefold() in CONNECTIVES for word in _WORD.findall(_text(text, clause))):
            kept.append(clause)
        place[number] = max(0, len(kept) - 1)
    return kept


def excepted(text: str, found: Sequence[Clause]) -> list[Clause]:
    """Clauses that open with "except" or "unless", tied to what they limit.

    After an exclusion they lift it; after a want they exclude.
    """
    kept: list[Clause] = []
    for clause in found:
        before = kept[-1] if kept else None
        if before and _only_if(text, before, clause):
            kept[-1] = replace(before, role="avoid", confidence=max(before.confidence, clause.confidence))
            kept.append(replace(clause, role="want", unless_of=len(kept) - 1))
            continue
        if before is None or not _EXCEPT.match(_text(text, clause)) or clause.role in ("background", "task"):
            kept.append(clause)
            continue
        cue = find_cue(_text(text, before))
        if before.role == clause.role == "avoid" and cue is None:
            before = kept[-1] = replace(before, role="want")
        elif before.role == clause.role == "want" and cue and cue.label == "avoid" and cue.start == 0:
            before = kept[-1] = replace(before, role="avoid")
        if clause.unless_of is None:
            excluding = before.role in ("avoid", "disprefer")
            role: Label = "want" if excluding else "avoid"
            clause = replace(clause, role=role, unless_of=len(kept) - 1 if excluding else None)
        kept.append(clause)
    return kept


def _only_if(text: str, before: Clause, clause: Clause) -> bool:
    """Whether one clause lets in what the next puts a condition on: "X is okay | only if Y"."""
    admitted = ADMITTED_IF.search(_text(text, before)) is not None and find_cue(_text(text, before)) is None
    return (
        admitted
        and before.role == clause.role == "want"
        and ON_CONDITION.match(_text(text, clause)) is not None
    )


def parted(text: str, found: Sequence[Clause]) -> list[Clause]:
    """Clauses cut where another begins: what limits, before a rule of its own ("unless short, and only
    drafts"), and a reason, before the exclusion that it is for ("we have no account so no premium articles").
    """
    kept: list[Clause] = []
    place: list[int] = []
    for clause in found:
        limited = None if clause.unless_of is None else place[clause.unless_of]
        place.append(len(kept))
        limits = limited is not None
        cut = (_ONLY_NOW if limits else _SO).search(text, *clause.span)
        if cut is None or not (limits or clause.role == "avoid"):
            kept.append(replace(clause, unless_of=limited))
            continue
        first, last = trimmed(text, (clause.span[0], cut.start())), trimmed(text, (cut.end(), clause.span[1]))
        reason = not limits and _REASON.match(text[slice(*first)]) is not None
        kept.append(
            replace(
                clause, span=first, core=None, unless_of=limited, role="background" if reason else clause.role
            )
        )
        kept.append(replace(clause, span=last, core=None, unless_of=None))
    return kept


def refused(text: str, found: Sequence[Clause], *, but: Collection[Span] = ()) -> list[Clause]:
    """Wants that say what must not be, as the want and the exclusion that they are.

    "whose images are other than X-rays" is labelled as one want; what it looks for is not X-rays. Clauses
    with the spans `but` stay whole: their conditions say themselves what they deny.
    """
    cut: list[Clause] = []
    place: list[int] = []
    for clause in found:
        parts = _refusal(text, clause) if clause.role == "want" and clause.span not in but else []
        limited = None if clause.unless_of is None else place[clause.unless_of]
        place.append(len(cut))
        cut += parts or [replace(clause, unless_of=limited)]
    return cut


def admitted(text: str, found: Sequence[Clause]) -> list[Clause]:
    """Clauses that let something in ("... also belong", "... count too", "no later than") exclude and favour
    nothing.

    Right behind a want they widen it, even where they were taken for background.
    """
    roles = ["", *(clause.role for clause in found)]
    return [
        replace(clause, role="want", core=None)
        if _lets_in(clause.role, before, _text(text, clause))
        else clause
        for clause, before in zip(found, roles, strict=False)
    ]


def _lets_in(role: str, before: str, words: str) -> bool:
    if role == "avoid" and _BOUND.match(words) and find_cue(words) is None:
        return True
    if _NEGATED.search(words):
        return False
    if role == "background":
        return before == "want" and WIDENS.search(words) is not None
    return role in ("avoid", "disprefer", "prefer") and LETS_IN.search(words) is not None


def _refusal(text: str, clause: Clause) -> list[Clause]:
    start, end = clause.span
    if clause.unless_of is not None or not _DENIED.search(text, start, end):
        return []
    parts = rules.clauses(text[start:end])
    roles = {part.label for part in parts}
    if "avoid" not in roles or not roles <= {"want", "avoid", "task"}:
        return []
    return [
        replace(clause, span=(start + part.span[0], start + part.span[1]), role=part.label, core=None)
        for part in parts
    ]


def overruled(text: str, found: Sequence[Clause], sure: Sequence[Clause]) -> list[Clause]:
    """The clauses with those put in that are sure; what these cover is cut off the others."""
    cut = list(sure)
    for clause in found:
        edges = [clause.span[0], *(edge for other in sure for edge in other.span), clause.span[1]]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            part = trimmed(text, (max(start, clause.span[0]), min(end, clause.span[1])))
            if part == clause.span:
                cut.append(clause)
            elif part[0] < part[1]:
                cut.append(replace(clause, span=part, core=None))
    cut.sort(key=lambda clause: clause.span)
    return [replace(c, unless_of=_limited(c, found, cut[:n])) for n, c in enumerate(cut)]


def _limited(clause: Clause, found: Sequence[Clause], before: Sequence[Clause]) -> int | None:
    """Where among the clauses before it the one stands now that it limits."""
    if clause.unless_of is None:
        return None
    start, end = found[clause.unless_of].span
    places = [n for n, other in enumerate(before) if other.span[0] < end and start < other.span[1]]
    return places[-1] if places else None


def _evened(text: str, found: Sequence[Clause]) -> list[Clause]:
    """One role for a phrase, or a list, whose middle was labelled unlike both its ends."""
    even = list(found)
    for position in range(1, len(even) - 1):
        before, this, after = even[position - 1 : position + 2]
        if before.role != after.role or before.role == this.role or find_cue(_text(text, this)):
            continue
        gaps = (_gap(text, before, this), _gap(text, this, after))
        torn = all(gap.isspace() for gap in gaps)
        if torn or (all(map(_JOINT.fullmatch, gaps)) and _listed(text, this, before.role)):
            even[position] = replace(this, role=before.role, unless_of=None)
    return even


def _listed(text: str, clause: Clause, role: Label) -> bool:
    """Whether the rules take it for a further thing of a list that is excluded."""
    under = [one for one in rules.clauses(text) if overlap(one.span, clause.span)]
    return role in ("avoid", "disprefer") and all(one.label == role for one in under)


def _belongs(text: str, before: Clause, after: Clause) -> bool:
    """Whether two neighbours are one phrase, or one of them is a scrap of it."""
    gap = _gap(text, before, after)
    if "task" in (before.role, after.role) or after.unless_of is not None:
        return False
    if _EXCEPT.match(_text(text, after)) or _only_if(text, before, after):
        return False
    if before.role != after.role and "background" in (before.role, after.role) and "," in gap:
        return False  # "no shorts, I know them by heart"
    if _STOP.search(text, before.span[1] - 1, after.span[0]):
        return False
    if _scrap(text, after):
        return _side(text, after) != "after"
    if _scrap(text, before):
        return _side(text, before) != "before"
    if before.role != after.role:
        return False
    return gap.isspace() or _open(_text(text, before)) or _item(text, before, after)


def _item(text: str, before: Clause, after: Clause) -> bool:
    """Whether `after` goes on with a list that shares its head: "stoppages at banks, refineries"."""
    if before.role not in ("avoid", "disprefer") or find_cue(_text(text, after)):
        return False
    short = len(_text(text, after).split()) <= LONGEST_ITEM
    head = _SHARED_HEAD.search(_text(text, before)) is not None
    return short and head and _JOINT.fullmatch(_gap(text, before, after)) is not None


def _joined(text: str, before: Clause, after: Clause) -> Clause:
    """Both as one clause, with the cores of those that have content.

    The role is that of the one with content, unless the other is nothing but a cue ("leave out every paper").
    """
    scrap, whole = (before, after) if _scrap(text, before) else (after, before)
    main = scrap if _scrap(text, scrap) and find_cue(_text(text, scrap)) else whole
    cores = [clause.core or clause.span for clause in (before, after) if not _scrap(text, clause)]
    widths = [clause.span[1] - clause.span[0] for clause in (before, after)]
    confidence = before.confidence * widths[0] + after.confidence * widths[1]
    return replace(
        main,
        span=(before.span[0], after.span[1]),
        core=(cores[0][0], cores[-1][1]) if cores else None,
        unless_of=before.unless_of,
        confidence=confidence / sum(widths),
    )


def _scrap(text: str, clause: Clause) -> bool:
    """Whether no word of it, but for a cue, says what a document should hold."""
    words = _text(text, clause)
    cue = find_cue(words)
    if cue:
        words = f"{words[: cue.start]} {words[cue.end :]}"
    return {word.casefold() for word in _WORD.findall(words)} <= STOPWORDS | GENERIC


def _side(text: str, clause: Clause) -> Side | None:
    """On which side of a clause its content stands, if it has a cue."""
    cue = find_cue(_text(text, clause))
    return cue.side if cue else None


def _lead_in(text: str) -> bool:
    lead = TASK.match(f"{text} it")
    return lead is not None and lead.end() >= len(text)


def _open(text: str) -> bool:
    return text.count("(") > text.count(")")


def _gap(text: str, before: Clause, after: Clause) -> str:
    return text[before.span[1] : after.span[0]] or " "


def _text(text: str, clause: Clause) -> str:
    return text[slice(*clause.span)]
