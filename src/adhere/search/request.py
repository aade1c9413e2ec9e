"""From a need to what is executed: criteria read or taken as given, checked against the schema, with the
clock, the standing instruction and the trusted filters."""

from __future__ import annotations

from dataclasses import astuple, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adhere.errors import CriteriaError, InputError
from adhere.judge.logic import effective
from adhere.need import AsOf, Criteria, Criterion, Mode, Need, Note, Parsed, conditions
from adhere.parse.language import check, read, says
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.execute import Request
from adhere.values import check_whole

MODES: tuple[Mode, ...] = ("balanced", "strict", "rank")


def request_of(
    need: Need, given: Criteria | None, *, parser: Parser, schema: Schema
) -> tuple[Parsed, Request]:
    """What the instruction asks, and the request that asks it; `given` criteria replace the instruction.

    Errors  InputError, CriteriaError, SchemaError
    """
    for name in ("query", "instruction", "standing"):
        text_of(getattr(need, name), f"the {name}")
    if need.as_of is not None and not isinstance(need.as_of, datetime):
        raise InputError(
            f"as_of is an instant, as in datetime(2024, 6, 30, tzinfo=UTC); found {need.as_of!r}."
        )
    if not need.query.strip() and not need.instruction.strip() and not given:
        raise InputError("There is nothing to search for: the query and the instruction are both empty.")
    now = need.as_of or datetime.now(UTC)
    parsed = Parsed(need.instruction)
    told = _told(need, given)
    if given is None:
        parsed = parser.parse(need.instruction, query=need.query, schema=schema, now=now)
        standing = _standing(need, parser, schema, now)
        given = Criteria((*parsed.criteria, *standing.criteria))
        parsed = replace(parsed, notes=(*parsed.notes, *standing.notes))
    criteria, notes = _at(need, check(given, schema), schema)
    parsed = replace(parsed, notes=(*parsed.notes, *notes))
    filters = _exact(check(need.filters, schema))
    return parsed, Request(need.query, criteria, filters, "balanced", 10, now, told=told)


def criteria_from(given: str | Criteria | None, source: Any) -> Criteria:
    """Criteria in the notation or as they are, marked with where they come from."""
    if not (given is None or isinstance(given, str | Criteria)):
        raise InputError(f"Criteria are text in the criteria notation or `Criteria`, found {given!r:.80}.")
    criteria = read(given) if isinstance(given, str) else given or Criteria()
    for criterion in criteria:
        if not isinstance(criterion, Criterion):
            raise CriteriaError(f"`Criteria` holds `Criterion`s, found {criterion!r:.80}.")
        for condition in conditions(effective(criterion)):
            if not is_dataclass(condition):
                raise CriteriaError(
                    f"A criterion is made of conditions, such as About('x'); found {condition!r:.80}."
                )
            check_whole(astuple(condition), f"A condition on {condition.kind}")
    return Criteria(tuple(replace(criterion, source=source) for criterion in criteria))


def text_of(given: str, what: str) -> str:
    """Errors  InputError, naming `what`, for anything but a string of whole characters"""
    if not isinstance(given, str):
        raise InputError(f"{what[0].upper()}{what[1:]} is a string, found {given!r:.80}.")
    check_whole(given, f"{what[0].upper()}{what[1:]}")
    return given


def mode_of(mode: Mode) -> Mode:
    """Errors  InputError if there is no such mode"""
    if mode not in MODES:
        raise InputError(f"There is no mode {mode!r}; the modes are {', '.join(MODES)}.")
    return mode


def count_of(k: int) -> int:
    """Errors  InputError if that is no number of hits"""
    if not isinstance(k, int) or k < 1:
        raise InputError(f"k is the number of hits, a whole number of at least 1; found {k!r}.")
    return k


def _exact(filters: Criteria) -> Criteria:
    loose = [criterion for criterion in filters if not (criterion.hard and criterion.exact)]
    if loose:
        raise CriteriaError(
            "Filters must be rules that a program decides (hard field, time, mentions or form); found "
            f"{loose[0].polarity} {loose[0].kind}. Put that into the instruction or the criteria instead."
        )
    return filters


def _standing(need: Need, parser: Parser, schema: Schema, now: datetime) -> Parsed:
    """The standing instruction, read like any other; its spans are not of the need's instruction."""
    if not need.standing:
        return Parsed("")
    found = parser.parse(need.standing, query=need.query, schema=schema, now=now)
    criteria = tuple(replace(criterion, source="standing", span=None) for criterion in found.criteria)
    notes = tuple(Note(None, f"of the standing instruction: {note.why}") for note in found.notes)
    return replace(found, criteria=Criteria(criteria), notes=notes)


def _at(need: Need, criteria: Criteria, schema: Schema) -> tuple[Criteria, tuple[Note, ...]]:
    # An explicit instant is a promise that nothing later is shown; where no document has a time
    # that promise would empty every answer, so it is shown as not enforced instead.
    if need.as_of is None:
        return criteria, ()
    asked = Criterion("want", AsOf(need.as_of), source="given")
    if asked in criteria.items:
        return criteria, ()  # the printed program was fed back
    if not schema.time_field:
        why = "as-of not enforced: no document of this store has a time; it only sets the clock"
        return criteria, (Note(None, why),)
    return Criteria((*criteria, asked)), ()


def _told(need: Need, given: Criteria | None) -> str:
    # Given criteria replace the instruction, whose words may say otherwise by now.
    if given is not None:
        return ". ".join(says(criterion) for criterion in given)
    return "\n".join(text for text in (need.instruction, need.standing) if text)
