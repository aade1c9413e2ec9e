"""The words of a clause: what is left of it without its cue, and what that is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adhere.need import About, Any, Expression, Polarity, Span
from adhere.parse.rules.admission import ADMITTED
from adhere.parse.rules.cues import (
    EXHAUSTIVE,
    FRONTED,
    IF_POSSIBLE,
    RELEVANT_LEAD,
    RESTRICTION,
    TASK,
    find_cue,
)
from adhere.parse.rules.dates import DATE, MONTH
from adhere.parse.rules.vocabulary import BEARING, GENERIC, STOPWORDS

_OPENING = re.compile(
    r"^(?:(?:and|but|or|nor|so|also|please|then|though|although|unless|except|only|if|when|where|"
    r"provided that|as long as|save|even|just|"
    r"i (?:want|need|am looking for|am interested in|would like)|we (?:want|need|are looking for)|"
    r"i['’]m (?:after|looking for|interested in)|"
    r"what (?:helps|matters|counts|i need|we need|i want) (?:is|are)|what i need are|"
    r"what i (?:want|need) is|i['’]d like(?: to (?:see|read))?|"
    r"over(?! \d)|than|to(?! do with)(?= [A-Za-z])|"
    r"those|ones|the ones|anything|everything|all|any|they|it) )*"
    r"(?:(?:an? |any |the )?(?:relevant |qualifying )?"
    r"(?:documents?|papers?|articles?|passages?|pages?|results?|stories|reports?|material|proposals|"
    r"items|texts|posts|records|ones|those|anything|everything|something|that|which) )?"
    r"(?:(?:that|which|who) )?(?:(?:must|should|needs? to|ha(?:s|ve) to|ought to) (?:also )?(?:be )?)?"
    r"(?:(?:is|are|were|was|will be) )?(?:(?:about|on|regarding|concerning|"
    r"dealing with|deals? with|discuss(?:es|ing)?|identif(?:y|ies)|cover(?:s|ing)?|"
    r"treat(?:s|ing)?|describ(?:es?|ing)|"
    r"relat(?:es?|ing) to|to do with|in which|where) )?(?=\w|\W)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\s+(?:(?:is|are|be|count|counts|matter|matters) (?:(?:also|equally|likewise|all) )?"
    r"(?:relevant|of interest|"
    r"acceptable|included|eligible|admissible|welcome|in scope|fine|ok|okay|allowed|all right)|"
    r"(?:also|equally|likewise|all) (?:belongs?|counts?|qualif(?:y|ies))|"
    r"(?:belongs?|counts?|qualif(?:y|ies)) (?:too|as well)|"
    r"(?:that|which|who|and) (?:got|gets?|has|have|had|costs?|takes?|weighs?|reads?|runs?)|"
    r"only|please|too|as well|either|though|and|or|but|is|are|be|that|which|"
    r"which are|which is|to be|it|they|,))+$",
    re.I,
)
_JOINTS = re.compile(r",? (?:and/or|and|or|nor) |, ", re.IGNORECASE)
_OR, _AND = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE), re.compile(r"\band\b", re.IGNORECASE)
_TWO_WORDS = re.compile(r"^[\w'-]+ and [\w'-]+$", re.IGNORECASE)
"""Two bare words, such as "search and rescue", are more often one thing than two."""
_HEAD = re.compile(
    r"^(\S+(?: \S+){0,4} (?:about|at|between|by|for|from|in|of|on|with))(?: (?:the|an?))? [\w'-]+$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\b(?:about|on|regarding|concerning|covering|discussing) \w", re.IGNORECASE)
_COMPARED = re.compile(
    r"\d|^(?:later|after|before|earlier|newer|older|more|less|fewer|above|below|up|upwards|onwards?|over|under)\b",
    re.IGNORECASE,
)
"""An end of a comparison ("2015 or later") is no thing of a list."""
LONGEST_THING = 5
"""Words: what is longer says more than a name, and stands on its own."""
_FROM_DATE = re.compile(
    rf"\bfrom(?=\s+(?:{DATE}|{MONTH}(?!\w)|(?:before|after)\b|the \d{{4}}s"
    r"|(?:the )?(?:last|past|previous|this)\b))",
    re.IGNORECASE,
)
"""What ends a cue and opens a phrase of time: "nothing from 2019"."""
_SPEAKER = re.compile(r"\W*(?:i|we)\s+$", re.IGNORECASE)
"""Who speaks belongs to the cue: "I don't care about cockerels"."""
_WORD = re.compile(r"(?<!['’])\b\w+|(?<=['’])(?!(?:s|re|ve|ll|d|m|t)\b)\w+", re.IGNORECASE)
"""A word; what is left of a contraction ("that's") is none."""


def content(text: str) -> str:
    """The words of a clause that its document would share: without cue, lead-in and connectives.

    "leave out every paper in which gender is among the attributes examined" gives "gender is among the
    attributes examined". A clause that is nothing but cue is given back whole.
    """
    return cleaned(blanked(text)) or text.strip()


def cleaned(text: str) -> str:
    """The words without connectives and generic openings at their ends; cues stay."""
    words = " ".join(text.split()).strip(" ,.;:!?-–—")
    return _CLOSING.sub("", _OPENING.sub("", words)).strip(" ,.;:!?-–—()[]")


def blanked(text: str) -> str:
    """The clause with its cue and what frames it turned into spaces; positions stay."""
    cue = find_cue(text)
    head, _, tail = text.rpartition(",")
    if FRONTED.match(head) and find_cue(tail.strip()):
        text = head + " " * (len(text) - len(head))
    opening = (lead.match(text) for lead in (TASK, RESTRICTION, RELEVANT_LEAD))
    closing = (end.search(text) for end in (EXHAUSTIVE, ADMITTED, IF_POSSIBLE))
    for frame in (*opening, *closing):
        if frame:
            text = erased(text, [frame.span()])
    if cue is None:
        return text
    dated = next((found for found in _FROM_DATE.finditer(text) if found.end() == cue.end), None)
    speaker = _SPEAKER.match(text[: cue.start])
    return erased(text, [(0 if speaker else cue.start, dated.start() if dated else cue.end)])


def erased(text: str, spans: Sequence[Span]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def has_content(text: str) -> bool:
    """Whether a word of the text says more than that documents are meant."""
    return any(
        word.casefold() not in STOPWORDS and word.casefold() not in GENERIC for word in _WORD.findall(text)
    )


def bears(text: str) -> bool:
    """Whether the words around a typed phrase only carry it: "that date from", "list ... under"."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return all(word in STOPWORDS | GENERIC | BEARING for word in words) and not _SUBJECT.search(text)


