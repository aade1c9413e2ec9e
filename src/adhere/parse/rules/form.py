"""What does a phrase say about the form of a document: length, language, the words and parts in it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adhere.need import All, Any, Expression, Form, Mentions, Operator, Span
from adhere.parse.language.english import LANGUAGES
from adhere.parse.rules.numbers import WORDED, number
from adhere.parse.rules.vocabulary import GENERIC, STOPWORDS
from adhere.words import tokens

SHORT_WORDS = 300
"""What "short" means where nobody says how short."""
PAGE_WORDS = 300
"""How many words are taken for a page; an assumption, so the criterion is marked as one."""

_NUMBER = rf"(?P<number>\d[\d,]*|{WORDED})"
COMPARE: dict[str, Operator] = {
    **dict.fromkeys(("under", "less than", "fewer than", "shorter than", "below"), "<"),
    **dict.fromkeys(
        ("at most", "no more than", "not more than", "up to", "no longer than", "maximum", "max"), "<="
    ),
    **dict.fromkeys(
        ("over", "more than", "longer than", "above", "exceeding", "greater than", "higher than"), ">"
    ),
    **dict.fromkeys(("at least", "no fewer than", "no less than", "minimum", "min", "no shorter than"), ">="),
}
"""How people compare to a number."""
COMPARED = "|".join(sorted(map(re.escape, COMPARE), key=len, reverse=True))
_LENGTH = re.compile(
    rf"\b(?:(?P<compare>{COMPARED})|(?P<within>within)|(?:between|from) (?P<first>\d[\d,]*) (?:and|to)) "
    rf"{_NUMBER} (?P<unit>words?|pages?)(?: long)?\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:short|brief|shorter) (?=ones|texts?|documents?|papers?|articles?|pages?|pieces|answers?|reads)"
    r"|(?<=\bsomething )(?:short|brief)\b"
    r"|\b(?:be|is|are|and) (?:short|brief)(?=\s*$)|^\s*(?:short|brief)(?:er)?\s*$"
    r"|\b(?:the )?shortest(?: ones?)?(?=\s*(?:$|[,.;]|(?:come |go )?(?:first|on top|up top)))",
    re.I,
)
LANGUAGE_CODES = {name.casefold(): code for code, name in LANGUAGES.items()}
_NAMES = "|".join(LANGUAGE_CODES)
_LANGUAGE = re.compile(
    rf"\b(?:(?P<sure>written in|(?:language|lang)(?: is|:| =)?|available in) |(?P<in>in ))(?P<name>{_NAMES})"
    rf"(?P<or>(?: or (?:{_NAMES}))?)(?= *(?:$|[,.;]|only|please|or\b))"
    rf"|\b(?P<adjective>{_NAMES})[- ]language(?= \w)",
    re.IGNORECASE,
)
_PARTS = {
    **dict.fromkeys(("code", "source code"), "code"),
    **dict.fromkeys(("table", "tables"), "table"),
    **dict.fromkeys(("link", "links"), "links"),
    **dict.fromkeys(("list", "lists"), "list"),
    **dict.fromkeys(("question", "questions"), "question"),
    "numbers": "numbers",
}
_PART = re.compile(
    r"\b(?:with|containing|(?:that |which )?(?:have|has|contains?|includes?)) (?:any |some |an? |working )*"
    r"(?P<held>source code|code|tables?|links?|lists?|numbers|questions?)"
    r"(?: (?:examples?|samples?|snippets?|listings?|blocks?))?(?=\s*$|\s*[,.;])"
    r"|\b(?P<shown>source code|code) (?:examples?|samples?|snippets?|listings?|blocks?)(?=\s*$|\s*[,.;])"
    r"|^\s*(?:with )?(?:any |an? )?(?P<alone>source code|code|tables?|links?|lists|numbers|questions?)\s*$",
    re.IGNORECASE,
)
_SAYS = r"(?:contain|mention|use|include|have|carry|carrie|say|name|feature)(?:s|ing)?|using|with"
_QUOTED = r"[\"“][^\"“”]{1,80}[\"”]"
_NOUN = r"(?:exact )?(?:words?|terms?|phrases?|strings?|names?|expressions?)"
_MENTION = re.compile(
    rf"\b(?:that |which |who )?(?:{_SAYS}) (?:the |any of the )?(?:{_NOUN})? ?"
    rf"(?:(?:at least )?(?:one|an|any) occurrence of )?(?P<quoted>{_QUOTED})|"
    rf"\b(?:{_SAYS}) the {_NOUN} (?P<named>[\w+#.\-]+)|"
    rf"\b(?:in which|where) (?:the )?(?:{_NOUN} )?(?P<found>{_QUOTED}|(?<=(?:word|term) )[\w+#.\-]+) "
    r"(?:occurs?|appears?|is (?:used|mentioned|found))|"
    r"\b(?:that |which )?mention(?:s|ing)? (?:an? |the )?(?P<bare>[\w+#.\-]+"
    r"(?: (?!(?:and|or|but)\b)[\w+#.\-]+)?)"
    r"(?=\s*(?:$|[,.;]|but\b|and (?:must|should|has|have|is|are|was|were|be|not?|come)\b))|"
    r"^\s*(?:(?:the )?(?:word|term|phrase|string)|(?:at least )?(?:one|an|any) occurrence of) "
    rf"(?P<after>{_QUOTED}|[\w+#.\-]+)\s*$",
    re.IGNORECASE,
)


_BOTH = re.compile(
    r"\b(?:that |which )?mention(?:s|ing)? (?:both |either )?(?P<first>[\w+#.\-]+) (?P<or>and|or) "
    r"(?P<second>[\w+#.\-]+)(?=\s*(?:$|[,.;]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase whose meaning a program decides. `question` is what remains open where it is not `sure`.

    `plain`: sure all the same where the clause says nothing else. `denied`: a "not" stands before it.
    `together`: a want of several values asks for all of them, as "by A and B" does.
    """

    span: Span
    meaning: Expression
    sure: bool = True
    question: str = ""
    soft: bool = False
    plain: bool = False
    denied: bool = False
    together: bool = False


