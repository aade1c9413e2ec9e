"""How far do the words of a slot bear out what the model takes them for?

It may read on into the next sentence, take the name of a subject for a part of the text ("waiting lists"),
or a plain year for a bound. What its words do not bear out is a subject, or another slot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from adhere.need import Span
from adhere.parse.rules.numbers import WORDED
from adhere.parse.rules.segment import overlap, trimmed
from adhere.parse.rules.vocabulary import STOPWORDS, TEMPORAL
from adhere.parse.tags import SLOTS, Slot

PARTS: Mapping[str, re.Pattern[str]] = {
    part: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for part, words in {
        "code": r"code|snippets?|scripts?|program\w*|listings?|commands?",
        "numbers": r"figures?|numbers?|numer\w+|statistics?|stats|digits?|percent\w*|quanti\w+|measure\w*"
        r"|amounts?|metrics?|counts?",
        "links": r"(?:hyper|web)?link\w*|urls?|hrefs?|https?|www|addresses|address",
        "list": r"list\w*|bullet\w*|enumerat\w+|checklists?|itemi\w+|numbered|steps?",
        "table": r"table\w*|tabul\w+|columns?|rows?|grids?",
        "question": r"question\w*|quer(?:y|ies)|ask\w*|enquir\w+|inquir\w+|interrogat\w+",
    }.items()
}
"""What a part is called; what the model takes for one under no such name ("quizzes") is a subject."""
_SHAPES = re.compile(
    r"\b(?:bullet(?:ed)?|numbered|ordered|unordered|nested|itemi[sz]ed|sample|example|worked|working|comparison|"
    r"comparative|summary|data|pivot|inline|embedded|clickable|external|internal|outbound|hyper|web|markdown|html|"
    r"rhetorical|open|closed|multiple[- ]choice|exact|precise|concrete|hard|raw|real)$",
    re.IGNORECASE,
)
"""What describes a part of a text; under other words a list or a table is another thing ("waiting lists")."""
_COUNTS_WORDS = re.compile(
    r"\b(?:words?|pages?|long|longer|length|short|shorter|brief|lines?|sentences?|paragraphs?|characters?|read|reads|"
    r"size|sized|wordy|concise|compact)\b",
    re.IGNORECASE,
)
"""What says that a number counts words."""
_OTHER_CODES = re.compile(
    r"\b(?:dress|zip|postal|post|area|tax|building|penal|criminal|civil|labou?r|moral|honou?r|bar|qr|morse|genetic|"
    r"country|promo|discount|access|colou?r|conduct)$",
    re.IGNORECASE,
)
LEADING = frozenset(("from", "of", "in", "by", "to", "at", "with", "and", "or"))
"""Words that end no subject, but lead on to what follows it."""
NEAR = 200
"""How many characters around a slot are looked at: who asks a question, which part of a year is meant."""
_ASKED = re.compile(
    r"\b(?:given (?:an?|the|this|that|some|my|our|your|their)|answer(?:s|ing)?(?: to)?)"
    r" (?:(?!and |or |with )[\w'’-]+ ){0,4}$",
    re.IGNORECASE,
)
"""Stands before the question that is asked, which is none that a document holds: "given a question"."""
_ARTICLE = re.compile(r"(?:an?|the|this|that|some|my|our|your|their) ", re.IGNORECASE)
QUOTES = "\"'“”‘’`«» "
_WORD = re.compile(r"\w+")
_MENTIONS = re.compile(
    r"\b(?:mention|nam|contain|say|includ|us|quot|word|term|phrase|nowhere|anywhere)\w*(?: \w+){0,2} $",
    re.I,
)
"""What stands before a word that is to be mentioned."""
_OCCURS = re.compile(
    r"[\"'”’]?\s+(?:\w+ ){0,3}?(?:occur|appear|mentioned|named|used|found|"
    r"(?:turn|show|com)(?:e?s|ing)? up|"
    r"in (?:it|there|them|the (?:text|body|document)))",
    re.I,
)
"""What stands behind one."""
BOUNDS = (">=", ">", "<=", "<")
COUNTED = frozenset(label for label in SLOTS if label.startswith("words") or label in BOUNDS)
DIGIT = re.compile(rf"\d|\b{WORDED}", re.IGNORECASE)
"""What a bound has in it; of other words none was meant."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_BESIDE = re.compile(r"\s*(?:,|(?:, ?)?(?:and|or|nor)\b)\s*", re.IGNORECASE)
"""Between the members of a list."""