def says_nothing(text: str) -> bool:
    """Whether a clause only names documents, as "all papers" does before an exclusion."""
    words = [word.casefold() for word in _WORD.findall(text)]
    said = [word for word in words if word not in STOPWORDS]
    return (
        set(said) <= GENERIC | {"relevant"}
        and len(set(said) & GENERIC) < 2
        and not {"on", "about", "of", "in"} & set(words)
    )


def about_of(text: str, polarity: Polarity) -> Expression:
    """`about`, or any(about ...) for a list: each thing of a list is looked for by itself.

    An exclusion means every one of its things, whatever joins them. A want of "A, B" or of "A and B" means
    both at once, one of "A or B" or of "A, B and C" any of them.
    """
    items = listed(text)
    wanted = polarity in ("want", "prefer")
    either = _OR.search(text) is not None or (len(items) > 2 and _AND.search(text) is not None)
    if len(items) < 2 or (wanted and not either) or _TWO_WORDS.search(text):
        return About(text)
    return Any(tuple(About(item) for item in items))


def listed(text: str) -> list[str]:
    """The things of a plain list, each with the words that all of them share; one, where it is no list.

    "stoppages at banks, refineries or factories" gives "stoppages at banks", "stoppages at refineries" ...
    """
    if any(mark in text for mark in ":;()"):
        return [text]
    items = [item.strip() for item in _JOINTS.split(text) if item.strip()]
    if len(items) < 2 or not all(has_content(item) and not _COMPARED.search(item) for item in items):
        return [text]
    if any(len(item.split()) > LONGEST_THING for item in items[1:]):
        return [text]
    head = _HEAD.match(items[0])
    if head and all(len(item.split()) == 1 for item in items[1:]):
        return [items[0], *(f"{head[1]} {item}" for item in items[1:])]
    return items if len(items[0].split()) <= LONGEST_THING else [text]
