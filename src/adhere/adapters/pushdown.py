"""Which part of the criteria can the store that people already have decide by itself?

Every hard criterion is bounded: the store is asked for all documents that might pass, and for as few others
as its filter can tell. Fields and times translate exactly; mentions, form and meaning do not, so they are
judged on what comes back. A filter made here never takes away a document that the criteria would have kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from adhere.encode.protocol import Encoder
from adhere.judge.logic import effective
from adhere.need import (
    All,
    Answer,
    Any,
    AsOf,
    Criteria,
    Criterion,
    Expression,
    Field,
    Mode,
    Not,
    Note,
    Time,
    conditions,
)
from adhere.parse import default_parser
from adhere.parse.language import check, read
from adhere.parse.protocol import Parser
from adhere.schema import FieldInfo, Schema
from adhere.search.obey import Found, as_document, depth_for, pool
from adhere.search.plan import field_filter
from adhere.search.wire import condition_says
from adhere.store.protocol import And, Everything, Filter, Known, Negation, Or, Range

StoreFilter = TypeVar("StoreFilter")
NOTHING = Or(())


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a store is asked to filter by, over the fields of its schema.

    Ids of the hard criteria by how much of them `where` holds: all, a part, or nothing.
    """

    where: Filter
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()


def push(criteria: Criteria, schema: Schema, *, lists: bool = True) -> Pushed:
    """The filter that keeps every document which the hard criteria keep, as narrow as fields and times allow.

    A want drops documents without the field, an avoid keeps them. `lists` False leaves out list fields.
    Errors  SchemaError for a field, operator or value that the schema does not have
    """
    bounds = _Bounds(schema, lists)
    wheres: list[Filter] = []
    found: dict[str, list[str]] = {"whole": [], "part": [], "judged": []}
    for identifier, criterion in check(criteria, schema).named():
        if not criterion.hard:
            continue
        expression = effective(criterion)
        where = (
            bounds.may_hold(expression)
            if criterion.polarity == "want"
            else _not(bounds.must_hold(expression))
        )
        exact = all(bounds.pushable(leaf) for leaf in conditions(expression))
        found["whole" if exact else "judged" if where == Everything() else "part"].append(identifier)
        wheres.append(where)
    return Pushed(_and(wheres), *(tuple(found[how]) for how in ("whole", "part", "judged")))


class _Bounds:
    """Filters that hold at least, or at most, where an expression is true; equal where all is pushable."""

    def __init__(self, schema: Schema, lists: bool) -> None:
        self.schema = schema
        self.lists = lists
        self._timed = schema.time_field in schema and _as_stored(schema[schema.time_field])

    def pushable(self, leaf: Expression) -> bool:
        """Whether a store that keeps values as the schema types them decides this exactly."""
        match leaf:
            case Field(name):
                return _as_stored(self.schema[name]) and (self.lists or not self.schema[name].is_list)
            case Time():
                return self._timed
            case _:
                return False

    def may_hold(self, expression: Expression) -> Filter:
        """Passes every document where the expression is true."""
        match expression:
            case All(parts):
                return _and([self.may_hold(part) for part in parts])
            case Any(parts):
                return _or([self.may_hold(part) for part in parts])
            case Not(part):
                return self.may_fail(part)
            case AsOf(instant) if self._timed:
                return Range(self.schema.time_field, lte=instant)
            case _:
                return self._holds(expression) if self.pushable(expression) else Everything()

    def must_hold(self, expression: Expression) -> Filter:
        """Passes only documents where the expression is true."""
        match expression:
            case All(parts):
                return _and([self.must_hold(part) for part in parts])
            case Any(parts):
                return _or([self.must_hold(part) for part in parts])
            case Not(part):
                return self.must_fail(part)
            case _:
                return self._holds(expression) if self.pushable(expression) else NOTHING

    def may_fail(self, expression: Expression) -> Filter:
        """Passes every document where the expression is false, which is less than 'not true'."""
        match expression:
            case All(parts):
                return _or([self.may_fail(part) for part in parts])
            case Any(parts):
                return _and([self.may_fail(part) for part in parts])
            case Not(part):
                return self.may_hold(part)
            case _:
                return self._fails(expression) if self.pushable(expression) else Everything()

    def must_fail(self, expression: Expression) -> Filter:
        """Passes only documents where the expression is false."""
        match expression:
            case All(parts):
                return _or([self.must_fail(part) for part in parts])
            case Any(parts):
                return _and([self.must_fail(part) for part in parts])
            case Not(part):
                return self.must_hold(part)
            case _:
                return self._fails(expression) if self.pushable(expression) else NOTHING

    def _holds(self, leaf: Expression) -> Filter:
        if isinstance(leaf, Field):
            return field_filter(leaf, self.schema)
        assert isinstance(leaf, Time)
        if leaf.start is leaf.end is None:
            return Known(self.schema.time_field)
        return Range(self.schema.time_field, gte=leaf.start, lt=leaf.end)

    def _fails(self, leaf: Expression) -> Filter:
        assert isinstance(leaf, Field | Time)
        name = leaf.name if isinstance(leaf, Field) else self.schema.time_field
        return _and([Known(name), _not(self._holds(leaf))])


