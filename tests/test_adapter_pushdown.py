"""Filters pushed into other stores: they agree with the memory store wherever they decide alone, and never
take away what the criteria keep."""

from __future__ import annotations

import operator
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere import need
from adhere.adapters.elasticsearch import to_elasticsearch
from adhere.adapters.pgvector import to_sql
from adhere.adapters.pushdown import push
from adhere.adapters.qdrant import to_qdrant
from adhere.errors import SchemaError
from adhere.need import Criteria, Criterion, Document, Expression
from adhere.parse.language import check, read
from adhere.schema import FieldInfo, Schema
from adhere.search.plan import Compiler
from adhere.store.infer import infer
from adhere.store.memory import MemoryStore
from adhere.store.protocol import And, Everything
from adhere.testing.fakes import FakeEncoder, entries

DAYS = [None, "2019-05-01", "2020-01-01", "2020-06-15", "2022-12-31"]


def _documents() -> list[Document]:
    made = []
    for n in range(48):
        fields: dict[str, Any] = {
            "status": [None, "Final", "Draft", "O'Neil; DROP TABLE"][n % 4],
            "year": [None, 2019, 2020, 2021.5, 2022][n % 5],
            "open": [None, True, False][n % 3],
            "created": DAYS[(n * 7) % 5],
            "python": [None, "3.9", "3.10", "3.12"][(n // 2) % 4],
            "tags": [None, ["a"], ["a", "b"], ["c"]][(n // 3) % 4],
        }
        text = "lazy imports" if n % 2 else "frozen modules"
        kept = {name: value for name, value in fields.items() if value is not None}
        day = fields["created"] and datetime.fromisoformat(fields["created"]).replace(tzinfo=UTC)
        made.append(Document(f"d{n}", text, fields=kept, time=day or None))
    return made


DOCUMENTS = _documents()
SCHEMA = infer(DOCUMENTS, time_field="created", types={"python": "version"})
COLUMNS = {"status": "text", "year": "double precision", "open": "boolean", "created": "timestamptz"}

# --- the oracle: the memory store ----------------------------------------------------------------


def memory() -> MemoryStore:
    encoder = FakeEncoder(8)
    store = MemoryStore(8, types={"python": "version"}, time_field="created")
    store.write(entries(DOCUMENTS, encoder))
    return store


STORE = memory()


def kept(criteria: Criteria) -> set[str]:
    sieves = Compiler(STORE).sieves(check(criteria, STORE.schema))
    return STORE.matching(And((Everything(), *(sieve.keeps for sieve in sieves))))


# --- random criteria ------------------------------------------------------------------------------

_instants = st.sampled_from([datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 6, 15, 12, tzinfo=UTC)])
_order = st.sampled_from(["=", "<", "<=", ">", ">="])
LEAVES = [
    st.builds(
        need.Field, st.just("status"), st.just("="), st.sampled_from(["Final", "O'Neil; DROP TABLE", "none"])
    ),
    st.builds(need.Field, st.just("status"), st.just("in"), st.just(("Final", "Draft"))),
    st.builds(need.Field, st.just("year"), _order, st.sampled_from([2019, 2020, 2021.5])),
    st.builds(need.Field, st.just("open"), st.just("="), st.booleans()),
    st.builds(need.Field, st.just("created"), _order, _instants),
    st.builds(need.Time, st.none() | _instants, st.none() | _instants),
]
LISTS = [st.builds(need.Field, st.just("tags"), st.just("="), st.sampled_from(["a", "b", "z"]))]
VERSIONS = [st.builds(need.Field, st.just("python"), _order, st.sampled_from(["3.9", "3.10", "3.11"]))]
JUDGED = [
    st.builds(need.Mentions, st.sampled_from(["lazy", "frozen modules"])),
    st.builds(need.AsOf, _instants),
    st.just(need.Form("words", ">", 1)),
]


def criteria(*leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Criteria]:
    expression: st.SearchStrategy[Expression] = st.recursive(
        st.one_of(*leaves),
        lambda inner: st.one_of(
            st.builds(need.Not, inner),
            st.builds(need.All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(need.Any, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        ),
        max_leaves=5,
    )
    one = st.builds(
        Criterion, st.sampled_from(["want", "avoid"]), expression, st.none() | expression, st.just(False)
    )
    return st.lists(one, max_size=3).map(lambda items: Criteria(tuple(items)))


# --- the stores -----------------------------------------------------------------------------------

Matching = Callable[[Criteria], set[str]]


@pytest.fixture(scope="module")
def qdrant() -> Matching:
    client_module = pytest.importorskip("qdrant_client")
    client = client_module.QdrantClient(":memory:")
    models = client_module.models
    client.create_collection("notes", vectors_config={})
    client.upsert(
        "notes",
        [
            models.PointStruct(id=n, vector={}, payload={"id": document.id, **document.fields})
            for n, document in enumerate(DOCUMENTS)
        ],
    )

    def matching(asked: Criteria) -> set[str]:
        found, _ = client.scroll("notes", scroll_filter=to_qdrant(asked, SCHEMA), limit=1000)
        return {point.payload["id"] for point in found}

    return matching


@pytest.fixture(scope="module")
def sqlite() -> Matching:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE notes (id, status, year, open, created, python)")
    for one in DOCUMENTS:
        row = [one.fields.get(name) for name in ("status", "year", "open")]
        day = one.time.isoformat() if one.time else None
        values = [one.id, *row, day, one.fields.get("python")]
        connection.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)", values)

    def matching(asked: Criteria) -> set[str]:
        where, params = to_sql(asked, SCHEMA, placeholder="?", lists=False)
        plain = [p.isoformat() if isinstance(p, datetime) else p for p in params]
        return {row[0] for row in connection.execute(f"SELECT id FROM notes WHERE {where}", plain)}

    return matching


@pytest.fixture(scope="module")
def postgres() -> Iterator[Matching]:
    """A real server with pgvector, where the packages that bring one are installed."""
    pgserver = pytest.importorskip("pgserver")
    psycopg = pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        with psycopg.connect(server.get_uri()) as connection:
            typed = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
            connection.execute(f"CREATE TABLE notes (id text, {typed}, python text, tags text[])")
            for one in DOCUMENTS:
                values = [one.fields.get(name) for name in (*COLUMNS, "python", "tags")]
                connection.execute("INSERT INTO notes VALUES (%s, %s, %s, %s, %s, %s, %s)", [one.id, *values])

            def matching(asked: Criteria) -> set[str]:
                where, params = to_sql(asked, SCHEMA)
                return {r[0] for r in connection.execute(f"SELECT id FROM notes WHERE {where}", params)}

            yield matching
        server.cleanup()


@pytest.fixture(scope="module")
def elastic() -> Matching:
    def matching(asked: Criteria) -> set[str]:
        query = to_elasticsearch(asked, SCHEMA)
        return {document.id for document in DOCUMENTS if _elastic(query, document.fields)}

    return matching


def _elastic(query: dict[str, Any], source: Any) -> bool:
    """What the query DSL means by the queries that we make, for one document."""
    ((kind, body),) = query.items()
    if kind in ("match_all", "match_none"):
        return kind == "match_all"
    if kind == "bool":
        must = [_elastic(one, source) for one in body.get("filter", [])]
        should = [_elastic(one, source) for one in body.get("should", [])]
        gone = [_elastic(one, source) for one in body.get("must_not", [])]
        return all(must) and sum(should) >= body.get("minimum_should_match", 0) and not any(gone)
    name = body["field"] if kind == "exists" else next(iter(body))
    found = source.get(name)
    values = found if isinstance(found, list) else [] if found is None else [found]
    if kind == "exists":
        return bool(values)
    if kind == "terms":
        return any(value in body[name] and type(value) is not int for value in values)
    return any(_within(value, body[name]) for value in values)


def _within(value: Any, bounds: dict[str, Any]) -> bool:
    sides = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}

    def comparable(one: Any) -> Any:
        at = datetime.fromisoformat(one) if isinstance(one, str) else one
        return at.replace(tzinfo=at.tzinfo or UTC) if isinstance(at, datetime) else at

    return all(sides[side](comparable(value), comparable(bound)) for side, bound in bounds.items())


# --- the laws -------------------------------------------------------------------------------------

EXACT = settings(max_examples=60, deadline=None)


@EXACT
@given(asked=criteria(*LEAVES, *LISTS, *VERSIONS))
def test_qdrant_decides_fields_and_times_as_the_oracle(qdrant: Matching, asked: Criteria) -> None:
    assert qdrant(asked) == kept(asked)


@EXACT
@given(asked=criteria(*LEAVES, *VERSIONS))
def test_sqlite_decides_fields_and_times_as_the_oracle(sqlite: Matching, asked: Criteria) -> None:
    assert sqlite(asked) == kept(asked)


@pytest.mark.slow
@EXACT
@given(asked=criteria(*LEAVES, *LISTS, *VERSIONS))
def test_postgres_decides_fields_and_times_as_the_oracle(postgres: Matching, asked: Criteria) -> None:
    assert postgres(asked) == kept(asked)


@EXACT
@given(asked=criteria(*LEAVES, *LISTS, *VERSIONS))
def test_elasticsearch_decides_fields_and_times_as_the_oracle(elastic: Matching, asked: Criteria) -> None:
    assert elastic(asked) == kept(asked)


@EXACT
@given(asked=criteria(*LEAVES, *LISTS, *JUDGED))
def test_what_is_judged_later_never_loses_a_document(
    sqlite: Matching, elastic: Matching, asked: Criteria
) -> None:
    assert sqlite(asked) >= kept(asked)
    assert elastic(asked) >= kept(asked)


@EXACT
@given(asked=criteria(*LEAVES, *JUDGED))
def test_it_says_of_every_rule_how_much_of_it_was_pushed(asked: Criteria) -> None:
    pushed = push(asked, SCHEMA)
    told = [*pushed.whole, *pushed.part, *pushed.judged]
    assert sorted(told) == sorted(name for name, _ in asked.named())
    assert (pushed.where == Everything()) or set(told) != set(pushed.judged)


# --- shapes and refusals --------------------------------------------------------------------------


def test_want_is_must_and_avoid_is_must_not() -> None:
    models = pytest.importorskip("qdrant_client.models")
    made = to_qdrant(
        read('want field(status = "Final")\navoid field(year < 2020)'), SCHEMA, prefix="metadata."
    )
    assert made == models.Filter(
        must=[models.FieldCondition(key="metadata.status", match=models.MatchAny(any=["Final"]))],
        must_not=[models.FieldCondition(key="metadata.year", range=models.Range(lt=2020))],
    )


def test_sql_holds_no_value_and_quotes_its_names() -> None:
    odd = Schema({'a"b %': FieldInfo('a"b %', "keyword")})
    where, params = to_sql(read('want field("a\\"b %" = "x\' OR 1=1 --")'), odd)
    assert where == '("a""b %%" IS NOT NULL AND "a""b %%" IN (%s))' and params == ["x' OR 1=1 --"]


def test_a_condition_stands_beside_others() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE notes (id, tenant, status, year)")
    connection.executemany(
        "INSERT INTO notes VALUES (?, ?, ?, ?)", [("mine", 1, "Final", 2019), ("theirs", 2, "Draft", 2021)]
    )
    asked = read('want any(field(status = "Final"), field(year > 2020))')
    where, params = to_sql(asked, SCHEMA, placeholder="?")
    rows = connection.execute(f"SELECT id FROM notes WHERE tenant = 1 AND {where}", params)
    assert [row[0] for row in rows] == ["mine"]


def test_a_field_may_lie_in_an_expression_or_a_multi_field() -> None:
    asked = read('want field(year >= 2020)\nwant field(status = "Final")')
    columns = {"year": "(metadata->>'year')::numeric"}
    assert to_sql(asked, SCHEMA, columns=columns)[0].startswith(
        "(((metadata->>'year')::numeric IS NOT NULL AND"
    )
    made = to_elasticsearch(asked, SCHEMA, names={"status": "status.keyword"})
    assert made["bool"]["filter"][1] == {"terms": {"status.keyword": ["Final"]}}


def test_values_that_the_store_does_not_hold_one_by_one_are_judged_later() -> None:
    mixed = Schema(
        {
            "tags": FieldInfo("tags", "keyword", split=True),
            "size": FieldInfo("size", "number", unparsed=("big",), unparsed_count=1),
            "release": FieldInfo("release", "version", complete=False, values={"1.0": 1}),
        }
    )
    pushed = push(read('want field(tags = "a")\nwant field(size > 1)\navoid field(release < v"2")'), mixed)
    assert pushed.where == Everything() and pushed.judged == ("c1", "c2", "c3")


def test_an_unknown_field_is_an_error_before_the_store_is_asked() -> None:
    with pytest.raises(SchemaError, match="no field 'statu'"):
        to_sql(read('want field(statu = "Final")'), SCHEMA)
