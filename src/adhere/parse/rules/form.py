"""What does a phrase say about the form of a document: length, language, the words and parts in it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adhere.need import Any, Expression, Form, Mentions, Operator, Span
from adhere.parse.language.english import LANGUAGES
from adhere.parse.rules.vocabulary import GENERIC

SHORT_WORDS = 300
"""What "short" means where nobody says how short."""
PAGE_WORDS = 300
"""How many words are taken for a page; an assumption, so the criterion is marked as one."""

_NUMBER = r"(?P<number>\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|a hundred|a thousand)"
_WORDS = {
    w: n
    for n, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_WORDS |= {"a hundred": 100, "a thousand": 1000}
COMPARE: dict[str, Operator] = {
    **dict.fromkeys(("under", "less than", "fewer than", "shorter than", "below"), "<"),
    **dict.fromkeys(
        ("at most", "no more than", "not more than", "up to", "no longer than", "maximum", "max"), "<="
    ),
    **dict.fromkeys(
        ("over", "more than", "longer than", "above", "exceeding", "greater than", "higher than"), ">"
    ),
    **dict.fromkeys(("at least", "no fewer than", "no less than", "minimum", "no shorter than"), ">="),
}
"""How people compare to a number."""
COMPARED = "|".join(sorted(map(re.escape, COMPARE), key=len, reverse=True))
_LENGTH = re.compile(
    rf"\b(?:(?P<compare>{COMPARED})|(?P<within>within)) {_NUMBER} (?P<unit>words?|pages?)(?: long)?\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:short|brief|shorter) (?=ones|texts?|documents?|papers?|articles?|pages?|pieces|answers?|reads)",
    re.I,
)
_LANGUAGES = {name.casefold(): code for code, name in LANGUAGES.items()}
_NAMES = "|".join(_LANGUAGES)
_LANGUAGE = re.compile(
    rf"\b(?:(?P<sure>written in|(?:language|lang)(?: is|:| =)?|available in) |(?P<in>in ))(?P<name>{_NAMES})"
    rf"(?P<or>(?: or (?:{_NAMES}))?)(?= ?(?:$|[,.;]|only|please|or\b))"
    rf"|\b(?P<adjective>{_NAMES})[- ]language(?= \w)",
    re.IGNORECASE,
)
_PARTS = {"code": "code", "source code": "code", "tables": "table", "links": "links", "lists": "list"}
_PART_NAME = r"(?P<{0}>source code|code|tables|links|lists)"
_PART_UNIT = r"(?:examples?|samples?|snippets?|listings?|blocks?)"
_PART = re.compile(
    rf"\b(?:with|containing|(?:that |which )?(?:have|has|contains?|includes?)) (?:any |some |"
    rf"working )?{_PART_NAME.format('held')}"
    rf"(?: {_PART_UNIT})?(?=\s*$|\s*[,.;])|\b{_PART_NAME.format('shown')} {_PART_UNIT}(?=\s*$|\s*[,.;])|"
    rf"^\s*(?:any )?{_PART_NAME.format('alone')}\s*$",
    re.IGNORECASE,
)
_MENTION = re.compile(
    r"\b(?:that |which |who )?(?:(?:contain|mention|use|include|have|carry|say|name)(?:s|ing)?|"
    r"with) (?:the |any of the )?(?P<noun>exact )?(?P<word>words?|terms?|phrases?|strings?|names?)? ?"
    r"(?P<quoted>[\"“][^\"“”]{1,80}[\"”])|"
    r"\b(?:(?:contain|mention|use|include)(?:s|ing)?|with) (?:the )(?:word|term|phrase|"
    r"string) (?P<named>[\w+#.\-]+)|"
    r"\b(?:that |which )?mention(?:s|ing)? (?P<bare>[\w+#.\-]+)(?=\s*(?:$|[,.;]))|"
    r"^\s*(?:the )?(?:word|term|phrase|string) (?P<after>[\"“][^\"“”]{1,80}[\"”]|[\w+#.\-]+)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase whose meaning a program decides. `question` is what remains open where it is not `sure`."""

    span: Span
    meaning: Expression
    sure: bool = True
    question: str = ""
    soft: bool = False


def number(text: str) -> float | int:
    """The number that digits with commas, or a small number word, stand for."""
    plain = text.casefold().replace(",", "")
    return _WORDS[plain] if plain in _WORDS else (float(plain) if "." in plain else int(plain))


def form_phrases(text: str) -> Iterator[Phrase]:
    """Length, language and parts."""
    for match in _LENGTH.finditer(text):
        op = COMPARE[match["compare"].casefold()] if match["compare"] else "<="
        pages = match["unit"].casefold().startswith("page")
        words = int(number(match["number"]) * (PAGE_WORDS if pages else 1))
        question = f"Is a page about {PAGE_WORDS} words?" if pages else ""
        yield Phrase(match.span(), Form("words", op, words), not pages, question)
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
    sure = bool(match["sure"] or match["adjective"]) or all(word in GENERIC for word in before)
    question = "" if sure else f"Should the document itself be in {names[0].title()}?"
    spoken = tuple(Form("language", "=", _LANGUAGES[name]) for name in names)
    return Phrase(match.span(), spoken[0] if len(spoken) == 1 else Any(spoken), sure, question)


def mention_phrases(text: str) -> Iterator[Phrase]:
    """Words that have to stand in the text as they are."""
    for match in _MENTION.finditer(text):
        words = match["quoted"] or match["named"] or match["bare"] or match["after"]
        yield Phrase(match.span(), Mentions(words.strip('"“”')))
