"""What can this caller see? A store of which a trusted filter shows a part, and only that part.

Tenancy is not a condition added to a query, which a mistake elsewhere could forget: a caller with a filter
gets an engine over a `View`, and nothing above it can name, count, fetch, overwrite or infer a document
outside. Field names, values and version groups are those of the visible documents too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from adhere.encode.protocol import Candidate
from adhere.errors import SchemaError
from adhere.need import Criteria, Document, Expression, Field, conditions
from adhere.parse.language import check
from adhere.schema import FieldInfo, Schema
from adhere.search.plan import Compiler
from adhere.serve.refusals import NotAllowed
from adhere.store.check import ids_of
from adhere.store.infer import Columns
from adhere.store.memory import MemoryStore
from adhere.store.protocol import And, Clause, Entry, Filter, Formula, Ids, Known, Match, Negation, Or, Store
from adhere.store.versions import superseded
from adhere.values import flatten, parts, written

Disputed = Mapping[Field, set[str]]
"""For each rule on a keyword field the documents that meet it in one reading of their commas only."""


class SharedLock:
    """Many readers or one writer; a writer that waits goes before new readers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writers = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold it while a search runs, so that all its steps see one state. Not reentrant."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writers)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._changed:
            self._writers += 1
            self._changed.wait_for(lambda: not self._writing and not self._readers)
            self._writing = True
        try:
            yield
        finally:
            with self._changed:
                self._writers -= 1
                self._writing = False
                self._changed.notify_all()


