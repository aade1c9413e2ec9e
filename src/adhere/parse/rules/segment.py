"""Where does one clause of an instruction end and the next begin? Sentences, then pieces of sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adhere.need import Span
from adhere.parse.rules.vocabulary import ABBREVIATIONS, GENERIC, INNER, SENTENCE_OPENERS, STOPWORDS

OPENERS = (
    "unless",
    "except",
    "excepting",
    "excluding",
    "other than",
    "apart from",
    "aside from",
    "rather than",
    "instead of",
    "as opposed to",
    "barring",
    "minus",
    "nor",
    "but",
    "although",
    "though",
    "whereas",
    "save where",
    "save when",
    "save for",
    "save in",
    "save if",
    "only if",
    "only when",
    "only where",
    "only insofar as",
    "provided that",
    "provided they",
    "as long as",
    "free of",
    "free from",
    "leaving out",
    "leaving aside",
    "ignoring",
    "omitting",
    "ideally",
    "preferably",
    "and not",
    "and no",
    "and never",
    "and without",
    "and neither",
    "with no",
    "or not",
    "so no",
    "so not",
    "so forget",
    "so ignore",
    "so omit",
    "so rule",
    "so set",
    "so exclude",
    "so avoid",
    "but please",
    "but set",
    "but skip",
    "so skip",
    "so drop",
    "so leave",
    "so please",
    "so only",
    "and keep",
    "and stick",
    "and none",
    "and nothing",
    "and i don't",
    "and i do not",
    "and i can't",
    "so just",
    "so show",
    "so give",
    "so find",
    "so i",
    "so we",
    "and skip",
    "and drop",
    "and leave",
    "and ignore",
    "and exclude",
    "and prefer",
    "and ideally",
    "and avoid",
    "in preference to",
)
"""Words that open a new piece inside a sentence, with no comma before them."""

_NO_OTHERS = re.compile(r"(?:and |but )?(?:with )?no others?\b", re.IGNORECASE)
"""Goes with what stands before it: "X with no others" excludes nothing by name."""
_INITIALS = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])*")
"""The first names of "A.M. Kuchling" up to the stop that ends no sentence."""
MAX_PIECE = 500
"""Longest piece in characters. People write none that long; the bound keeps hostile text linear."""
NOT = (
    r"not (?!(?:sufficient|enough|accepted|considered|eligible|acceptable|relevant|included|counted|"
    r"interested|suitable|required|needed|wanted|allowed|necessary|applicable|of interest)\b|only|just|"
    r"merely|simply|limited|least|necessarily|to mention|unlike|yet|restricted|confined|more|less|"
    r"\w+er than)"
)
"""The same for "not", where it denies a thing ("2020 not 2019") and no verb ("is not")."""

MUST = r"so [\w'-]+ (?:is|are) (?:a must|required|essential|mandatory)"
"""A rule with its reason before it: "I cook for a coeliac so gluten-free is a must"."""

AT_LEAST = (
    r"(?:and|but) (?:at (?:least|most)"
    r"|(?:no|not) (?:more|less|fewer|later|earlier|older|newer|longer|shorter) than)"
)
"""A bound of its own, which is no further thing that is excluded: "no books and at least 10 citations"."""

_BREAK = re.compile(
    r"(?P<stop>[.!?…]+[\"'”’)\]]*(?=\s|$)|\n+|;)|(?P<comma>,(?=\s|$))|(?P<colon>:(?=\s|$))"
    r"|(?P<dash>(?<=\s)[-–—]+(?=\s)|—)|(?P<paren>[()\[\]])"
    rf"|(?P<word>(?<=\s)(?=(?:{'|'.join((*map(re.escape, OPENERS), NOT, MUST, AT_LEAST))})\b))",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|will|would|shall|should|can|could|may|might|must|has|have|had|"
    r"need|i|we|it|if|or|and|but|so|"
    r"whether|why|also|rather|sooner|certainly|really|likewise|still|just|\w+ly|perhaps|then|though|pls|plz|please|god|"
    r"better|of course|why|"
    r"ought|themselves|itself|alone|['’](?:s|re|m|d|ll)) $",
    re.IGNORECASE,
)
"""What a following `not` goes with, so that no piece opens there."""
_TRAPPED_OPENER = re.compile(
    r"(?:nothing|anything|everything|everyone|anyone|anywhere|all|none|not only\b[^,.;]*|last|whether|if) $",
    re.IGNORECASE,
)
"""What turns a following `but` into something else: "nothing but", "anything but", "all but", "last but"."""
_EVERY = re.compile(r"\b(?:any|every|all) \w+ $", re.IGNORECASE)
"""The same with a thing between: "any colour but black"."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one sentence. `closed` is the mark or kind of boundary after it, `opened` before it."""

    span: Span
    text: str
    sentence: int
    opened: str
    closed: str

    @property
    def first(self) -> bool:
        """Whether it opens its sentence."""
        return self.opened in ("stop", ";", "\n", ".", "!", "?", "…")


