"""What changed? Two sets of answers to the same needs: criteria, hits and verdicts, side by side.

A gate for what people edit and cannot see through: a standing instruction, a prompt, a parser, a version.
Answers are saved as lines of JSON, one need each:
{"query", "instruction", "as_of", "criteria": [text], "hits": [{"id", "title", "verdicts": {text: outcome}}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adhere.errors import FileError, InputError
from adhere.evaluate.benchmark import lines
from adhere.need import Answer, Need
from adhere.parse.language import write_criterion
from adhere.search.engine import Engine


@dataclass(frozen=True, slots=True)
class SavedHit:
    """A document shown, and the outcome of each criterion on it."""

    id: str
    title: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer as it is compared: criteria in their notation, hits in order."""

    query: str
    instruction: str
    as_of: str | None
    criteria: tuple[str, ...]
    hits: tuple[SavedHit, ...]

    @property
    def need(self) -> tuple[str, str, str | None]:
        """What tells needs apart."""
        return self.query, self.instruction, self.as_of


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one need. Ranks count from 1; a verdict is (document, criterion, before, after)."""

    query: str
    instruction: str
    criteria_gone: tuple[str, ...]
    criteria_new: tuple[str, ...]
    hits_gone: tuple[tuple[str, int], ...]
    hits_new: tuple[tuple[str, int], ...]
    hits_moved: tuple[tuple[str, int, int], ...]
    verdicts: tuple[tuple[str, str, str, str], ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any(
            (
                self.criteria_gone,
                self.criteria_new,
                self.hits_gone,
                self.hits_new,
                self.hits_moved,
                self.verdicts,
            )
        )


def compare(before: Sequence[Saved], after: Sequence[Saved]) -> list[Changed]:
    """What changed, in the order of the needs; those where nothing did are left out.

    Errors  InputError naming a need that only one side answers
    """
    left, right = ({one.need: one for one in side} for side in (before, after))
    for need in (*left, *right):
        if need not in left or need not in right:
            raise InputError(
                f"Only the {'second' if need not in left else 'first'} side answers {need[0]!r} under "
                f"{need[1]!r}. Save both sides with the same list of needs."
            )
    return [changed for need, one in left.items() if (changed := _changed(one, right[need]))]


def _changed(before: Saved, after: Saved) -> Changed:
    old = {hit.id: (rank, hit) for rank, hit in enumerate(before.hits, start=1)}
    new = {hit.id: (rank, hit) for rank, hit in enumerate(after.hits, start=1)}
    both = [identifier for identifier in old if identifier in new]
    return Changed(
        query=before.query,
        instruction=before.instruction,
        criteria_gone=tuple(text for text in before.criteria if text not in after.criteria),
        criteria_new=tuple(text for text in after.criteria if text not in before.criteria),
        hits_gone=tuple((i, rank) for i, (rank, _) in old.items() if i not in new),
        hits_new=tuple((i, rank) for i, (rank, _) in new.items() if i not in old),
        hits_moved=tuple((i, old[i][0], new[i][0]) for i in both if old[i][0] != new[i][0]),
        verdicts=tuple(row for i in both for row in _turned(old[i][1], new[i][1])),
    )


def _turned(before: SavedHit, after: SavedHit) -> Iterator[tuple[str, str, str, str]]:
    for criterion, outcome in before.verdicts.items():
        now = after.verdicts.get(criterion, outcome)
        if now != outcome:
            yield before.id, criterion, outcome, now


def changes_to_json(changes: Sequence[Changed], *, needs: int) -> dict[str, Any]:
    """{"needs", "changed", "changes": [one object per changed need]}"""
    return {"needs": needs, "changed": len(changes), "changes": [asdict(change) for change in changes]}


# --- needs and answers -------------------------------------------------------------------------


def read_needs(path: str | Path) -> list[Need]:
    """Needs from lines of {"query", "instruction", "as_of"}; the last two may be absent.

    Errors  FileError naming file and line
    """
    found = []
    for place, row in _rows(path, "query"):
        as_of = row.get("as_of")
        found.append(Need(row["query"], row.get("instruction") or "", _instant(as_of, place)))
    if not found:
        raise FileError(f"{path} holds no need.")
    return found


def ask(
    engine: Engine, needs: Iterable[Need], *, k: int = 10, standing: str = "", criteria: str | None = None
) -> list[Saved]:
    """The engine's answers now, under a standing instruction or with criteria in place of parsing."""
    return [
        _saved(
            engine.search(
                need.query, need.instruction, k=k, as_of=need.as_of, standing=standing, criteria=criteria
            )
        )
        for need in needs
    ]


def _saved(answer: Answer) -> Saved:
    texts = {name: write_criterion(criterion) for name, criterion in answer.criteria.named()}
    hits = tuple(
        SavedHit(
            hit.document.id,
            hit.document.title,
            {texts[verdict.criterion]: verdict.outcome for verdict in hit.ledger},
        )
        for hit in answer.hits
    )
    need = answer.need
    as_of = None if need.as_of is None else need.as_of.isoformat()
    return Saved(need.query, need.instruction, as_of, tuple(texts.values()), hits)


def save(answers: Sequence[Saved], path: Path) -> None:
    """Errors  FileError where the file cannot be written"""
    text = "".join(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in answers)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error}") from error


def read_answers(path: str | Path) -> list[Saved]:
    """Answers as `save` wrote them.

    Errors  FileError naming file and line
    """
    return [
        Saved(
            row["query"],
            row["instruction"],
            row["as_of"],
            tuple(row["criteria"]),
            tuple(SavedHit(hit["id"], hit["title"], hit["verdicts"]) for hit in row["hits"]),
        )
        for _, row in _rows(path, "query", "instruction", "as_of", "criteria", "hits")
    ]


def _rows(path: str | Path, *keys: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, line in lines(Path(path)):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise FileError(f"{place}: not JSON: {error}") from error
        absent = [key for key in keys if not isinstance(row, dict) or key not in row]
        if absent:
            raise FileError(
                f"{place}: an object with the keys {', '.join(keys)} is needed; no {absent[0]!r}."
            )
        yield place, row


def _instant(text: str | None, place: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise FileError(f"{place}: as_of {text!r} is no ISO date.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
