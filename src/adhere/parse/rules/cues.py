"""The words by which people include, exclude and prefer. General English only, no subject matter.

Every cue says where its content stands: `before` it ("X is not relevant"), `after` it ("nothing on X"), or
that it may stand alone ("no thanks") and then speaks of what came just before. Traps come first: phrases that
look like a cue and are none ("nothing but", "no later than", "non-fiction").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from adhere.parse.rules.dates import DATE
from adhere.parse.rules.exclusions import AVOID_AFTER, AVOID_BEFORE, NEGATION, TRAPS, WEAK_AVOID_BEFORE
from adhere.parse.rules.wishes import DISPREFER_AFTER, DISPREFER_BEFORE, PREFER_AFTER, PREFER_BEFORE

Label = Literal["want", "avoid", "prefer", "disprefer", "background", "task"]
Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found in a piece: what it says, where its content is, and the characters it occupies."""

    label: Label
    side: Side
    start: int
    end: int


BACKGROUND = (
    r"^(?:(?:and|but|so|because|since|as|although|though) )?(?:i|we)(?:['’](?:m|re)| am|"
    r" are) (?!(?:\w+ )?(?:after|looking|interested|seeking|searching|hunting|collecting|keen)\b)",
    r"^(?:(?:and|but|so|because|since|as|although|though) )?(?:i|we)(?:['’](?:ve|d)| have)?(?: just|"
    r" also| already| recently| only)? (?!(?:\w+ )?(?:interested|seek|care|am|are|hate|loathe|detest|"
    r"despise|dislike)\b|"
    r"(?:\w+ )?look for)[a-z]\w+",
    r"^(?:he|she|mum|dad|mom|grandma|grandad|baby)(?:['’]s)? ",
    r"^(?:this|it) (?:will|feeds|is for|review|report|goes into|serves)\b",
    rf"^(?:ever )?since (?!\d|{DATE}).*",
    r"^(?:(?:and|but|so) )?(?:(?:it|they|this|these|results?|ones?) )?(?:do(?:es)?(?:n['’]?t| not) "
    r"(?:have|need) to|"
    r"need(?:n['’]?t| not)) (?:be|have|contain|include|mention|come|use|cover)\b",
    r"^(?:please |pls )?(?:be (?:quick|fast|thorough|careful|honest|patient)|hurry|take your time)\b",
    r"^(?:the|this) (?:requester|searcher|traveller|traveler|clinician|researcher|writer|"
    r"author of this request|committee|board|council|team|group|family|table|corpus|"
    r"deadline) (?:\w+ )?(?:is|are|has|have|was|wants|meets|includes|will|who)\b",
    r"\b(?:here|homeowner|newbie|beginner here),? (?:new to|first time)",
    r"^(?:(?:and|but|so|because|since) )?(?:my|our) "
    r"(?!(?:\w+ )?(?:interest|question|need|focus|aim|topic|budget))",
    r"^(?:hi|hello|hey|dear|thanks|thank you|thx|cheers|good (?:morning|evening)|please help|"
    r"help(?! (?:with|on|for|about|understanding)\b)|context)\b",
    r"^(?:the|this) (?:user|client|customer|reader|patient|asker|agent) (?:is|has|runs|works|writes|was|"
    r"lives|asked|wants a)\b",
    r"^(?:as an?|being an?|speaking as) \w+",
    r"^(?:somebody|someone|last (?:night|week|month|year)|next (?:week|month|year)|yesterday|tomorrow|"
    r"today)\b",
    r"^(?:it['’]?s|it is|this is) (?:for|my|our|due)\b",
    r"^(?:and |but )?(?:that|it)(?:['’]s| is)(?: not|n['’]t) (?:an? )?(?:must|requirement|necessity)\b",
    r"\b(?:as (?:relevant|welcome|useful|good) as|at liberty to|who cares|take or leave|"
    r"will (?:each )?do$|i['’]m easy|i am easy|fine by me|may (?:still |also |well )?(?:be (?:listed|"
    r"included|mentioned|retained|cited|substituted|kept|present|used)|come in|appear))\b",
    r"\b(?:makes? no (?:odds|difference)|does(?:n['’]?t| not) matter|do(?:n['’]?t| not) matter|"
    r"no obstacle|either way|equally (?:relevant|welcome|fine|good|readable)|as relevant as|"
    r"neither here nor there|no less relevant|remains? (?:relevant|eligible)|may (?:be included|stay|"
    r"appear|still count|be listed|be judged)|still (?:count|counts|relevant|qualify|qualifies|listed)|"
    r"need not (?:be|have|mention|match)|pose no problem|not an obstacle|"
    r"(?:is|are|would be|also|perfectly|all|still) (?:\w+ )?(?:fine|ok|okay|acceptable|welcome|allowed|"
    r"permitted)|alike)(?: (?:too|as well|for (?:me|us|this)|here|by me|either way|also|by us))*$",
    r"^[\w' -]{1,40} (?:fine|ok|okay|acceptable|allowed|welcome|alike|irrespective)(?: too| as well|"
    r" by me| for me| by us)?$",
    r"^(?:whatever|regardless|irrespective|no matter|whether)\b",
    r"\bin case (?:it|that) (?:matters|helps)\b|not that it matters|\bfwiw\b|\bfyi\b",
)
REQUEST = re.compile(
    r"\b(?:want|need|looking for|look for|after|like to (?:see|read|find|know|have|get)|show|find|"
    r"seek\w*|interested in|search\w*|help me find|care about|"
    r"collect\w*|hunting|send me|give me|tell me|must|require|what counts|list of|gather\w*|would like|"
    r"curious about|what helps|i['’]d like|recommend|hoping|trying to)\b",
    re.IGNORECASE,
)
"""A clause of a person about themselves that asks for something is no background."""

