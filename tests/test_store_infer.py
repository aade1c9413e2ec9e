"""Fields are typed from what real metadata looks like, and the types follow the documents."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from adhere.errors import SchemaError
from adhere.need import Document
from adhere.schema import FieldInfo
from adhere.store.infer import Columns, dated, infer
from adhere.store.protocol import TIME
from adhere.store.record import from_json, to_json
from adhere.values import flatten, typed, values_at


def column(*values: object, name: str = "field") -> FieldInfo:
    return infer([Document(str(n), "", fields={name: value}) for n, value in enumerate(values)])[name]


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (["3.9", "3.10"], "version"),
        (["1.2.3", "1.2"], "version"),
        (["v1.19", "v1.20"], "version"),
        (["3.1", "2.7"], "number"),
        ([3, 4.5], "number"),
        (["1,234", "5"], "number"),
        (["2020-01-05", "2021-02"], "date"),
        (["24-Aug-2018", "January 5, 2020", "26-FEB-1987 15:01:01.79"], "date"),
        ([date(2020, 1, 5), datetime(2020, 1, 5, tzinfo=UTC)], "date"),
        (["2020", "2021"], "number"),
        ([True, False], "boolean"),
        (["yes", "No"], "boolean"),
        (["May", "June"], "keyword"),
        (["Final", "Draft"], "keyword"),
        (["1a", "2b"], "keyword"),
        (["2.6, 3.0", "3.10", "3.x", "3.1", "3.2"], "version"),
    ],
)
def test_the_type_is_that_of_nearly_all_values(values: list[object], type: str) -> None:
    assert column(*values).type == type


def test_a_name_can_say_that_numbers_are_versions_or_prices() -> None:
    assert column("3.1", "3.2", name="python_version").type == "version"
    assert column("12.50", "3.10", "4.99", name="price").type == "number"


def test_what_is_not_of_the_type_is_kept_and_reported() -> None:
    info = column("3.10", "2.6, 3.0", "3.x", "3.8", "3.9", "3.9", name="python_version")
    assert info.values == {"3.9": 2, "2.6": 1, "3.0": 1, "3.10": 1, "3.8": 1}
    assert (info.unparsed, info.unparsed_count, info.documents) == (("3.x",), 1, 6)
    assert info.is_list
    assert typed(info, "2.6, 3.0") == (Version("2.6"), Version("3.0"))
    assert typed(info, "3.x") == typed(info, None) == typed(info, " ") == ()


def test_authors_split_at_commas_and_prose_and_names_of_places_do_not() -> None:
    authors = column("Ann Lee, Bo Ek", "Bo Ek, Cy Orr", "Ann Lee", name="written_by")
    assert authors.split
    assert authors.values == {"Ann Lee": 2, "Bo Ek": 2, "Cy Orr": 1}
    assert typed(authors, "Ann Lee, Bo Ek") == ("Ann Lee", "Bo Ek")
    for prose in (
        ["Why, oh why", "Stop, look and listen"],
        ["Paris, France", "Lyon, France", "Nice, France"],
    ):
        assert not column(*prose).split
    assert column("a, b", name="tags").values == {"a": 1, "b": 1}


def test_nested_objects_have_dotted_names() -> None:
    fields = {
        "a": {"b": 1},
        "authors": [{"inst": {"country": "DE"}}, {"inst": {"country": ["FR"]}}],
        "none": None,
    }
    assert flatten(fields) == {"a.b": [1], "authors[].inst.country": ["DE", "FR"]}
    assert values_at(fields, "authors[].inst.country") == ["DE", "FR"]
    assert values_at(fields, "authors") == fields["authors"]
    assert infer([Document("1", "", fields=fields)])["authors[].inst.country"].is_list


def test_overrides_win_and_must_name_a_field() -> None:
    documents = [Document("1", "", fields={"code": "3.10", "created": "2020-01-01", "seen": "2021-01-01"})]
    schema = infer(documents, types={"code": "keyword"}, time_field="seen")
    assert (schema["code"].type, schema.time_field) == ("keyword", "seen")
    assert infer(documents).time_field == "created"
    with pytest.raises(SchemaError, match="statsu"):
        infer(documents, types={"statsu": "keyword"})


def test_a_document_is_dated_by_its_best_named_date() -> None:
    document = Document("1", "", fields={"updated": "2021-05-01", "Created": "2020-01-01T10:00:00+02:00"})
    assert dated(document).time == datetime(2020, 1, 1, 8, tzinfo=UTC)
    assert dated(Document("2", "", fields={"created": "soon"})).time is None


_values = st.sampled_from(
    ["3.10", "3.9", "2020-01-01", "a, b", "b", "true", 3, 2.5, True, None, ["a", "a", "3"]]
)
_documents = st.lists(
    st.builds(
        lambda fields: Document("x", "", fields=fields), st.dictionaries(st.sampled_from("pqr"), _values)
    ),
    max_size=8,
)


@given(_documents, _documents)
def test_taking_documents_away_undoes_adding_them(staying: list[Document], going: list[Document]) -> None:
    columns = Columns()
    for document in [*going, *staying]:
        columns.add(document)
    for document in going:
        columns.remove(document)
    again = Columns.from_json(json.loads(json.dumps(columns.to_json())))
    assert columns.schema() == again.schema() == infer(staying)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("@date"), inner) | st.tuples(inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _json))
def test_a_record_gives_back_any_document(fields: dict[str, object]) -> None:
    document = Document("i", "text\0", "title", "url", fields, datetime(2020, 1, 1, tzinfo=UTC), "g")
    assert from_json(to_json(document)) == document


def test_a_field_of_which_nothing_was_counted_stays_the_same_object():
    """So that a write does not cost the next search the whole dictionary of a large store."""
    columns = Columns()
    columns.add(Document("a", "x", fields={"status": "open", "year": 2019}))
    before = columns.schema()
    columns.add(Document("b", "x", fields={"year": 2020}))
    after = columns.schema()
    assert after["status"] is before["status"]
    assert after["year"].values == {"2019": 1, "2020": 1}
    columns.remove(Document("a", "x", fields={"status": "open", "year": 2019}))
    assert "status" not in columns.schema()


def test_a_time_beside_the_fields_is_counted_where_no_field_has_one() -> None:
    plain, timed = Document("a", "x"), Document("b", "x", time=datetime(2020, 1, 1, tzinfo=UTC))
    columns = Columns()
    columns.add(plain)
    assert columns.schema().time_field == ""
    columns.add(timed)
    assert columns.schema().time_field == TIME
    again = Columns.from_json(json.loads(json.dumps(columns.to_json())))
    assert again.schema().time_field == TIME
    columns.add(Document("c", "x", fields={"created": "2020-01-01"}))
    assert columns.schema().time_field == "created"
    again.remove(timed)
    assert again.schema().time_field == ""


def test_above_the_cap_taking_away_and_adding_again_changes_no_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adhere.store.infer.MOST_VALUES", 10)
    documents = [
        Document(str(n), "", fields={"n": n / 4, "day": date(2000, 1, 1 + n).isoformat()}) for n in range(25)
    ]
    columns = Columns()
    for document in documents:
        columns.add(document)
    for document in [*documents[15:], *documents[:5]]:
        columns.remove(document)
    again = Columns.from_json(json.loads(json.dumps(columns.to_json())))
    for schema in (columns.schema(), again.schema()):
        assert (schema["n"].type, schema["day"].type, schema.time_field) == ("number", "date", "day")
        assert not schema["n"].complete and schema["n"].documents == 10
    for document in documents[5:15]:
        columns.remove(document)
    assert columns.schema().fields == {}


def test_whole_numbers_that_no_float_tells_apart_are_keywords() -> None:
    assert column(2**60 + 1, 2**60 + 2).type == "keyword"
    assert column("1234567890123456789", "1234567890123456788").type == "keyword"
    assert column(2**53, 1e300, "6.02e23").type == "number"


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+02:00"])
def test_a_date_outside_of_the_calendar_is_kept_and_unparsed(end: str) -> None:
    info = column("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", end)
    assert (info.type, info.unparsed) == ("date", (end,))
    assert typed(info, end) == typed(info, datetime.fromisoformat(end)) == ()
