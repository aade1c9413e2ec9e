"""How well does a parser take instructions apart? Measured on instructions with labelled clauses.

    python benchmarks/parse_clauses.py --data DIR [--parser rules|tagger] [--split heldout|developed|all]

DIR holds train/clauses.jsonl. `heldout` is the fifth of the instructions whose sha1 is 0 modulo 5; rules are
written while looking at the other four fifths (`developed`) only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adhere.need import Criterion, Parsed, conditions
from adhere.parse.protocol import Parser
from adhere.parse.rules import RulesParser
from adhere.parse.tagger import TaggerParser

NOW = datetime(2026, 7, 1, tzinfo=UTC)
PARSERS: dict[str, Callable[[], Parser]] = {"rules": RulesParser, "tagger": TaggerParser}
ENFORCED = ("want", "avoid", "prefer", "disprefer")
EXCLUDING = ("avoid", "disprefer")
EXACT = {"time": "time", "form": "form", "language": "form", "field": "field"}
"""Labelled kind -> kind of condition that a program decides."""


@dataclass
class Labelled:
    """One labelled clause, found in its instruction."""

    start: int
    end: int
    polarity: str
    kind: str
    unless_of: int | None


@dataclass
class Tally:
    """Counts over all instructions."""

    constraints: int = 0
    enforced: int = 0
    filed_as_background: int = 0
    background: int = 0
    background_enforced: int = 0
    unless: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    characters_right: int = 0
    exclusion: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="or env ADHERE_DATA"
    )
    arguments.add_argument("--parser", choices=sorted(PARSERS), default="rules")
    arguments.add_argument("--split", choices=("heldout", "developed", "all"), default="all")
    given = arguments.parse_args()
    if given.data is None:
        arguments.error("give --data DIR, or set ADHERE_DATA")
    rows = [row for row in _read(Path(given.data) / "train/clauses.jsonl") if _within(row, given.split)]
    _print(given.parser, given.split, len(rows), measured(PARSERS[given.parser](), rows))


def measured(parser: Parser, rows: list[dict[str, Any]]) -> Tally:
    """Parses every instruction, and compares what came out with its labels."""
    tally = Tally()
    for row in rows:
        began = time.perf_counter()
        parsed = parser.parse(row["instruction"], query=row["query"], now=NOW)
        tally.seconds += time.perf_counter() - began
        labelled = _located(row)
        _count_clauses(tally, parsed, labelled)
        _count_unless(tally, parsed, labelled)
        _count_exact(tally, parsed, labelled)
        _count_characters(tally, parsed, labelled)
    return tally


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _within(row: dict[str, Any], split: str) -> bool:
    held_out = int(hashlib.sha1(row["instruction"].encode()).hexdigest(), 16) % 5 == 0
    return split == "all" or held_out == (split == "heldout")


def _located(row: dict[str, Any]) -> list[Labelled]:
    """The labelled clauses with their offsets; spans are substrings in order."""
    found, position = [], 0
    for clause in row["clauses"]:
        start = row["instruction"].find(clause["span"], position)
        start = start if start >= 0 else row["instruction"].index(clause["span"])
        position = start + len(clause["span"])
        found.append(Labelled(start, position, clause["polarity"], clause["kind"], clause.get("unless_of")))
    return found


def _polarities(parsed: Parsed) -> list[str]:
    """What the parser makes of each character; an exception counts as part of the rule that it lifts."""
    made = [""] * len(parsed.instruction)
    for name, spans in (("background", parsed.background), ("task", parsed.task)):
        for start, end in spans:
            made[start:end] = [name] * (end - start)
    for criterion in parsed.criteria:
        if criterion.span and not criterion.assumed:
            start, end = criterion.span
            made[start:end] = [criterion.polarity] * (end - start)
    return made


def _word_characters(parsed: Parsed, clause: Labelled) -> list[int]:
    return [i for i in range(clause.start, clause.end) if parsed.instruction[i].isalnum()]


def _inside_exception(parsed: Parsed, clause: Labelled) -> bool:
    """Whether a labelled exception lies in a criterion that has one; its own polarity then does not show."""
    return clause.unless_of is not None and any(
        criterion.unless is not None
        and criterion.span
        and criterion.span[0] <= clause.start < criterion.span[1]
        for criterion in parsed.criteria
    )


def _count_clauses(tally: Tally, parsed: Parsed, labelled: list[Labelled]) -> None:
    made = _polarities(parsed)
    for clause in labelled:
        characters = _word_characters(parsed, clause)
        shares = Counter(made[i] for i in characters)
        half = len(characters) / 2
        if clause.polarity in ENFORCED and characters:
            right = shares[clause.polarity] >= half or _inside_exception(parsed, clause)
            tally.constraints += 1
            tally.enforced += right
            tally.filed_as_background += shares["background"] > half
        elif clause.polarity == "background" and characters:
            tally.background += 1
            tally.background_enforced += sum(shares[polarity] for polarity in ENFORCED) > half


def _count_unless(tally: Tally, parsed: Parsed, labelled: list[Labelled]) -> None:
    """A link is right where one criterion with an exception covers both the rule and its exception."""
    made = [
        criterion.span for criterion in parsed.criteria if criterion.unless is not None and criterion.span
    ]
    wanted = [(labelled[clause.unless_of], clause) for clause in labelled if clause.unless_of is not None]
    right = sum(
        any(start < rule.end and rule.start < end and start <= exception.start < end for start, end in made)
        for rule, exception in wanted
    )
    tally.unless.update(made=len(made), wanted=len(wanted), right=right)


def _count_exact(tally: Tally, parsed: Parsed, labelled: list[Labelled]) -> None:
    """Clauses labelled time, form, language or field that got a condition of the kind a program decides."""
    for clause in labelled:
        kind = EXACT.get(clause.kind)
        if kind is None or clause.polarity not in ENFORCED:
            continue
        typed = any(
            _is_exact(criterion, kind) for criterion in parsed.criteria if _overlaps(criterion, clause)
        )
        tally.exact[f"{clause.kind} labelled"] += 1
        tally.exact[f"{clause.kind} typed"] += typed


def _is_exact(criterion: Criterion, kind: str) -> bool:
    return any(leaf.kind == kind for leaf in conditions(criterion.what)) and not criterion.assumed


def _overlaps(criterion: Criterion, clause: Labelled) -> bool:
    return criterion.span is not None and criterion.span[0] < clause.end and clause.start < criterion.span[1]


def _count_characters(tally: Tally, parsed: Parsed, labelled: list[Labelled]) -> None:
    made = _polarities(parsed)
    for clause in labelled:
        hidden = _inside_exception(parsed, clause)
        for i in _word_characters(parsed, clause):
            wanted = made[i] if hidden else clause.polarity
            tally.characters += 1
            tally.characters_right += made[i] == wanted
            tally.exclusion.update(
                both=made[i] in EXCLUDING and wanted in EXCLUDING,
                made=made[i] in EXCLUDING,
                wanted=wanted in EXCLUDING,
            )


def _print(parser: str, split: str, rows: int, tally: Tally) -> None:
    links = 2 * tally.unless["right"] / max(tally.unless["made"] + tally.unless["wanted"], 1)
    exclusion = 2 * tally.exclusion["both"] / max(tally.exclusion["made"] + tally.exclusion["wanted"], 1)
    kinds = ", ".join(f"{k} {tally.exact[f'{k} typed']}/{tally.exact[f'{k} labelled']}" for k in EXACT)
    print(f"parser {parser}, {split}: {rows} instructions, {1000 * tally.seconds / max(rows, 1):.2f} ms each")
    for name, value in (
        ("constraints enforced with the right polarity", _percent(tally.enforced, tally.constraints)),
        ("constraints filed as background", _percent(tally.filed_as_background, tally.constraints)),
        ("background wrongly enforced", _percent(tally.background_enforced, tally.background)),
        ("unless links, F1", f"{100 * links:.1f}%  ({tally.unless['right']} of {tally.unless['wanted']})"),
        ("exact kinds typed (no schema given)", kinds),
        ("polarity right, per labelled character", _percent(tally.characters_right, tally.characters)),
        ("exclusion F1, per character", f"{100 * exclusion:.1f}%"),
    ):
        print(f"  {name:<46}{value}")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f}%  ({part} of {whole})"


if __name__ == "__main__":
    main()