class Shared:
    """A store that several threads use: every write alone, and every view told of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = SharedLock()
        self._views: list[View] = []

    def view(self, rules: Criteria) -> View:
        """The part of the store that the rules let through; all of it where there are none."""
        view = View(self, rules)
        self._views.append(view)
        return view

    def change(self, ids: Collection[str], write: Callable[[], None], allowed: Callable[[], None]) -> None:
        """Write alone, if `allowed` does not object; every view sees what became of these documents."""
        with self.lock.writing():
            allowed()
            before = self.store.get(list(ids))
            try:
                write()
            finally:
                after = self.store.get(list(ids))
                for view in self._views:
                    view.changed(before, after)


@dataclass
class Visible:
    """The documents of a view, with what is known about them, kept current one by one."""

    key: object
    rules: Filter
    disputed: Disputed
    documents: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)
    columns: Columns = field(default_factory=Columns)

    def add(self, document: Document) -> None:
        self.documents[document.id] = (document.group, document.time)
        self.columns.add(document)

    def remove(self, document: Document) -> None:
        del self.documents[document.id]
        self.columns.remove(document)


class View:
    """A `Store` that is a part of another one. Made by `Shared.view`."""

    def __init__(self, shared: Shared, rules: Criteria) -> None:
        self._shared = shared
        self._store = shared.store
        self._rules = rules
        self._filling = threading.Lock()
        self._visible: Visible | None = None
        self._schema: Schema | None = None

    # --- what is visible -------------------------------------------------------------------------

    @property
    def problem(self) -> str:
        """Why the filter cannot be asked, in which case it lets nothing through; empty if it can."""
        try:
            check(self._rules, self._store.schema)
        except SchemaError as error:
            return str(error)
        return ""

    def changed(self, before: Mapping[str, Document], after: Mapping[str, Document]) -> None:
        """Called under the lock of a write, with the documents as they were and as they are."""
        self._schema = None
        seen = self._visible
        if seen is None:
            return
        if seen.key != self._key():
            self._visible = None  # a field got another type, so any document may have come or gone
            return
        for leaf, ids in seen.disputed.items():
            ids.difference_update(before)
            ids.update(i for i, document in after.items() if _ambiguous(document, leaf))
        seen.rules = self._compiled(self._store, seen.disputed)
        for i, document in before.items():
            if i in seen.documents:
                seen.remove(document)
        passing = self._store.matching(And((seen.rules, Ids(frozenset(after)))))
        for i in passing:
            seen.add(after[i])

    def _seen(self) -> Visible:
        with self._filling:
            if self._visible is None:
                disputed = self._disputed()
                seen = Visible(self._key(), self._compiled(self._store, disputed), disputed)
                for document in self._store.get(sorted(self._store.matching(seen.rules))).values():
                    seen.add(document)
                self._visible = seen
            return self._visible

    def _key(self) -> object:
        """What the meaning of the rules depends on besides them."""
        schema = self._store.schema
        names = sorted({leaf.name for leaf in _leaves(self._rules) if isinstance(leaf, Field)})
        known = [schema.fields.get(name) for name in names]
        return schema.time_field, [info and (info.type, info.split) for info in known]

    def _compiled(self, store: Store, disputed: Disputed) -> Filter:
        try:
            rules = check(self._rules, store.schema)
        except SchemaError:
            return Or(())  # what cannot be asked lets nothing through; `problem` says why
        return And(
            tuple(
                sieve.keeps
                for rule in rules
                for sieve in _Wary(store, disputed, possibly=rule.polarity == "avoid").sieves(
                    Criteria((rule,))
                )
            )
        )

    def _disputed(self) -> Disputed:
        schema = self._store.schema
        disputed = {}
        for leaf in _keywords(self._rules, schema):
            found = self._store.get(sorted(self._store.matching(_doubtful(leaf, schema[leaf.name]))))
            disputed[leaf] = {i for i, document in found.items() if _ambiguous(document, leaf)}
        return disputed

    def _within(self, where: Filter) -> Filter:
        return And((self._seen().rules, where)) if self._rules else where

    def _those(self, ids: Collection[str]) -> list[str]:
        asked = ids_of(ids)
        if not self._rules:
            return asked
        documents = self._seen().documents
        return [i for i in asked if i in documents]

    # --- writing ---------------------------------------------------------------------------------

    def write(self, entries: Sequence[Entry]) -> None:
        """Errors  NotAllowed for a document that the view would not show, or that hides behind it now"""
        ids = [entry.document.id for entry in entries]
        self._shared.change(ids, lambda: self._store.write(entries), lambda: self._allow(entries))

    def delete(self, ids: Collection[str]) -> int:
        gone: list[int] = []
        self._shared.change(ids, lambda: gone.append(self._store.delete(self._those(ids))), lambda: None)
        return gone[0]

    def _allow(self, entries: Sequence[Entry]) -> None:
        if not self._rules:
            return
        there = self._store.get([entry.document.id for entry in entries])
        hidden = set(there) - set(self._those(list(there)))
        for entry in entries:
            if entry.document.id in hidden or not self._shows(entry):
                raise NotAllowed(
                    f"The document {entry.document.id!r} lies outside what this token may see, so it may not "
                    "write it. Its fields must pass the token's filter, each value of a list by itself, and "
                    "its id must not be taken."
                )

    def _shows(self, entry: Entry) -> bool:
        """Whether the document passes the rules, also with each single value of a list: one that several
        filters let through would be written into the views of others."""
        narrowed = _narrowed(entry.document, self._rules, self._store.schema)
        for document in (entry.document, *narrowed):
            alone = _Alone(len(entry.passages[0].vector), self._store.schema)
            alone.write([replace(entry, document=document)])
            leaves = _keywords(self._rules, alone.schema)
            disputed = {leaf: {document.id} for leaf in leaves if _ambiguous(document, leaf)}
            if not alone.matching(self._compiled(alone, disputed)):
                return False
        return True

    # --- reading ---------------------------------------------------------------------------------

    @property
    def schema(self) -> Schema:
        if not self._rules:
            return self._store.schema
        if self._schema is None:
            whole, columns = self._store.schema, self._seen().columns
            types = {name: info.type for name, info in whole.fields.items()}
            seen = columns.schema(types=types, time_field=whole.time_field)
            # How a value is read must not depend on who reads it: the store's filters read it one way.
            fields = {
                name: replace(info, split=whole[name].split, is_list=whole[name].is_list)
                for name, info in seen.fields.items()
                if name in whole
            }
            self._schema = replace(seen, fields=fields)
        return self._schema

    def fingerprints(self) -> Mapping[str, str]:
        every = self._store.fingerprints()
        return {i: every[i] for i in self._those(every)} if self._rules else every

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        return self._store.get(self._those(ids))

    def candidates(self, ids: Sequence[str]) -> dict[str, Candidate]:
        return self._store.candidates(self._those(ids))

    def count(self, where: Filter) -> int:
        return self._store.count(self._within(where))

    def matching(self, where: Filter) -> set[str]:
        return self._store.matching(self._within(where))

    def mentioning(self, phrase: str) -> set[str]:
        return set(self._those(self._store.mentioning(phrase)))

    def superseded(self, instant: datetime) -> set[str]:
        if not self._rules:
            return self._store.superseded(instant)
        rows = self._seen().documents.items()
        return superseded(((i, group, time) for i, (group, time) in rows), instant)

    def find(
        self, clauses: Sequence[Clause], where: Filter, limit: int, *, exact: bool | None = None
    ) -> dict[str, float]:
        return self._store.find(clauses, self._within(where), limit, exact=exact)

    def score(self, ids: Sequence[str], clauses: Sequence[Clause], formula: Formula) -> dict[str, float]:
        return self._store.score(self._those(ids), clauses, formula)

    def close(self) -> None:
        self._store.close()


class _Alone(MemoryStore):
    """A store for one document under the schema of a whole one: a field of the others is one that this
    document lacks, not one that nobody knows."""

    def __init__(self, dimension: int, whole: Schema) -> None:
        super().__init__(dimension, types={name: info.type for name, info in whole.fields.items()})
        self._whole = whole

    @property
    def schema(self) -> Schema:
        own, whole = super().schema.fields, self._whole.fields
        shared = {name: replace(info, split=whole[name].split) for name, info in own.items() if name in whole}
        return replace(self._whole, fields={**whole, **own, **shared})


class _Wary(Compiler):
    """Compiles a token's rules so that no reading of a comma lets through what the other one would not.

    Whether "a, b" is one keyword or two follows from the values of the whole store, so whoever may write can
    change it. A disputed condition therefore counts as not holding, and with `possibly` (below an avoid,
    where more holds means fewer documents) as holding; the same goes for its failing.
    """

    def __init__(self, store: Store, disputed: Disputed, *, possibly: bool) -> None:
        super().__init__(store)
        self._disputed = {leaf: Ids(frozenset(ids)) for leaf, ids in disputed.items() if ids}
        self._possibly = possibly

    def holds(self, expression: Expression) -> Filter:
        return self._wary(expression, super().holds(expression))

    def fails(self, expression: Expression) -> Filter:
        return self._wary(expression, super().fails(expression))

    def _wary(self, expression: Expression, found: Filter) -> Filter:
        if not isinstance(expression, Field) or expression not in self._disputed:
            return found
        doubt = self._disputed[expression]
        return Or((found, doubt)) if self._possibly else And((found, Negation(doubt)))


def _keywords(rules: Criteria, schema: Schema) -> set[Field]:
    """The conditions on keyword fields: those whose values may have commas that can be read in two ways."""
    named = {leaf for leaf in _leaves(rules) if isinstance(leaf, Field) and leaf.name in schema}
    return {leaf for leaf in named if schema[leaf.name].type == "keyword"}


def _wanted(leaf: Field) -> set[str]:
    return {str(value) for value in (leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))}


def _ambiguous(document: Document, leaf: Field) -> bool:
    """Whether the condition holds in one reading of the document's commas and not in the other."""
    wanted = _wanted(leaf)
    texts = [written(raw) for raw in flatten(document.fields).get(leaf.name, ())]
    return any(text in wanted for text in texts) != any(not wanted.isdisjoint(parts(t)) for t in texts)


