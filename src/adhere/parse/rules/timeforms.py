"""A table of forms: patterns of phrases of time and what each means, tried as one regular expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from adhere.need import Any, AsOf, Recent, Span, Time

Meaning = Time | AsOf | Recent | Any
"""A stretch of time, several apart ("in 2015 or 2019"), a version, or how recent."""

Groups = Mapping[str, str]
"""What the groups of a form matched, "" where nothing; also the `verb` before it, and all as `phrase`."""


@dataclass(frozen=True, slots=True)
class TimeForm:
    """A form of phrase: its pattern, and what it means by the clock, if anything (else None or ValueError).

    Names of groups need to be unique only within the form. `sure`, `loose`, `vague`, `ahead`: see TimePhrase.
    """

    pattern: str
    meaning: Callable[[Groups, datetime], Meaning | None]
    sure: bool = False
    loose: bool = False
    vague: bool = False
    ahead: Callable[[Groups, datetime], Time | None] | None = None


_GROUP = re.compile(r"\(\?P<(\w+)>")


class Table:
    """Forms, with one of the verbs before them or none. Of those that match at a place the first counts."""

    def __init__(self, verbs: str, forms: tuple[TimeForm, ...]) -> None:
        self._forms = {f"form_{number}": form for number, form in enumerate(forms)}
        self._groups = {name: _GROUP.findall(form.pattern) for name, form in self._forms.items()}
        # An empty group at its end tells the form: with one around it the search takes half as long again.
        either = "|".join(
            "(?:" + _GROUP.sub(rf"(?P<{name}_\1>", form.pattern) + f")(?P<{name}>)"
            for name, form in self._forms.items()
        )
        self._pattern = re.compile(
            rf"\b(?:(?P<verb>{verbs})(?: (?:or|and) \w+)? )?(?:{either})", re.IGNORECASE
        )

    def find(self, text: str) -> Iterator[tuple[Span, TimeForm, Groups]]:
        """Where phrases stand, left to right, with their forms and what was said."""
        for match in self._pattern.finditer(text):
            name = match.lastgroup or ""  # the group at the end of the form
            said = {group: match[f"{name}_{group}"] or "" for group in self._groups[name]}
            yield match.span(), self._forms[name], said | {"verb": match["verb"] or "", "phrase": match[0]}
