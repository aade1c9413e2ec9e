"""Where a text may be cut: sentences by rule, and passages as overlapping windows of whole sentences.

Pure functions over code points, linear in the length of the text. A sentence span has no white space at
its ends; passages cover every character, so that `text[p.start : p.start + len(p.text)] == p.text`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from adhere.need import Document, Passage, Span

LONGEST_SENTENCE = 600
"""Code points after which a run-on is cut, at white space where there is any."""

_GAP = re.compile(r"\s+|(?<=[。！？])(?![。！？」』”’）\s])")
_CLOSERS = "\"')]}”’»*_`"
_OPENERS = "\"'([{“‘«*_`"
_ABBREVIATION = re.compile(
    r"(?:e\.g|i\.e|cf|vs|viz|al|approx|resp|ca|dr|mrs?|ms|prof|st|jr|sr|inc|ltd|co|corp|gen|gov|sen|rep"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|(?:\w\.)*[^\W\d_])\.",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(r"(?:no|nos|figs?|eqs?|secs?|refs?|vols?|pp?|ch|art|ver)\.", re.IGNORECASE)
_NUMERAL = re.compile(r"\(?(?:\d{1,3}|[ivx]{1,4}|[a-zA-Z])\.")
_BULLET = re.compile(r"(?:[-*+•‣–]|\(?\d{1,3}[.)]|[a-zA-Z]\))(?=\s)|#{1,6}\s|\.\. |```|\||>>>|\$ ")
_SPACES = re.compile(r"\s*")
_CODE = re.compile(r"[=(){}\[\];<>_]")


def sentences(text: str, *, longest: int = LONGEST_SENTENCE) -> list[Span]:
    """Spans of the sentences of a text, in order, without overlap; only white space lies between them.

    Paragraphs, bullets, headings and lines of code end a sentence; abbreviations, initials, decimals and
    versions ("3.10") do not. None for a text of white space.
    """
    spans: list[Span] = []
    start = None  # of the sentence being read
    word_start = 0
    for gap_start, gap_end in _gaps(text):
        if gap_start > word_start:
            start = word_start if start is None else start
            if _ends(text, start, word_start, gap_start, gap_end):
                spans.extend(_capped(text, start, gap_start, longest))
                start = None
        word_start = gap_end
    return spans


def windows(
    document: Document, tokens: Callable[[str], Sequence[Span]], *, size: int, overlap: int
) -> tuple[str, list[Passage]]:
    """A document's title, cut to a quarter of `size` tokens, and its passages, with room for it in each."""
    spans, most = tokens(document.title), size // 4
    title = document.title if len(spans) <= most else document.title[: spans[most - 1][1]]
    room = size - min(len(spans), most)
    return title, passages(document.id, document.text, tokens(document.text), size=room, overlap=overlap)


def passages(
    document_id: str, text: str, tokens: Sequence[Span], *, size: int, overlap: int
) -> list[Passage]:
    """Windows of whole sentences with at most `size` tokens; the last `overlap` tokens' worth of whole
    sentences is repeated in the next one. Never none: an empty text is one empty passage.

    `tokens` are the spans of the text's tokens, in order. A sentence of more than `size` tokens is cut.
    """
    starts = [start for start, _ in tokens]
    pieces = [piece for span in sentences(text) for piece in _cut(span, starts, size)]
    counts = [
        # Junk may be one token of a megabyte, so eight code points count as a token at least.
        max(bisect_left(starts, end) - bisect_left(starts, start), (end - start) // 8)
        for start, end in pieces
    ]
    made: list[Passage] = []
    for first, last in _windows(counts, size, overlap):
        # From the end of one window to the start of the next only white space is left: it joins the former.
        start = pieces[first][0] if first else 0
        end = pieces[last][0] if last < len(pieces) else len(text)
        spans = tuple((left - start, right - start) for left, right in pieces[first:last])
        made.append(Passage(document_id, len(made), text[start:end], start, spans))
    return made or [Passage(document_id, 0, text)]


def _gaps(text: str) -> Iterator[Span]:
    """Spans between words, and the end of the text as the last of them."""
    for match in _GAP.finditer(text):
        yield match.span()
    yield len(text), len(text)


def _ends(text: str, start: int, word_start: int, gap_start: int, gap_end: int) -> bool:
    """Whether a sentence that began at `start` ends with the word before this gap."""
    if gap_end == len(text) or gap_start == gap_end:
        return True
    gap = text[gap_start:gap_end]
    if "\n" in gap and (gap.count("\n") > 1 or _new_line_stands_alone(text, start, gap_start, gap, gap_end)):
        return True
    # A word is looked at through its last characters only: junk without white space stays linear.
    word = text[max(word_start, gap_start - 40) : gap_start].rstrip(_CLOSERS)
    if not word.endswith((".", "!", "?", "…")):
        return False
    following = text[gap_end : gap_end + 8].lstrip(_OPENERS)[:1]
    if following.islower() or following in ",;:":
        return False
    bare = word.lstrip(_OPENERS)
    if word_start == start and _NUMERAL.fullmatch(bare):
        return False
    if following.isdigit() and _BEFORE_NUMBER.fullmatch(bare):
        return False
    return not _ABBREVIATION.fullmatch(bare)


def _new_line_stands_alone(text: str, start: int, gap_start: int, gap: str, gap_end: int) -> bool:
    """Whether the line after a line break starts a bullet, a heading or code, or the one before was code."""
    if _BULLET.match(text, gap_end):
        return True
    if text.startswith((">>>", "```", "#", "$ "), start):
        return True
    indented = len(gap.expandtabs(4).rpartition("\n")[2]) >= 4
    before = max(start, gap_start - 120)  # bounded, so that a long run of indented lines stays linear
    return indented and bool(
        _CODE.search(text, gap_end, gap_end + 120) or _CODE.search(text, before, gap_start)
    )


def _capped(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """The span in pieces of at most `longest` code points, cut at white space where the last half has any."""
    while end - start > longest:
        cut = start + longest
        spaces = [match.start() for match in re.finditer(r"\s", text[start + longest // 2 : cut + 1])]
        stop = start + longest // 2 + spaces[-1] if spaces else cut
        yield start, start + len(text[start:stop].rstrip())
        start = _SPACES.match(text, stop).end()  # type: ignore[union-attr]  # matches the empty string
    yield start, end


def _cut(span: Span, starts: Sequence[int], size: int) -> Iterator[Span]:
    """The span in pieces of at most `size` tokens, cut where a token starts."""
    start, end = span
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    for position in range(first + size, last, size):
        if starts[position] > start:
            yield start, starts[position]
            start = starts[position]
    yield start, end


def _windows(counts: Sequence[int], size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Half-open runs of sentences of at most `size` tokens, each repeating the end of the one before."""
    first = 0
    while first < len(counts):
        total = counts[first]
        last = first + 1
        while last < len(counts) and total + counts[last] <= size:
            total += counts[last]
            last += 1
        yield first, last
        if last == len(counts):
            return
        shared, repeated = last, 0
        while shared - 1 > first and repeated + counts[shared - 1] <= min(overlap, size - counts[last]):
            shared -= 1
            repeated += counts[shared]
        first = shared