def _as_stored(info: FieldInfo) -> bool:
    """Whether the store holds each value by itself: not "2.6, 3.0", and no number spelled as a word."""
    if info.split or info.unparsed_count or (info.is_list and info.type != "keyword"):
        return False
    return info.type != "version" or (info.complete and bool(info.values))


def _and(parts: Sequence[Filter]) -> Filter:
    real = tuple(part for part in parts if part != Everything())
    if NOTHING in real:
        return NOTHING
    return real[0] if len(real) == 1 else And(real) if real else Everything()


def _or(parts: Sequence[Filter]) -> Filter:
    real = tuple(part for part in parts if part != NOTHING)
    if Everything() in real:
        return Everything()
    return real[0] if len(real) == 1 else Or(real)


def _not(part: Filter) -> Filter:
    return Everything() if part == NOTHING else NOTHING if part == Everything() else Negation(part)


# --- around a search ---------------------------------------------------------------------------


class ObedientStore(Generic[StoreFilter]):
    """A store's own search that does what it is told. Call it like `engine.search`.

    What its filter can decide goes into the search; the rest is judged on what comes back.
    """

    def __init__(
        self,
        search: Callable[[str, int, StoreFilter], Iterable[Found]],
        translate: Callable[[Pushed], StoreFilter],
        *,
        store: str,
        schema: Schema,
        encoder: Encoder | None = None,
        parser: Parser | None = None,
        lists: bool = True,
    ) -> None:
        self.search = search
        self.translate = translate
        self.store = store
        self.schema = schema
        self.lists = lists
        self._parser = parser or default_parser()
        self._pool = pool(schema=schema, encoder=encoder, parser=self._parser)

    def __call__(
        self,
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        criteria: str | Criteria | None = None,
        filters: str | Criteria | None = None,
    ) -> Answer:
        """The k best documents with their ledgers; the notes say what the store decided and what it did not.

        In mode `rank` only the trusted `filters` reach the store, since there nothing else removes.
        """
        now = as_of or datetime.now(UTC)
        parsed = self._parser.parse(instruction, query=query, schema=self.schema, now=now)
        asked = parsed.criteria if criteria is None else _criteria(criteria)
        trusted = _criteria(filters)
        rules = (*trusted, *(() if mode == "rank" else (*asked, *_at(as_of))))
        pushed = push(Criteria(rules), self.schema, lists=self.lists)
        depth = depth_for(k)
        documents = [as_document(one) for one in self.search(query, depth, self.translate(pushed))]
        answer = self._pool.search(
            documents,
            query,
            instruction,
            k=k,
            as_of=as_of,
            mode=mode,
            criteria=asked,
            filters=trusted,
            depth=depth,
        )
        notes = (*answer.notes, *self._notes(pushed, rules, len(documents)))
        if criteria is None:
            ran = tuple(
                replace(one, source=was.source)
                for one, was in zip(answer.criteria, (*asked, *_at(as_of)), strict=False)
            )
            return replace(answer, parsed=parsed, criteria=Criteria(ran), notes=(*parsed.notes, *notes))
        return replace(answer, notes=notes)

    def _notes(self, pushed: Pushed, rules: Sequence[Criterion], fetched: int) -> list[Note]:
        named = dict(Criteria(tuple(rules)).named())

        def listed(ids: Sequence[str]) -> str:
            return "; ".join(f"{named[one].polarity} {condition_says(named[one])}" for one in ids)

        told = (
            (pushed.whole, f"decided by {self.store} itself, before its search (not counted as removed): "),
            (
                pushed.part,
                f"decided by {self.store} in part, and judged on the {fetched} documents it found: ",
            ),
            (pushed.judged, f"not decided by {self.store}, judged on the {fetched} documents it found: "),
        )
        return [Note(None, how + listed(ids)) for ids, how in told if ids]


def _criteria(given: str | Criteria | None) -> Criteria:
    return read(given) if isinstance(given, str) else given or Criteria()


def _at(as_of: datetime | None) -> tuple[Criterion, ...]:
    return () if as_of is None else (Criterion("want", AsOf(as_of), source="given"),)
