"""Clauses that only say what searching is: "given a question, retrieve passages that answer the question".

People put the prompts of embedding models and the task descriptions of benchmarks where an instruction goes.
They speak of the query itself, which is searched for anyway, and ask nothing else of a document.
"""

from __future__ import annotations

import re

from adhere.parse.rules.polarity import Clause

_VERBS = "find|retrieve|return|get|fetch|identify|locate|select|search for|show|give|rank|list"
_FIND = (
    r"(?:(?:please|kindly|your task is to|the (?:goal|task|aim) is to|you should|then|and|to|instruct:|task:)"
    rf" )*(?:(?:{_VERBS})(?: me| us)? )"
)
_FITTING = "relevant|suitable|right|correct|useful|helpful|matching|appropriate|similar|related|best"
_GOOD = rf"(?:(?:the|an?|any|all|those|some|only|most|more|semantically|{_FITTING}) )*"
_TEXT = (
    r"(?:documents?|docs?|passages?|paragraphs?|abstracts?|articles?|papers?|texts?|results?|pages?|entries|"
    r"items?|answers?|content|information|ones?|those|repl(?:y|ies)|user replies|posts?|snippets?|chunks?|"
    r"sources?|hits?)"
)
_THAT = (
    r"(?:(?:that|which|who|to|and|can|could|will|would|may|must|should|has to|have to|needs? to|helps?|best|"
    r"most|directly|fully|correctly|explicitly|clearly|is|are|be|being) )*"
)
_DOES = (
    r"(?:answer(?:s|ing)?|match(?:es|ing)?|address(?:es|ing)?|satisf(?:y|ies|ying)|fit(?:s|ting)?|"
    r"respond(?:s|ing)? to|(?:related|relevant|similar|useful|helpful) (?:to|for)|relat(?:es?|ing) to|"
    r"correspond(?:s|ing)? to|continues?|supports? or refutes?|"
    r"semantically (?:similar|equivalent|related) to|"
    r"(?:contain(?:s|ing)? |has |have |gives? )?(?:an|the) answers? (?:to|for))"
)
_NAMED = (
    r"(?:quer(?:y|ies)|questions?|requests?|prompts?|information needs?|topics?|claims?|statements?|inputs?|"
    r"search|summar(?:y|ies)|sentences?|titles?|texts?|passages?|arguments?)"
)
_WHOSE = (
    r"(?:(?:the|this|that|these|those|my|our|your|an?|given|above|input|user(?:['’]s|s['’]?)?|web|search|"
    r"original|same|corresponding|following) )+"
)
_GIVEN = (
    rf"given (?:an? |the |some |this |two )?(?:[\w'’-]+ ){{0,4}}?{_NAMED}"
    r"(?: (?:on|about|from|in) [^,]{1,60})?"
)
_TASKS = (
    rf"(?:{_GIVEN},? )?{_FIND}?{_GOOD}(?:{_TEXT} )?{_THAT}{_DOES} (?:{_WHOSE}{_NAMED}|it|them)",
    rf"{_FIND}{_GOOD}{_TEXT}",
    rf"{_GOOD}(?:{_FITTING}) {_TEXT}",
    rf"(?:{_FIND}?{_GOOD}{_TEXT} )?{_THAT}(?:contain|hold|give|state)s? the answers?"
    r"(?: explicitly| directly| in full)?",
    rf"{_FIND}?{_GOOD}(?:{_TEXT} )?(?:that|which|from which|where)? ?{_WHOSE}{_NAMED} "
    r"(?:(?:was|is|were|are) )?(?:made|written|taken|derived|drawn|comes?|came)(?: from)?",
    rf"(?:and |so )?{_GIVEN}(?:,? (?:{_VERBS}))?",
    r"represent (?:this|the) [\w ]{1,40}? (?:for|to) (?:search|retriev)[\w ,]*",
)
_TASK = re.compile("|".join(_TASKS), re.IGNORECASE)
_OF_THE_TASK = re.compile(
    r"^\W*(?:in )?(?:the|a|each|this|your) query\b(?! (?:optimi|plan|languag|engine|process|rewrit|expan))"
    r"|\binformation retrieval (?:\(IR\) )?task\b|\bIR task\b"
    r"|\b(?:goal|objective) of th(?:is|e) .{0,40}task\b",
    re.IGNORECASE,
)


LONGEST = 40
"""Words of a prompt at most: the pattern's time grows with a power of them."""


def only_task(instruction: str, clause: Clause) -> bool:
    """Whether a clause asks for what answers the query, and for nothing else."""
    if clause.label != "want" or clause.unless_of is not None:
        return False
    words = instruction[slice(*clause.span)].split()
    return len(words) <= LONGEST and _TASK.fullmatch(" ".join(words).strip(" .,:;!?\"'")) is not None


def of_the_task(text: str) -> bool:
    """Whether a clause describes the query or the task."""
    return _OF_THE_TASK.search(text) is not None
