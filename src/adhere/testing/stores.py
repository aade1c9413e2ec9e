"""The conformance kit for stores: yours agrees with the memory store, or a test says where it does not.

    class TestMyStore(StoreConformance):
        @classmethod
        def make(cls) -> Store:
            return MyStore(dimension=DIMENSION)

Run by pytest like any test class; needs `hypothesis` for the random filters and formulas.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adhere.errors import AdhereError, InputError, SchemaError
from adhere.need import Document
from adhere.store.memory import MemoryStore
from adhere.store.protocol import (
    FORM,
    TIME,
    And,
    Clause,
    Constant,
    Decay,
    Divide,
    Entry,
    Everything,
    Exp,
    Filter,
    Formula,
    Ids,
    Known,
    Ln,
    Match,
    Meaning,
    Negation,
    Or,
    Product,
    Range,
    Store,
    Sum,
    Words,
)
from adhere.testing.fakes import FakeEncoder, entries

DIMENSION = 32
ENCODER = FakeEncoder(DIMENSION, words=30, overlap=6)
_TOPICS = "typing c++ packaging wheels async generators 3.10 non-fiction unicode decimal".split()  # noqa: SIM905
_OLD = datetime(2015, 6, 1, tzinfo=UTC)


def corpus(number: int = 60, seed: int = 7) -> list[Document]:
    """Documents with fields of every type, lists, nested objects, unknown values, several passages."""
    draw = random.Random(seed)
    return [_document(draw, n) for n in range(number)]


def _document(draw: random.Random, n: int) -> Document:
    sentences = [
        f"{' '.join(draw.choices(_TOPICS, k=draw.randint(3, 9)))}." for _ in range(draw.randint(0, 14))
    ]
    fields = {
        "status": draw.choice(["Final", "Draft", "Rejected", "Final "]),
        "number": draw.choice([n, float(n), str(n), None]),
        "python_version": draw.choice(["3.10", "3.9", "2.6, 3.0", "3.x", None, "3.1"]),
        "created": draw.choice(["2015-06-01", "2020-02-29T12:00:00+02:00", "01-May-2007", None]),
        "final": draw.choice([True, False, None]),
        "tags": draw.sample(["a", "b", "c d", "ü"], k=draw.randint(0, 3)),
        "authors": [
            {"name": draw.choice(["Ada", "Grace"]), "inst": {"country": draw.choice(["DE", "FR", "JP"])}}
            for _ in range(draw.randint(0, 2))
        ],
    }
    return Document(
        id=f"d/{n} ö",
        text=" ".join(sentences),
        title=draw.choice(["", "Typing for C++", f"Number {n}"]),
        fields={name: value for name, value in fields.items() if value is not None},
        time=draw.choice(
            [None, _OLD + timedelta(days=draw.randint(0, 900), microseconds=draw.randint(0, 9))]
        ),
        group=draw.choice(["", "g", "h"]),
    )


def clauses(*texts: str) -> list[Clause]:
    return [Clause(vector, text) for vector, text in zip(ENCODER.encode_queries(texts), texts, strict=True)]


_PROBES = clauses("typing c++", "3.10 wheels", "nothing that occurs", "")

# --- random filters and formulas ---------------------------------------------------------------------

_instants = st.builds(
    lambda days, hours: (_OLD + timedelta(days=days)).astimezone(timezone(timedelta(hours=hours))),
    st.integers(-4000, 3000),
    st.integers(-11, 13),
)
_numbers = st.one_of(st.integers(-3, 70), st.floats(-5, 70), st.sampled_from([float("inf"), float("-inf")]))


def _ranges(
    name: str, bounds: st.SearchStrategy[float] | st.SearchStrategy[datetime]
) -> st.SearchStrategy[Filter]:
    bound = st.none() | bounds
    return st.builds(Range, st.just(name), gt=bound, gte=bound, lt=bound, lte=bound)


def _matches(name: str, *values: str | float | bool) -> st.SearchStrategy[Filter]:
    return st.builds(Match, st.just(name), st.lists(st.sampled_from(values), max_size=3).map(tuple))


_leaves: st.SearchStrategy[Filter] = st.one_of(
    st.just(Everything()),
    _matches("status", "Final", "Draft", "final", "Final "),
    _matches("tags", "a", "c d", "ü", "c"),
    _matches("authors[].inst.country", "DE", "JP", "XX"),
    _matches("python_version", "3.10", "3.0", "3.1", "3.x", "2.6, 3.0"),
    _matches("number", 3, 4.0, 59, 4.5),
    _matches("final", True, False),
    _matches(FORM + "language", "en", "und"),
    _matches(FORM + "numbers", True),
    _ranges("number", _numbers),
    _ranges(FORM + "words", _numbers),
    _ranges("created", _instants),
    _ranges(TIME, _instants),
    st.builds(Known, st.sampled_from(["number", "python_version", "tags", "created", "final", TIME])),
    st.builds(Ids, st.frozensets(st.sampled_from([f"d/{n} ö" for n in range(9)] + ["no such"]))),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Negation, inner),
    ),
    max_leaves=6,
)


def _positive(part: Formula) -> Formula:
    return Sum((Constant(1.0), Exp(Product((Constant(0.1), part)))))


_terms: st.SearchStrategy[Formula] = st.one_of(
    st.builds(Meaning, st.integers(0, len(_PROBES) - 1)),
    st.builds(Words, st.integers(0, len(_PROBES) - 1)),
    st.builds(Constant, st.floats(-2, 2, width=32)),
    st.builds(Decay, st.sampled_from(["created", TIME]), _instants, st.floats(1, 5000)),
)
formulas: st.SearchStrategy[Formula] = st.recursive(
    _terms,
    lambda inner: st.one_of(
        st.builds(Sum, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(lambda a, b: Product((Constant(0.5), a, b)), _terms, inner),
        st.builds(lambda a: Ln(_positive(a)), _terms),
        st.builds(lambda a, b: Divide(a, _positive(b)), inner, _terms),
    ),
    max_leaves=6,
)
_random = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)

# --- the kit -----------------------------------------------------------------------------------------


class StoreConformance:
    """Every law of `adhere.store.protocol`, tested against the memory store."""

    store: ClassVar[Store]
    oracle: ClassVar[MemoryStore]
    documents: ClassVar[list[Document]] = corpus()

    @classmethod
    def make(cls) -> Store:
        """A new, empty store for vectors of `DIMENSION`."""
        raise NotImplementedError

    @classmethod
    def setup_class(cls) -> None:
        cls.store, cls.oracle = cls.make(), MemoryStore(DIMENSION)
        for store in (cls.store, cls.oracle):
            store.write(entries(cls.documents, ENCODER))

    @classmethod
    def teardown_class(cls) -> None:
        cls.store.close()

    def test_the_schema_is_the_same(self) -> None:
        assert self.store.schema == self.oracle.schema
        types = {name: info.type for name, info in self.store.schema.fields.items()}
        assert types["python_version"] == "version"
        assert types["authors[].inst.country"] == "keyword"
        assert types["created"] == "date"

    def test_documents_come_back_as_they_were_given(self) -> None:
        ids = [document.id for document in self.documents]
        assert self.store.get([*ids, "no such"]) == {d.id: d for d in self.documents}

    def test_candidates_have_their_passages_and_vectors(self) -> None:
        ids = [document.id for document in self.documents[:9]]
        ours, theirs = self.store.candidates([*ids, "no such"]), self.oracle.candidates(ids)
        assert ours.keys() == theirs.keys()
        for i in ids:
            assert ours[i].document == theirs[i].document
            for one, other in zip(ours[i].passages, theirs[i].passages, strict=True):
                assert one.passage == other.passage
                np.testing.assert_allclose(one.vector, other.vector, atol=1e-6)
                np.testing.assert_allclose(one.sentences, other.sentences, atol=1e-3)

    def test_fingerprints_tell_what_is_there(self) -> None:
        assert dict(self.store.fingerprints()) == dict(self.oracle.fingerprints())

    @_random
    @given(filters)
    def test_any_filter_passes_the_same_documents(self, where: Filter) -> None:
        expected = self.oracle.matching(where)
        assert self.store.matching(where) == expected
        assert self.store.count(where) == len(expected)

    def test_documents_are_counted_and_not_their_passages(self) -> None:
        assert sum(len(entry.passages) for entry in entries(self.documents, ENCODER)) > len(self.documents)
        assert self.store.count(Everything()) == len(self.documents)
        assert self.store.count(Range(FORM + "words", gte=0)) == len(self.documents)

    def test_an_unknown_field_or_a_wrong_type_is_an_error_and_never_an_empty_answer(self) -> None:
        naive = datetime(2020, 1, 1)
        wrong: list[Filter] = [
            Match("statsu", ("Final",)),
            Negation(Known("nowhere")),
            Match("number", ("3",)),
            Match("number", (True,)),
            Match("status", (3,)),
            Match("final", ("true",)),
            Match("created", ("2015-06-01",)),
            Range("status", gt=1.0),
            Range("number", gt=_OLD),
            Range("number", gt=float("nan")),
            Range("created", gt=2015.0),
            Range("created", gt=naive),
            Known(FORM + "colour"),
        ]
        for leaf in wrong:
            for where in (leaf, And((Everything(), leaf)), Or((Negation(leaf),))):
                for call in (self.store.count, self.store.matching, self._find):
                    with _raises(SchemaError):
                        call(where)
        with _raises(SchemaError):
            self.store.score(["d/1 ö"], _PROBES, Decay("status", _OLD, 30.0))

    def test_mentions_are_exact(self) -> None:
        for phrase in (
            "c++",
            "c",
            "typing c++",
            "3.10",
            "3",
            "fiction",
            "Typing for",
            "c++ typing async",
            "",
            "!",
        ):
            assert self.store.mentioning(phrase) == self.oracle.mentioning(phrase), phrase
        text = self.documents[3].text or self.documents[4].text
        long = " ".join(text.split()[20:60])
        assert self.store.mentioning(long) == self.oracle.mentioning(long)

    def test_superseded_versions_are_the_same(self) -> None:
        for days in (0, 300, 900):
            instant = _OLD + timedelta(days=days)
            assert self.store.superseded(instant) == self.oracle.superseded(instant)

    @_random
    @given(filters, st.integers(1, 80), st.sampled_from([None, True]))
    def test_find_gives_the_same_documents(self, where: Filter, limit: int, exact: bool | None) -> None:
        ours = self.store.find(_PROBES[:2], where, limit, exact=exact)
        assert len(ours) == min(limit, self.oracle.count(where))
        assert ours.keys() <= self.oracle.matching(where)
        theirs = self.oracle.find(_PROBES[:2], where, limit)
        assert sorted(ours.values(), reverse=True)[:1] == sorted(theirs.values(), reverse=True)[:1]
        everything = self.oracle.find(_PROBES[:2], where, 1000)
        if len(everything) <= limit:
            np.testing.assert_allclose(sorted(ours.values()), sorted(theirs.values()), atol=2e-3)

    @_random
    @given(formulas)
    def test_any_formula_gives_the_same_scores(self, formula: Formula) -> None:
        ids = [document.id for document in self.documents]
        ours, theirs = (store.score(ids, _PROBES, formula) for store in (self.store, self.oracle))
        assert ours.keys() == theirs.keys() == set(ids)
        np.testing.assert_allclose([ours[i] for i in ids], [theirs[i] for i in ids], atol=1e-4, rtol=1e-4)

    def test_a_score_does_not_depend_on_the_company(self) -> None:
        formula = Sum((Meaning(0), Words(1)))
        together = self.store.score([document.id for document in self.documents], _PROBES, formula)
        for i in list(together)[:5]:
            assert abs(self.store.score([i, "no such"], _PROBES, formula)[i] - together[i]) < 1e-5
        assert self.store.score([], _PROBES, formula) == {}

    def test_a_formula_without_a_value_is_an_error(self) -> None:
        for formula in (Ln(Constant(0.0)), Divide(Constant(1.0), Constant(0.0)), Exp(Constant(1e4))):
            with _raises(InputError):
                self.store.score([self.documents[0].id], _PROBES, formula)
        with _raises(InputError):
            self.store.score([self.documents[0].id], _PROBES, Meaning(9))

    def test_vectors_of_another_shape_are_refused(self) -> None:
        with _raises(InputError):
            self.store.find([Clause(np.zeros(DIMENSION + 1, np.float32), "x")], Everything(), 3)

    def test_writing_again_replaces_and_deleting_forgets(self) -> None:
        store, oracle = self.make(), MemoryStore(DIMENSION)
        first, second = corpus(20, seed=1), corpus(20, seed=2)
        for each in (store, oracle):
            each.write(entries(first, ENCODER))
            each.write(entries(second[:12], ENCODER))
            assert each.delete([second[3].id, first[15].id, "no such"]) == 2
        assert store.schema == oracle.schema
        ids = [document.id for document in first]
        assert store.get(ids) == oracle.get(ids)
        assert store.count(Everything()) == 18
        formula = Sum((Words(0), Meaning(1)))
        ours, theirs = store.score(ids, _PROBES, formula), oracle.score(ids, _PROBES, formula)
        assert ours.keys() == theirs.keys()
        for i in ours:
            assert abs(ours[i] - theirs[i]) < 1e-4
        assert store.mentioning("c++") == oracle.mentioning("c++")
        store.close()

    def test_one_string_is_no_list_of_ids(self) -> None:
        for ask in (self.store.delete, self.store.get, self.store.candidates):
            with _raises(InputError, match="list of document ids"):
                ask("ab")

    def test_a_field_that_changes_its_type_needs_no_rewriting(self) -> None:
        store = self.make()
        numbers = [Document(str(n), "text", fields={"release": f"3.{n}"}) for n in range(5)]
        store.write(entries(numbers, ENCODER))
        assert _type_of(store, "release") == "number"
        assert store.matching(Range("release", gte=3.3)) == {"3", "4"}
        store.write(entries([Document("10", "text", fields={"release": "3.10"})], ENCODER))
        assert _type_of(store, "release") == "version"
        assert store.matching(Match("release", ("3.1", "3.10"))) == {"1", "10"}
        with _raises(SchemaError):
            store.count(Range("release", gte=3.3))
        store.delete(["10"])
        assert store.matching(Range("release", gte=3.3)) == {"3", "4"}
        store.close()

    def test_strange_documents_survive_or_are_refused_by_name(self) -> None:
        store = self.make()
        strange = [
            Document("", "an empty id"),
            Document("nul\0", "a\0b", fields={"k\0": "v\0", "a.b[]": {'"': [1, [2]]}, "@date": "x"}),
            Document("../x 'y' \"z\" \U0001f600 ", "", "", fields={"when": datetime(2020, 1, 1, tzinfo=UTC)}),
            Document(
                "deep", "x " * 40_000, "t", "u", {"a": {"b": [{"c": (1, None, {"d": 2**70})}]}}, _OLD, "g"
            ),
            Document("half", "\ud800"),
            Document("\ud800", "text"),
            Document("bytes", "text", fields={"raw": b"x"}),
            Document("naive", "text", time=datetime(2020, 1, 1)),
        ]
        for document in strange:
            refused = document in (strange[0], *strange[4:])
            if refused:
                with _raises(AdhereError, match=repr(document.id) if document.id else "id"):
                    store.write(_entries(document))
            else:
                store.write(_entries(document))
                assert store.get([document.id])[document.id] == document
                assert store.matching(Ids(frozenset([document.id]))) == {document.id}
        assert store.count(Everything()) == 3
        store.close()

    def _find(self, where: Filter) -> dict[str, float]:
        return self.store.find(_PROBES[:1], where, 5)


def _type_of(store: Store, name: str) -> str:
    return store.schema[name].type


def _entries(document: Document) -> list[Entry]:
    return entries([document], FakeEncoder(DIMENSION))


@contextmanager
def _raises(kind: type[Exception], match: str = "") -> Iterator[None]:
    try:
        yield
    except kind as error:
        assert match in str(error), f"{error} does not say {match}"
        return
    raise AssertionError(f"no {kind.__name__} was raised")