def borne_out(text: str, span: Span, slots: Sequence[Slot]) -> list[Slot]:
    """The slots of a clause, each clipped to it, and labelled as far as its words go."""
    inside = [_named_so(text, _clipped(text, s, span)) for s in slots if overlap(s.span, span)]
    inside = [slot for slot in inside if slot.label not in COUNTED or DIGIT.search(text, *slot.span)]
    return _whole_names(text, _listed(text, [slot for slot in inside if not _asked(text, slot)]))


def bare(text: str, slot: Slot) -> Slot:
    """A subject without the words of time at its end, which lead to the date behind it: "drafts after"."""
    words = list(_WORD.finditer(text, *slot.span))
    end = slot.span[1]
    while words and words[-1][0].casefold() in TEMPORAL | STOPWORDS:
        end = words.pop().start()
    told = text[slot.span[0] : end].rstrip()
    cut = any(word in TEMPORAL | LEADING for word in text[end : slot.span[1]].casefold().split())
    return replace(slot, span=(slot.span[0], slot.span[0] + len(told))) if cut else slot


def _clipped(text: str, slot: Slot, span: Span) -> Slot:
    """The part of a slot that lies in the clause: the model may read on into the next sentence."""
    start, end = max(slot.span[0], span[0]), min(slot.span[1], span[1])
    return slot if (start, end) == slot.span else replace(slot, span=trimmed(text, (start, end)))


def _named_so(text: str, slot: Slot) -> Slot:
    """The slot, or a subject where its words do not bear it out: a part under no such name, a word to mention
    of which nothing says so ("refute" in "documents that refute the claim")."""
    if slot.label == "mention":
        start, end = slot.span
        said = text[start] in QUOTES or _MENTIONS.search(text, 0, start) or _OCCURS.match(text, end)
        return slot if said else replace(slot, label="subject")
    if slot.label.startswith("words") and not _COUNTS_WORDS.search(text):
        return replace(slot, label="subject")  # "cited more than 50 times" counts no words
    called = PARTS.get(slot.label)
    known = called is None or called.search(text, *slot.span) is not None
    return slot if known else replace(slot, label="subject")


def _listed(text: str, inside: Sequence[Slot]) -> list[Slot]:
    """The slots, a year that a list names beside another one with the same label: "2020 and 2021"."""
    found = list(inside)
    for place, (before, slot) in enumerate(pairwise(inside), start=1):
        between = text[before.span[1] : slot.span[0]]
        if found[place - 1].label == "value" and slot.label in BOUNDS and _BESIDE.fullmatch(between):
            years = [_YEAR.fullmatch(text, *one.span) for one in (before, slot)]
            found[place] = replace(slot, label="value") if all(years) else slot
    return found


def _asked(text: str, slot: Slot) -> bool:
    article = _ARTICLE.match(text, *slot.span)
    start = article.end() if article else slot.span[0]
    return slot.label == "question" and _ASKED.search(text, max(0, start - NEAR), start) is not None


def _whole_names(text: str, inside: Sequence[Slot]) -> list[Slot]:
    """The slots, what only closes the name of a subject with it: "waiting lists" ask for no list."""
    found = list(inside)
    for place, slot in enumerate(found):
        before = found[place - 1] if place else None
        if slot.label not in PARTS or before is None or before.label != "subject":
            continue
        apart_ = text[before.span[1] : slot.span[0]]
        words = text[slice(*before.span)]
        shaped = not _OTHER_CODES.search(words) if slot.label == "code" else _SHAPES.search(words)
        if apart_.isspace() and not shaped:
            found[place] = replace(slot, label="subject")
    return found