TASK = re.compile(
    r"^(?:(?:please|pls|kindly|hi|hello|could you|can you|would you|i want you to|you should|"
    r"your task is to|task:|query:|step \d+:?)[,:]? )*"
    r"(?:find|retrieve|identify|locate|fetch|search for|search|look for|looking for|seeking|list|compile|"
    r"collect|gather|return|give me|get me|show me|send me|"
    r"show|surface|suggest|rank|pull up|bring me|provide|i am looking for|i['’]m looking for|"
    r"we are looking for|i want to (?:find|see)|help me find|dig up|hunt down|i['’]m after|i am after)\b"
    r"(?: me| us| all| any| every| some)*(?= \S)",
    re.IGNORECASE,
)
RELEVANT_LEAD = re.compile(
    r"^(?:an? |the |any )?(?:relevant|qualifying|suitable|good|useful)? ?(?:documents?|papers?|articles?|"
    r"passages?|pages?|results?|texts?|hits?|records?|items?|reports?)"
    r" (?:will|would|must|should|shall|has to|have to|needs? to|is relevant if(?: and only if)?(?: it)?|"
    r"are relevant if(?: they)?|is one that|are those that)\b(?! (?:come|be taken|be drawn) from)",
    re.IGNORECASE,
)
RESTRICTION = re.compile(
    r"^(?:(?:please|and|but|so|just|only|kindly|could you|can you|would you|you should|i want you to) )*(?:"
    r"(?:restrict|limit|confine|narrow)(?: \w+){0,4}? to|(?:keep|stick|stay)(?: \w+)?(?: strictly)? to|"
    r"(?:[\w'’]+ ){1,5}(?:is|are|be) (?:\w+ly )?(?:limited|restricted|confined) to|"
    r"(?:they|it|these|those|(?:(?:every|each|all|any) (?:\w+ ){0,3})?\w+) "
    r"(?:has to|have to|must|needs? to|should) (?:come|be taken|be drawn) from|"
    r"nothing (?:but|other than)|"
    r"(?<=only )(?:consider|look at|include|use|accept|keep|take)|"
    r"(?:i|we) (?:can |will |could )?(?:only|just) (?:want|need|use|accept|take|read|work with|"
    r"care (?:for|about)|(?:am|are) interested in)"
    r"(?: to (?:see|read|have|get|find))?|"
    r"(?:i|we) (?:want|need)(?: to (?:see|read|have|get|find))?(?: only| just)?|"
    r"(?:i|we) (?:can|will|could) (?:use|work with|accept)(?: only)?"
    r")(?= )",
    re.IGNORECASE,
)
"""Opens a rule about all results: "limit this to X"."""
FRONTED = re.compile(r"^(?:but |and )?(?:unless|except when|except where|except if)\b", re.IGNORECASE)
"""Opens a condition on what follows it: "unless they are X, leave them out" lets in X alone."""
EXHAUSTIVE = re.compile(
    r"(?<=\s)(?:(?:and|with|but) )*(?:(?:absolutely )?nothing (?:else|more)|(?:no|not any) others?|"
    r"(?:only (?:those|these|them)|(?:those|these|them) (?:only|alone)))(?: (?:at all|please))?\W*$",
    re.IGNORECASE,
)
"""Closes such a rule: "X and nothing else"."""
IF_POSSIBLE = re.compile(
    r"(?<=\w),? (?:if (?:at all )?possible|if you can|where possible|ideally|preferably)\W*$", re.IGNORECASE
)
"""Closes a wish, and is no part of what is wished for."""