def pieces(text: str) -> list[Piece]:
    """All pieces with a word character in them, in order; time linear in the length of the text."""
    found: list[Piece] = []
    start, sentence, opened = 0, 0, "stop"
    for match in _BREAK.finditer(text):
        kind = match.lastgroup or ""
        if _no_boundary(text, match, kind, start):
            continue
        mark = {"stop": match[0][:1], "paren": match[0]}.get(kind, kind)
        added = _append(found, text, (start, match.start()), sentence, opened, mark)
        start, opened = match.end(), mark if added or mark != "word" else opened
        sentence += kind == "stop"
    _append(found, text, (start, len(text)), sentence, opened, "stop")
    return found


def _no_boundary(text: str, match: re.Match[str], kind: str, start: int) -> bool:
    before = text[max(start, match.start() - 40) : match.start()]
    if kind == "stop" and match[0][0] == ".":
        return _ends_no_sentence(before, text[match.end() : match.end() + 24].split())
    if kind != "word":
        return False
    if _NO_OTHERS.match(text, match.end()):
        return True
    if text[match.end() : match.end() + 4].casefold() == "not ":
        return _AUXILIARY.search(before) is not None
    but = text[match.end() : match.end() + 4].casefold() == "but "
    return _TRAPPED_OPENER.search(before) is not None or (but and _EVERY.search(before) is not None)


def _ends_no_sentence(before: str, after: list[str]) -> bool:
    """Whether a full stop belongs to an initial ("Ann B. Cole") or to an abbreviation ("e.g. Rust")."""
    *_, previous, word = ["", "", *before.replace("(", " ").split()]
    if not after:
        return False
    opens = after[0].casefold().strip(",") in STOPWORDS | GENERIC | SENTENCE_OPENERS
    if word.casefold() in ABBREVIATIONS:
        return after[0][:1].islower() or after[0][:1].isdigit() or word.casefold() in INNER or not opens
    named = not previous or previous[:1].isupper() or previous.casefold() in STOPWORDS
    return _INITIALS.fullmatch(word) is not None and named and after[0][:1].isupper() and not opens


def _append(found: list[Piece], text: str, span: Span, sentence: int, opened: str, closed: str) -> bool:
    """Adds the piece, in parts where it is too long; False where there is no word in it."""
    before = len(found)
    start, end = trimmed(text, span)
    while start < end:
        cut = end if end - start <= MAX_PIECE else text.rfind(" ", start + 1, start + MAX_PIECE)
        cut = cut if cut > start else start + MAX_PIECE
        part = trimmed(text, (start, cut))
        if part[0] < part[1]:
            found.append(Piece(part, text[slice(*part)], sentence, opened, closed if cut == end else "word"))
        start, opened = trimmed(text, (cut, end))[0], "word"
    return len(found) > before


_WORD = re.compile(r"\w")


def trimmed(text: str, span: Span) -> Span:
    """The span without white space and punctuation at its ends that no content needs."""
    start, end = span
    while start < end and (text[start].isspace() or text[start] in ",.;:!?…*•·|–—>"):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in ",.;:!?…*•·|–—<"):
        end -= 1
    return (start, end) if _WORD.search(text, start, end) else (start, start)


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have a character in common."""
    return one[0] < other[1] and other[0] < one[1]
