"""What a program can read off a text: its length, its language, whether it holds code, numbers, links ...

A store computes these once, when a document is written, and keeps them as `@form.*`; the judge of form
computes them again for documents that come from elsewhere. Same function, same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from adhere.need import Document
from adhere.schema import FieldType
from adhere.words import tokens

FEATURES: Mapping[str, FieldType] = {
    "words": "number",
    "sentences": "number",
    "characters": "number",
    "code": "boolean",
    "numbers": "boolean",
    "links": "boolean",
    "list": "boolean",
    "table": "boolean",
    "question": "boolean",
    "language": "keyword",
}

_SENTENCE = re.compile(r"[^.!?。！？\s][^.!?。！？]*(?:[.!?。！？]+|$)")
# Anyone's text comes here: no pattern may look at the same white space, or the same brackets, from every
# place in them, so what is repeated stays in its line or has a bound.
_CODE = re.compile(
    r"```|^ {0,3}~~~|^[ \t]*>>> |^\.\. code(?:-block)?::|::\n\n[ \t]+\S"
    r"|^[ \t]*(?:def|class)[ \t]+\w.*:[ \t\r]*$|^[ \t]*(?:import \w[\w.]*|from [\w.]+ import .+)$"
    r"|^[ \t]*(?:#include[ \t]*<|public static |function \w+\(|(?:const|let|var) \w+ ?=)|[;{][ \t\r]*\n\s*\}",
    re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d,.]*(?!\w)")
_LINK = re.compile(
    r"\b(?:https?|ftp)://\S|\bwww\.\w|\[[^\[\]\n]{1,300}\]\([^)\s]{1,2000}\)|`[^`\n]+ <[^<>\n]+>`_", re.I
)
_LIST = re.compile(
    r"^[ \t]*(?:[-*+•]|\(?\d{1,3}[.)])[ \t]+\S.*(?:\n(?:[ \t]*\n)?(?:[ \t]{2,}\S.*\n)*)"
    r"[ \t]*(?:[-*+•]|\(?\d{1,3}[.)])[ \t]+\S",
    re.MULTILINE,
)
_TABLE = re.compile(
    r"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*\|[-|: \t]*$|^[ \t]*\+(?:[-=]+\+)+[ \t\r]*$"
    r"|^={2,}(?: +={2,})+[ \t\r]*$|<table\b"
    r"|^[^\t\n]+\t[^\t\n]+\t[^\n]+\n[^\t\n]+\t[^\t\n]+\t",
    re.MULTILINE | re.I,
)  # fmt: skip


def form_features(document: Document, names: Iterable[str] = FEATURES) -> dict[str, bool | int | str]:
    """The named features of one document, read off its text (title not counted).

    `language` is an ISO 639-1 code, "und" where the text is too short or too mixed to tell.
    """
    return {name: _READ[name](document.text) for name in names}


_READ: Mapping[str, Callable[[str], bool | int | str]] = {
    "words": lambda text: len(tokens(text)),
    "sentences": lambda text: sum(1 for _ in _SENTENCE.finditer(text)),
    "characters": len,
    "code": lambda text: bool(_CODE.search(text)),
    "numbers": lambda text: bool(_NUMBER.search(text)),
    "links": lambda text: bool(_LINK.search(text)),
    "list": lambda text: bool(_LIST.search(text)),
    "table": lambda text: bool(_TABLE.search(text)),
    "question": lambda text: "?" in text or "？" in text,
    "language": lambda text: language_of(text, [token for token, _ in tokens(text[:4000])]),
}


_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
# The commonest function words that the other languages of this table do not share.
_FUNCTION_WORDS = {
    "en": "the of and to is in that for it with as on are this be by was from which or not have an at",
    "de": "der die und das ist nicht den von zu mit sich des auf für ein eine dem auch wird als sind",
    "fr": "le les et est des une du dans que pour qui sur pas au par avec sont ce il elle cette nous",
    "es": "el los las y una del por con para se su lo como más pero fue este esta sus entre está",
    "it": "il gli di che è per non sono della con del alla nel più anche come dei ha questo una",
    "pt": "o os uma não em para com por mais dos das ao foi pelo seu sua também são à isso você",
    "nl": "het een van en niet dat op zijn met voor ook aan er maar om wordt bij deze naar",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _list in _FUNCTION_WORDS.items():
    for _word in _list.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)


def language_of(text: str, words: list[str], *, sample: int = 400) -> str:
    """ISO 639-1 code by script, else by function words among the first `sample` words; "und" if unsure.

    Knows en, de, fr, es, it, pt, nl and nine scripts; sure means at least 8% function words (two or more)
    and a clear lead over the second language.
    """
    head = text[: sample * 8]
    letters = sum(map(str.isalpha, head))
    for language, script in _SCRIPTS.items():
        if letters and len(script.findall(head)) > 0.2 * letters:
            return language
    counts = dict.fromkeys(_FUNCTION_WORDS, 0)
    for word in words[:sample]:
        for language in _LANGUAGES_OF.get(word, ()):
            counts[language] += 1
    (best, first), (_, second) = sorted(counts.items(), key=lambda item: -item[1])[:2]
    sure = first >= max(2, 0.08 * min(len(words), sample)) and first > 1.3 * second
    return best if sure else "und"