_HELD = re.compile(r"(?:(?:i|we)(?:['’]ve| have)? )?(?:already|been through|had enough)\b", re.IGNORECASE)
_PERSONAL = re.compile(
    r"(?:half (?:of )?)?(?:my|our) |(?:i|we) can['’]?t \w+ (?:daily|alone|much)\b", re.IGNORECASE
)
ASKED = re.compile(
    r"^(?:and )?(?!(?:can|could|would) you (?:please |kindly |just )*(?:hide|leave|skip|drop|exclude|omit|"
    r"ignore|remove|avoid|filter|keep|spare)\b)(?:which|what|why|how|who|whom|where|when|"
    r"(?:does|did|do|can|could|would) (?:it|there|they|you|we|any|anyone)) "
    r"(?!(?:i|we) (?:don|do not|can|can['’]t|cannot)\b)",
    re.IGNORECASE,
)
"""A question asks for its subject; "which towns left it out" excludes nothing."""


def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_TRAP = re.compile("|".join(rf"\b(?:{trap})\b" for trap in TRAPS), re.IGNORECASE)
_BACKGROUND = _compiled(BACKGROUND)
_WEAK = _compiled(WEAK_AVOID_BEFORE)
_DENIAL = re.compile(rf"\b{NEGATION}\b.*", re.IGNORECASE)
_TABLE: tuple[tuple[re.Pattern[str], Label, Side], ...] = (
    (_compiled(DISPREFER_AFTER), "disprefer", "after"),
    (
        re.compile("|".join(rf"\b(?:{p})" if not p.startswith(r"\b") else p for p in DISPREFER_BEFORE), re.I),
        "disprefer",
        "before",
    ),
    (_compiled(PREFER_AFTER), "prefer", "after"),
    (_compiled(AVOID_AFTER), "avoid", "after"),
    (re.compile("|".join(rf"\b(?:{p})" for p in AVOID_BEFORE), re.I), "avoid", "before"),
    (
        re.compile(
            "|".join(rf"(?:{p})" if p.startswith(r"\b") else rf"\b(?:{p})" for p in PREFER_BEFORE), re.I
        ),
        "prefer",
        "before",
    ),
)


@lru_cache(maxsize=4096)
def find_cue(text: str) -> Cue | None:
    """The cue of one piece, or None; what a trap covers is not seen."""
    shown = _TRAP.sub(lambda match: "\x00" * len(match[0]), text)
    if ASKED.match(text):
        return None
    for pattern, label, side in _TABLE:
        match = pattern.search(shown)
        if match:
            return Cue(label, side, match.start(), match.end())
    weak = (
        None
        if _PERSONAL.match(text) or (is_background(text) and not _HELD.match(text))
        else _WEAK.search(shown)
    )
    if weak:
        denied = _DENIAL.search(shown)
        return Cue("avoid", "before", denied.start() if denied else weak.end(), weak.end())
    return None


@lru_cache(maxsize=4096)
def is_background(text: str) -> bool:
    """Whether a piece without a cue says nothing on relevance: who asks, why, what is allowed either way."""
    match = _BACKGROUND.search(text)
    if match is None or (match.start() == 0 and RESTRICTION.match(text)):
        return False
    return not (match.start() == 0 and REQUEST.search(text))
