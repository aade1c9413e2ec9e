"""Which clauses does an instruction have, and what does each do: include, exclude, prefer, or nothing?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from adhere.need import Span
from adhere.parse.rules.admission import ADMITTED_IF
from adhere.parse.rules.cues import (
    EXHAUSTIVE,
    FRONTED,
    RELEVANT_LEAD,
    REQUEST,
    TASK,
    Cue,
    Label,
    find_cue,
    is_background,
)
from adhere.parse.rules.dates import DATE, MONTH, SAID
from adhere.parse.rules.segment import Piece, pieces, trimmed
from adhere.parse.rules.vocabulary import CONNECTIVES


@dataclass(frozen=True, slots=True)
class Clause:
    """A span of the instruction and what it does; `unless_of` is the index of the clause that it limits."""

    span: Span
    label: Label
    unless_of: int | None = None


UNLESS = re.compile(
    r"^(?:but |and |even then )*(?:unless|except(?:ing)?(?: for)? (?:where|when|if|that|in so far|insofar|as|"
    r"to the extent|in cases?|(?:the |those |these )?ones?|those|these|what|whatever|anything|everything)"
    r"|save (?:where|when|if|in|insofar|that)|only (?:if|when|where|insofar|in so far)|provided|"
    r"as long as|other than (?:where|when|if))\b",
    re.IGNORECASE,
)
"""Opens a condition that lifts the exclusion before it."""
_EXCEPT = re.compile(
    r"^(?:but )?(?:except(?:ing)?(?: for)?|apart from|aside from|save for|bar(?:ring)?) \w",
    re.IGNORECASE,
)
"""The same with nothing but a thing behind it."""
_ONLY = re.compile(r"(?:(?:but|and|even then) )*(?:only|provided|as long)", re.IGNORECASE)
_FINITE = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|may|might|should|must|will|would|shall|need|has|have|fail|"
    r"fails|falls?|lies?|belongs?|goes?|"
    r"holds?|isn|aren|don|doesn|won|cannot|stays?)\b",
    re.IGNORECASE,
)
"""How a cue opens that is the verb of its sentence, so that a list before it is its subject."""
_OVER = re.compile(
    r"(?<=\w )(?:over|in preference to|ahead of|above|instead of|rather than|before|"
    r"to(?= [\w.-]+(?:$|,| and | but )))\s"
    rf"(?! *(?:v?\d|{MONTH} \d))",
    re.IGNORECASE,
)
_PLAIN_OVER = re.compile(
    rf"^[^\W\d][\w'’-]*(?: [\w'’-]+){{0,2}}(?= (?:over|before) (?!the |an? |time|v?\d|{MONTH}\b)[^\W\d])",
    re.IGNORECASE,
)
"""A short piece with no verb: "wooden over cardboard"."""
_RATHER = re.compile(
    r"(?:(?:i|we)(?:['’]d| would) )?(?:rather|sooner) (?!than\b|not\b|no\b)(?=.* than )", re.IGNORECASE
)
_THAN = re.compile(r"(?<=\w )than\s", re.IGNORECASE)
"""Between what one would rather have and what not."""
_BEATS = re.compile(
    r"(?<=\w )(?:beats?|trumps?|outranks?|wins? over|(?:is|are)? ?prefer(?:red|able) (?:to|over)|"
    r"ranks? above)\s",
    re.IGNORECASE,
)
"""Between what is preferred and what it is preferred to."""

_GLUE = re.compile(
    r"^(?:which|who|whose|whom|where|as |since|because|even|however|whatever|such as|including|in which|"
    r"that |when|for example|for instance|e\.g|i\.e|"
    r"like |especially those|and (?:that|which|who|their|its|how|what|whether|where|when|the|with|by|in|"
    r"on|at)\b|to |be it|from|with|by|in|on|at|for|of|or|and|whether|if)\b",
    re.IGNORECASE,
)
"""How a piece opens that goes on with the piece before it."""
_RELATIVE = re.compile(
    r"^(?:who|whose|whom|even|however|whatever|such as|including|in which|for example|for instance|e\.g|"
    r"i\.e|like |be it|or|nor|"
    r"and (?:that|which|who|their|its|how|what|whether|where|when))\b",
    re.IGNORECASE,
)
"""The same after an exclusion: only what cannot stand alone."""
_ANY_CASE = re.compile(r"^(?:whatever|whether|regardless|irrespective|no matter)\b", re.IGNORECASE)
_LISTED = re.compile(
    r"\b(?:nor|and|or(?! (?:later|newer|more|less|older|earlier|above|below|not)))\b", re.IGNORECASE
)
_ONLY_NOW = re.compile(r"(?:and |but )only\b(?! (?:if|when|where))", re.IGNORECASE)
"""Opens a rule of its own: "no drafts unless short, and only things from 2026"."""
_RULES = (
    r"(?:no|not) \w+ than",
    r"at (?:most|least)",
    r"(?:under|over|above|below|up to|(?:more|less|fewer|longer|shorter|older|newer) than) \d",
    r"(?:since|until|till|up to|from|between|before|after) (?:\w+ )?\d{4}",
    rf"{SAID} (?:(?:since|from|between|before|after|in|until|on|by) )?(?:the |\w+ )?(?:\d|last|past)",
    rf"{DATE} (?:or|and) (?:later|newer|after)",
    r"(?:keep|stick|stay|limit|restrict|confine|only|just|it|they|which)"
    r" (?:it |them |this |should|must|has to|have to|to )",
    r"an? \w+ (?:of|over|under|above|below) (?:at least |at most |\w+ than )?"
    r"(?:\d|two|three|four|five|six|seven|eight|nine|ten)\b",
)
_BOUND = re.compile(rf"^(?:(?:and|but|plus) )?(?:{'|'.join(_RULES)})", re.IGNORECASE)
"""Opens a rule of its own, which is no further thing that a list excludes: "no frying, under 30 minutes"."""
_LAST_LISTED = re.compile(r"^(?:or|nor|and)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|want|need|show\w*|should|must|would|will|can|could|"
    r"may|please|give|find|i|we|['’](?:s|re|m|ve|d|ll))\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(r"\b(?:that|which|who|whose|where|when|how|whether|what|why)\b", re.IGNORECASE)
_WHAT_I_NEED = re.compile(r"(?:what|all) (?:i|we) (?:need|want|am after|are after)\b", re.IGNORECASE)
_WITH = re.compile(r"^(?:with|without)\b", re.IGNORECASE)
_ALIKE = re.compile(
    r"^(?:and )?(?:likewise|similarly|ditto|(?:the )?same (?:goes )?(?:for|with)|so (?:are|is|do|does|"
    r"should)|as (?:are|is|do|does|shall|will|should|would)|as well as|also)\b"
    r"|\b(?:too|as well|likewise|also|ditto|either|neither)$",
    re.IGNORECASE,
)
"""A piece that says: treat this like the one before."""
_ANAPHORA = re.compile(
    r"\b(?:it|them|they|those|these|that|this|he|she|one|ones|so|then|please|the|match|document|page|"
    r"paper|and|but|for|me|us|to|just|all|of|in|here|is|are|be|by|on|at|a|i|we|my|our|would|"
    r"out|off|aside|away|pls|plz|thanks|thx|though|too|as|well|lol|obviously|really|also)\b|[\W_]+",
    re.IGNORECASE,
)


def clauses(text: str) -> list[Clause]:
    """The clauses of an instruction in order, disjoint, each with its label."""
    marked = _mark(text, list(_lead_ins(text, pieces(text))))
    _spread_lists(marked)
    _glue_wants(marked)
    return _joined(marked)


@dataclass(slots=True)
class _Marked:
    """A piece on its way to a label. `glued`: it goes on with the piece before it; `story`: it is
    background that opened its sentence, and what follows goes on telling."""

    piece: Piece
    cue: Cue | None
    label: Label | None
    bare: bool = False
    glued: bool = False
    unless: bool = False
    header: bool = False
    story: bool = False


def _lead_ins(text: str, found: list[Piece]) -> Iterator[_Marked]:
    """Marks every piece with its cue; "find me" comes off its sentence, and "A over B" comes apart."""
    for piece in found:
        if all(word.casefold() in CONNECTIVES for word in piece.text.split()):
            continue
        lead = TASK.match(piece.text) or RELEVANT_LEAD.match(piece.text)
        if piece.first and lead and find_cue(piece.text[: lead.end()]) is None:
            cut = trimmed(text, (piece.span[0], piece.span[0] + lead.end()))
            yield _Marked(replace(_part(text, piece, *cut), closed="lead"), None, "task")
            piece = _part(text, piece, *trimmed(text, (cut[1], piece.span[1])))
        cue = find_cue(piece.text)
        between = _BEATS.search(piece.text)
        if between is None and cue is None and len(piece.text.split()) <= 7:
            between = _PLAIN_OVER.search(piece.text)
        rather = _RATHER.match(piece.text)
        if rather or (
            between is None and cue and cue.label == "prefer" and "rather" in piece.text.casefold()
        ):
            between = _THAN.search(piece.text, rather.end() if rather else cue.end if cue else 0)
        if between is None and cue and cue.label == "prefer":
            between = _OVER.search(piece.text, cue.end if cue.side == "after" else 0)
        if between and (cue is None or rather or cue.label == "prefer"):
            middle = piece.span[0] + (between.end() if between.re is _PLAIN_OVER else between.start())
            yield _Marked(_part(text, piece, *trimmed(text, (piece.span[0], middle))), cue, "prefer")
            rest = trimmed(text, (middle, piece.span[1]))
            yield _Marked(replace(_part(text, piece, *rest), opened="word"), cue, "disprefer")
        else:
            yield _Marked(piece, cue, None)


def _part(text: str, piece: Piece, start: int, end: int) -> Piece:
    return replace(piece, span=(start, end), text=text[start:end])


def _mark(text: str, marked: list[_Marked]) -> list[_Marked]:
    header: Label | None = None
    for position, this in enumerate(marked):
        before = marked[position - 1] if position else None
        if this.label is not None:
            continue
        same = before is not None and before.piece.sentence == this.piece.sentence
        if not same and not (header and _bullet(text, this.piece)):
            header = None
        if same and before is not None and EXHAUSTIVE.fullmatch(" " + this.piece.text, 1):
            this.label, this.glued = before.label if before.label != "task" else "background", True
        elif UNLESS.match(this.piece.text) or (same and before and _lifts(this, before)):
            _mark_unless(this, before)
        elif this.cue and header in ("prefer", "disprefer"):
            this.label = header
        elif this.cue:
            header = _mark_cued(this, marked, position)
        else:
            _mark_plain(this, before if same else None, header)
            _mark_alike(this, before)
    return marked


def _lifts(this: _Marked, before: _Marked) -> bool:
    """Whether the piece names what the exclusion before it lets in: "nothing red | except laptops"."""
    return before.label in ("avoid", "disprefer") and _EXCEPT.match(this.piece.text) is not None


def _mark_unless(this: _Marked, before: _Marked | None) -> None:
    only = _ONLY.match(this.piece.text) is not None
    admitted = before is not None and before.cue is None and ADMITTED_IF.search(before.piece.text) is not None
    if before is not None and only and admitted and before.piece.sentence == this.piece.sentence:
        before.label = "avoid"
    if before is not None and before.label in ("avoid", "disprefer"):
        this.label, this.unless = "want", True
    else:
        this.label = "want" if only else "avoid"


def _mark_cued(this: _Marked, marked: list[_Marked], position: int) -> Label | None:
    """A piece with a cue of its own; returns the header that now holds."""
    assert this.cue is not None
    cue = this.cue
    rest = this.piece.text[: cue.start] + " " + this.piece.text[cue.end :]
    this.bare = not _ANAPHORA.sub("", rest)
    this.label = cue.label
    before = marked[position - 1] if position else None
    if this.piece.closed == "colon" and (
        this.bare or cue.side == "after" or cue.end >= len(this.piece.text) - 1
    ):
        this.header = this.bare
        return cue.label
    if this.bare and cue.label == "avoid" and before is not None and _fronted(before, this):
        before.label = this.label = "want"
        this.glued = True
    elif this.bare and before is not None and _reaches(before, this):
        _spread_back(marked, position)
        if not this.glued:
            this.label = before.label if before.label != "task" else "background"
            this.glued = this.label == before.label
    elif cue.side == "before" and before is not None and before.piece.sentence == this.piece.sentence:
        subject = this.piece.text[: cue.start]
        listed = _LAST_LISTED.match(subject) or (
            _LISTED.search(subject) and _FINITE.match(this.piece.text, cue.start)
        )
        if this.piece.opened in ("comma", "paren", ")") and (listed or not subject.strip()):
            _spread_back(marked, position)
    return None


def _fronted(before: _Marked, this: _Marked) -> bool:
    """Whether the piece before opens the sentence with the only condition under which documents are kept."""
    same = before.piece.sentence == this.piece.sentence and before.piece.first
    return same and this.piece.opened == "comma" and FRONTED.match(before.piece.text) is not None


def _reaches(before: _Marked, this: _Marked) -> bool:
    """Whether "no thanks" can speak of the piece before it."""
    return before.piece.sentence == this.piece.sentence or before.piece.closed == "?"


def _spread_back(marked: list[_Marked], position: int) -> None:
    """Gives the label to the pieces of the same list or sentence part before, up to one with its own cue."""
    label, this = marked[position].label, marked[position]
    subject = this.cue is not None and this.piece.text[: this.cue.start].strip() and not this.bare
    nearest, colon = True, this.piece.opened == "colon"
    finite = this.cue is not None and _FINITE.match(this.piece.text, this.cue.start) is not None
    for earlier in reversed(marked[:position]):
        other = earlier.piece.sentence != this.piece.sentence and earlier.piece.closed != "?"
        aside = finite and earlier.cue is not None and _WITH.match(earlier.piece.text) is not None
        if other or (earlier.cue and not aside) or earlier.unless or earlier.label == "task":
            return
        if not nearest and this.bare and not colon and not finite:
            return
        if (not nearest or subject) and _main_verb(earlier.piece.text):
            return
        earlier.label = label
        this.glued = True
        if earlier.piece.first:
            return
        if not earlier.glued and not aside:
            nearest = False
        this = this if this.bare else earlier


def _main_verb(text: str) -> bool:
    """Whether the piece has a verb outside relative clauses: then it is no mere member of a list."""
    verb = _VERB.search(text)
    if _WHAT_I_NEED.match(text):
        return True
    return verb is not None and _SUBORDINATE.search(text, 0, verb.start()) is None


def _mark_plain(this: _Marked, before: _Marked | None, header: Label | None) -> None:
    text = this.piece.text
    if not _ANAPHORA.sub("", text) or _ALIKE.fullmatch(text):
        this.label = header or "background"
    elif header:
        this.label = header
    elif before is not None and before.label in ("avoid", "disprefer", "prefer") and _ALIKE.search(text):
        this.label = before.label
    elif before is not None and before.story and not REQUEST.search(text):
        this.label, this.story = "background", True
    elif before is not None and before.label == "want" and _ANY_CASE.match(text):
        this.label, this.glued = "want", True
    elif is_background(text) and not (before and before.label == "avoid" and this.piece.opened == "paren"):
        this.label, this.story = "background", this.piece.first
    elif before is not None and _goes_on(this, before):
        this.glued, this.label = True, before.label if before.label not in (None, "task") else "want"
        if before.unless:
            this.unless = True
    else:
        this.label = "want"


def _goes_on(this: _Marked, before: _Marked) -> bool:
    """Whether the piece belongs to the one before: a bracket, a relative clause, the rest of a list."""
    if this.piece.opened in ("(", "["):
        return True
    if _ONLY_NOW.match(this.piece.text) or (before.label != "want" and _BOUND.match(this.piece.text)):
        return False
    if this.piece.opened in (")", "]"):
        return before.glued and before.cue is None
    if before.cue and before.label == "avoid" and this.piece.opened == "comma":
        return _RELATIVE.match(this.piece.text) is not None
    return _GLUE.match(this.piece.text) is not None


def _mark_alike(this: _Marked, before: _Marked | None) -> None:
    """ "Likewise X", "X too": treated like the sentence before."""
    alike = this.label == "want" and before is not None and _ALIKE.search(this.piece.text)
    if alike and before is not None and before.label in ("avoid", "disprefer", "prefer"):
        this.label = before.label


def _bullet(text: str, piece: Piece) -> bool:
    line = text[text.rfind("\n", 0, piece.span[0]) + 1 : piece.span[0]]
    return bool(re.match(r"\s*(?:[-*•–]|\d+[.)])", line))


def _spread_lists(marked: list[_Marked]) -> None:
    """ "no A, B or C": what follows an exclusion up to the "or" belongs to it."""
    for position, this in enumerate(marked):
        if this.cue is None or this.cue.side != "after" or this.bare or this.header:
            continue
        run = []
        for later in marked[position + 1 :]:
            if (
                later.cue
                or _BOUND.match(later.piece.text)
                or later.piece.sentence != this.piece.sentence
                or later.piece.opened != "comma"
            ):
                break
            if later.label in ("task", "background") or later.unless or _VERB.search(later.piece.text):
                break
            run.append(later)
            if _LISTED.search(later.piece.text):
                for member in run:
                    member.label = this.label
                break


def _glue_wants(marked: list[_Marked]) -> None:
    """ "in babies, children or teenagers" is one want, and so is what a colon spells out."""
    listing = spelled = False
    for before, this in reversed(list(pairwise(marked))):
        together = before.piece.sentence == this.piece.sentence and this.label == before.label == "want"
        plain = together and not (this.cue or before.cue or this.unless or before.unless)
        listing = (
            plain
            and this.piece.opened == "comma"
            and (listing or _LISTED.search(this.piece.text) is not None)
        )
        this.glued = this.glued or listing
    for before, this in pairwise(marked):
        together = before.piece.sentence == this.piece.sentence and this.label == before.label == "want"
        plain = together and not (this.cue or before.cue or this.unless or before.unless)
        spelled = plain and (
            this.piece.opened == "colon" or (spelled and this.piece.opened in ("comma", "word"))
        )
        this.glued = this.glued or spelled


def _joined(marked: list[_Marked]) -> list[Clause]:
    """One clause per piece, but glued pieces go with the one before, and a bare header with the one after."""
    found: list[Clause] = []
    opening: int | None = None
    for position, this in enumerate(marked):
        assert this.label is not None
        start, end = this.piece.span
        if this.header and position + 1 < len(marked) and marked[position + 1].label == this.label:
            opening = start if opening is None else opening
            continue
        start, opening = start if opening is None else opening, None
        if found and this.glued and found[-1].label == this.label:
            found[-1] = replace(found[-1], span=(found[-1].span[0], end))
            continue
        limited = len(found) - 1 if this.unless and found else None
        if limited is not None and found[limited].unless_of is not None:
            limited = found[limited].unless_of
        label = "background" if this.header or (this.bare and not this.glued and not found) else this.label
        found.append(Clause((start, end), label, limited))
    return found