def _doubtful(leaf: Field, info: FieldInfo) -> Filter:
    """Some documents among which are all the ambiguous ones, as few as the present reading can tell."""
    wanted = _wanted(leaf)
    if info.split:  # a value as it stands holds each of its own parts
        return Match(leaf.name, tuple(sorted(wanted.union(*map(parts, wanted)))))
    if not info.complete:
        return Known(leaf.name)
    mixed = [text for text in info.values if "," in text and (text in wanted or wanted & {*parts(text)})]
    return Match(leaf.name, tuple(mixed)) if mixed else Or(())


def _leaves(rules: Criteria) -> Iterator[Expression]:
    for rule in rules:
        yield from conditions(rule.what)
        if rule.unless is not None:
            yield from conditions(rule.unless)


def _narrowed(document: Document, rules: Criteria, schema: Schema) -> Iterator[Document]:
    """The document with one value alone, for each value of each listed field that the rules speak of."""
    flat = flatten(document.fields)
    for name in {leaf.name for leaf in _leaves(rules) if isinstance(leaf, Field)}:
        splits = name in schema and schema[name].split
        values = [
            part
            for raw in flat.get(name, ())
            for part in (parts(raw) if splits and isinstance(raw, str) else [raw])
        ]
        if len(values) > 1:
            for value in values:
                yield replace(document, fields={**flat, name: value})