def form_phrases(text: str) -> Iterator[Phrase]:
    """Length, language and parts."""
    for match in _LENGTH.finditer(text):
        op = COMPARE[match["compare"].casefold()] if match["compare"] else "<="
        pages = match["unit"].casefold().startswith("page")
        size = PAGE_WORDS if pages else 1
        meaning: Expression = Form("words", op, int(number(match["number"]) * size))
        if match["first"]:
            meaning = All((Form("words", ">=", int(number(match["first"]) * size)), meaning))
        question = f"Is a page about {PAGE_WORDS} words?" if pages else ""
        yield Phrase(match.span(), meaning, not pages, question)
    for match in _SHORT.finditer(text):
        yield Phrase(match.span(), Form("words", "<", SHORT_WORDS), soft=True)
    for match in _LANGUAGE.finditer(text):
        yield _language(text, match)
    for match in _PART.finditer(text):
        part = match["held"] or match["shown"] or match["alone"]
        yield Phrase(match.span(), Form(_PARTS[part.casefold()], "=", True))


def _language(text: str, match: re.Match[str]) -> Phrase:
    names = re.split(r" or ", ((match["name"] or match["adjective"]) + (match["or"] or "")).casefold())
    before = text[: match.start()].casefold().split()
    sure = bool(match["sure"] or match["adjective"]) or all(
        word in GENERIC or word in STOPWORDS for word in before
    )
    question = "" if sure else f"Should the document itself be in {names[0].title()}?"
    spoken = tuple(Form("language", "=", LANGUAGE_CODES[name]) for name in names)
    return Phrase(match.span(), spoken[0] if len(spoken) == 1 else Any(spoken), sure, question)


def mention_phrases(text: str) -> Iterator[Phrase]:
    """Words that have to stand in the text as they are; "both A and B" asks for each."""
    for match in _BOTH.finditer(text):
        parts = tuple(Mentions(match[name].strip('"“”')) for name in ("first", "second"))
        yield Phrase(match.span(), (Any if match["or"].casefold() == "or" else All)(parts))
    for match in _MENTION.finditer(text):
        words = next(filter(None, match.groups())).strip('"“”')
        if tokens(words):
            yield Phrase(match.span(), Mentions(words))
