"""One text to query and instruction, for clients that have room for a query only.

The first rule that applies cuts the text in two; what comes before is the query, the rest the instruction:

1. a marker, "instruction:" or "instructions:"                lazy imports instruction: only accepted ones
2. a line break                                               lazy imports ⏎ only accepted ones
3. the end of a sentence, with more behind it                 Lazy imports? Only accepted ones.
4. one of four colons or dashes with an instruction behind it  lazy imports: nothing on C extensions
5. the first cue word with an instruction behind it           lazy imports without C extensions

"An instruction behind it" means that the parser reads a rule or a wish there, not only a subject. Nothing is
lost: both parts together are the text, apart from the marker and punctuation between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from adhere.need import Parsed

_MARKER = re.compile(r"[\s.,;:|-]*\binstructions?\s*:\s*", re.IGNORECASE)
_LINE = re.compile(r"\s*\n\s*")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]]{3})[.;]\s+|(?<=[?!])\s+")
_COLON = re.compile(r"\s*:\s+|\s+[–—-]+\s+")
_CUE = re.compile(
    r"[\s,;]+(?=(?:but\s+)?(?:only|nothing|never|no|without|except|excluding|exclude|ignore|ignoring|avoid|"
    r"prefer|preferably|ideally|must|should|unless|"
    r"(?:that|which)\s+(?:is|are|was|were|do|does|did|has|have)(?:\s+not|n['’]t)|limit(?:ed)?\s+to|restrict(?:ed)?\s+to|"
    r"not\s+(?:about|on|in|from|by|for|with|older|newer|before|after|just|only|the|any))\b)"
)

TRIED = 4
"""Colons and dashes behind which an instruction is looked for; each costs a parse of what follows."""
LONGEST = 4_000
"""Characters of what an instruction behind a colon or dash may have, as in every request."""


def split(text: str, parse: Callable[[str], Parsed]) -> tuple[str, str]:
    """Query and instruction; the instruction is empty where the text has none."""
    text = text.strip()
    for places in (_MARKER, _LINE, _SENTENCE):
        if match := places.search(text):
            before, after = text[: match.start()], text[match.end() :]
            if before and after:
                return before, after
    colons, cues = (
        [(m.start(), m.end()) for m in places.finditer(text) if m.start() > 0 and m.end() < len(text)]
        for places in (_COLON, _CUE)
    )
    near = (place for place in colons if len(text) - place[1] <= LONGEST)
    for start, end in islice(near, TRIED):
        if _instructs(parse(text[end:])):
            return text[:start], text[end:]
    if cues:
        start, end = cues[0]
        return text[:start], text[end:]
    return text, ""


def _instructs(parsed: Parsed) -> bool:
    return any(criterion.polarity != "want" or criterion.kind != "about" for criterion in parsed.criteria)
