"""The criteria notation: what is written reads back equal, and mistakes are shown where they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from adhere.errors import CriteriaError, SchemaError
from adhere.need import (
    POLARITIES,
    About,
    All,
    Any,
    AsOf,
    Criteria,
    Criterion,
    Field,
    Form,
    Mentions,
    Not,
    Recent,
    Relation,
    Time,
)
from adhere.parse.language import (
    check,
    contradictions,
    from_json,
    read,
    says,
    to_json,
    unheard,
    write,
)
from adhere.schema import FieldInfo, Schema


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


NOTATION = [
    ('want about("vector index")', Criterion("want", About("vector index"))),
    (
        'avoid about("C extensions") unless about("cffi")',
        Criterion("avoid", About("C extensions"), About("cffi")),
    ),
    (
        'want field(status in ["Accepted", "Final"])',
        Criterion("want", Field("status", "in", ("Accepted", "Final"))),
    ),
    (
        'want field(python_version >= v"3.10")',
        Criterion("want", Field("python_version", ">=", Version("3.10"))),
    ),
    ('want time(from d"2020-01-01" before d"2021-01-01")', Criterion("want", Time(day(2020), day(2021)))),
    ('want time(as-of d"2021-03-01")', Criterion("want", AsOf(day(2021, 3)))),
    ("prefer time(recent 365d)", Criterion("prefer", Recent(365))),
    ("prefer form(words < 300)", Criterion("prefer", Form("words", "<", 300))),
    ('want form(language = "en")', Criterion("want", Form("language", "=", "en"))),
    ("want form(has code)", Criterion("want", Form("code", "=", True))),
    ('avoid? mentions("C++")', Criterion("avoid", Mentions("C++"), assumed=True)),
    (
        'want any(about("x"), all(field(author = "Guido van Rossum"), not(mentions("y"))))',
        Criterion(
            "want", Any((About("x"), All((Field("author", "=", "Guido van Rossum"), Not(Mentions("y"))))))
        ),
    ),
    ('disprefer relation("cited by a rival")', Criterion("disprefer", Relation("cited by a rival"))),
    (
        'want field("authors[].inst.country" = "FR")',
        Criterion("want", Field("authors[].inst.country", "=", "FR")),
    ),
    (
        'want time(from d"2020-01-01T12:00:00+02:00")',
        Criterion("want", Time(datetime(2020, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))))),
    ),
]


@pytest.mark.parametrize(("text", "criterion"), NOTATION, ids=[text for text, _ in NOTATION])
def test_notation_prints_and_reads(text: str, criterion: Criterion) -> None:
    assert write(Criteria((criterion,))) == text
    assert read(text) == Criteria((criterion,))


def test_comments_semicolons_blank_lines_and_lines_inside_brackets() -> None:
    text = (
        '# mine\nwant about("a") # first\n\n ; avoid about("b;#"); prefer any(\n about("c"),\n about("d"))\n'
    )
    assert read(text) == Criteria(
        (
            Criterion("want", About("a")),
            Criterion("avoid", About("b;#")),
            Criterion("prefer", Any((About("c"), About("d")))),
        )
    )
    assert read("") == read(" \n# nothing\n") == Criteria()


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ('need about("x")', "line 1, column 1: found 'need'", "a polarity"),
        ('want about("x")\navoid abuot("y")', "line 2, column 7: found 'abuot'", "a condition"),
        ("want about(x)", "line 1, column 12: found 'x'", 'a "string"'),
        ('want about("x"', "line 1, column 15: found the end of the text", "')'"),
        ('want field(a ~ "x")', "line 1, column 14: found '~'", "an operator"),
        ('want field(a = v"three")', "column 16", "a version"),
        ('want time(from d"2020-13-01")', "column 16", "an ISO date"),
        ('want about("x") about("y")', "column 17", "or unless"),
        (
            'want about("x") unless about("y") unless about("z")',
            "column 35: found 'unless'",
            'a criterion has one unless. Join them: unless any(about("y"), about("z"))',
        ),
        ("want form(words < [1])", "column 19", "one value"),
        ('want about("\\q")', "column 12", "a JSON string"),
        ("want " + "not(" * 5000, "line 1", "inside each other"),
        ("want field(a = 1e999)", "column 16", "a finite number"),
    ],
)
def test_errors_say_where_what_was_found_and_what_is_expected(text: str, where: str, expected: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        read(text)
    message = str(caught.value)
    assert where in message
    assert expected in message.split("expected", 1)[1]
    assert "Known words: want, avoid" in message


def test_what_names_no_instant_or_number_is_not_written() -> None:
    for value in (float("nan"), float("inf"), datetime(2020, 1, 1)):
        with pytest.raises(CriteriaError):
            write(Criteria((Criterion("want", Field("a", "=", value)),)))


ENGLISH = [
    ('avoid about("C extensions") unless about("cffi")', "not about C extensions, unless about cffi"),
    ('want field(status in ["Accepted", "Final"])', "status is Accepted or Final"),
    ('want time(from d"2020-01-01")', "from 2020 on"),
    ('want time(before d"2020-03-01")', "before 2020-03-01"),
    ('want time(from d"2020-01-01" before d"2021-01-01")', "in 2020"),
    ('want time(from d"2020-02-01" before d"2020-03-01")', "in 2020-02"),
    ('want time(from d"2018-01-01" before d"2021-01-01")', "from 2018 to 2020"),
    ("prefer form(words < 300)", "prefer: under 300 words"),
    ('want form(language = "fr")', "in French"),
    ("avoid form(has code)", "not has code"),
    ('want field(python_version >= v"3.10")', "python_version is at least 3.10"),
    ('avoid? mentions("C++")', 'not mentions "C++" (assumed)'),
    ('disprefer any(about("a"), about("b"))', "rather not: (about a or b)"),
]


@pytest.mark.parametrize(("text", "english"), ENGLISH)
def test_says(text: str, english: str) -> None:
    assert says(read(text).items[0]) == english


# --- properties ---------------------------------------------------------------------------------

texts = st.text(max_size=20)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
# Whole seconds: datetime.fromisoformat reads an offset of microseconds alone as UTC.
zones = st.integers(-23 * 3600, 23 * 3600).map(lambda seconds: timezone(timedelta(seconds=seconds)))
instants = st.datetimes(timezones=st.just(UTC) | zones)
versions = st.builds(
    lambda a, b, c: Version(f"{a}.{b}{c}"),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(["", "rc1", ".dev2"]),
)
scalars = texts | numbers | st.booleans() | instants | versions
operators = st.sampled_from(["=", "in", "<", "<=", ">", ">="])
leaves = (
    st.builds(About, texts)
    | st.builds(Mentions, texts)
    | st.builds(Relation, texts)
    | st.builds(Field, texts, operators, scalars | st.lists(scalars, max_size=3).map(tuple))
    | st.builds(Form, texts, operators, scalars)
    | st.builds(Time, st.none() | instants, st.none() | instants)
    | st.builds(AsOf, instants)
    | st.builds(Recent, st.floats(0, 1e300))
)
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Any, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)
criteria_values = st.lists(
    st.builds(Criterion, st.sampled_from(POLARITIES), expressions, st.none() | expressions, st.booleans()),
    max_size=4,
).map(lambda items: Criteria(tuple(items)))


@settings(deadline=None, max_examples=60)
@given(criteria_values)
def test_every_value_reads_back_from_notation_and_json(criteria: Criteria) -> None:
    assert read(write(criteria)) == criteria
    assert from_json(json.loads(json.dumps(to_json(criteria)))) == criteria
    for criterion in criteria:
        assert isinstance(says(criterion), str)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        criteria = read(text)
    except CriteriaError:
        return
    assert read(write(criteria)) == criteria


def test_json_keeps_where_a_criterion_came_from() -> None:
    criteria = Criteria(
        (Criterion("want", About("x"), span=(3, 9), confidence=0.5, question="x?", source="standing"),)
    )
    (back,) = from_json(to_json(criteria))
    assert (back.span, back.confidence, back.question, back.source) == ((3, 9), 0.5, "x?", "standing")


@pytest.mark.parametrize(
    "value", [[{}], [{"polarity": "must", "what": {}}], [{"polarity": "want", "what": {"x": 1}}], [3]]
)
def test_malformed_json_is_refused(value: list[object]) -> None:
    with pytest.raises(CriteriaError):
        from_json(value)  # type: ignore[arg-type]


# --- check and contradictions -------------------------------------------------------------------

SCHEMA = Schema(
    {
        "status": FieldInfo("status", "keyword", values={"Final": 3, "Rejected": 2}),
        "python_version": FieldInfo("python_version", "version", values={"3.10": 1}),
        "created": FieldInfo("created", "date"),
        "rating": FieldInfo("rating", "number", values={"7.5": 1}),
        "open": FieldInfo("open", "boolean"),
    },
    documents=5,
    time_field="created",
)


def test_check_gives_values_the_type_of_their_field() -> None:
    given_text = 'avoid field(created < "2020-01-01") unless field(rating in [7])'
    assert check(read(given_text), SCHEMA) == read(given_text.replace('"2020', 'd"2020'))
    version = check(read('want not(field(python_version >= "3.10"))'), SCHEMA)
    assert version == read('want not(field(python_version >= v"3.10"))')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('want field(staus = "Final")', "There is no field 'staus'. Did you mean status?"),
        ('want any(about("x"), field(zzz = 1))', "Known: created, open, python_version, rating, status."),
        ('want field(status < "Final")', "a keyword has no order"),
        ('want field(rating > "high")', 'holds a number, not "high". Values there: 7.5.'),
        ("want field(python_version = 3.1)", "holds a version"),
        ('want field(created > "soon")', "holds a date"),
        ("want field(open = 1)", "holds true or false"),
        ('want field(status in "Final")', "'in' takes a [list]"),
        ("avoid form(wordz < 3)", "There is no form 'wordz'. Did you mean words"),
        ('want about("x") unless field(status = 3)', 'holds a "string"'),
    ],
)
def test_check_refuses_what_the_schema_does_not_have(text: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        check(read(text), SCHEMA)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        'want about("x"); avoid about("x")',
        'want time(from d"2021-01-01" before d"2020-01-01")',
        'want time(from d"2021-01-01"); want time(before d"2021-01-01")',
        "want form(words < 100); want form(words > 100)",
        "want field(rating > 7); want field(rating <= 7)",
        "want field(status in [])",
    ],
)
def test_contradictions_are_noted(text: str) -> None:
    assert contradictions(read(text))


@pytest.mark.parametrize(
    "text",
    [
        'want about("x"); avoid about("x") unless about("y")',
        'want about("x"); disprefer about("x")',
        "want field(rating >= 7); want field(rating <= 7)",
        'want time(from d"2020-01-01"); want time(before d"2021-01-01")',
    ],
)
def test_what_can_be_satisfied_is_no_contradiction(text: str) -> None:
    assert contradictions(read(text)) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('want field(status = "Finl")', "no document has status 'Finl'; did you mean 'Final'?"),
        ('avoid field(status in ["Final", "Zzz"])', "no document has status 'Zzz'"),
        (
            'want field(status = "Final"); want field(status = "Draft")',
            "no document can meet both status is Final and status is Draft: it has one status",
        ),
    ],
)
def test_values_that_no_document_has_are_noted(text: str, why: str) -> None:
    assert [note.why for note in unheard(read(text), STATUSES)] == [why]


@pytest.mark.parametrize(
    "text",
    [
        'want field(status in ["Final", "Draft"]); want field(status = "Final")',
        'prefer field(status = "Finl")',
        'want field(topic = "a"); want field(topic = "b")',
        'want about("Finl")',
    ],
)
def test_values_that_documents_have_are_not(text: str) -> None:
    assert unheard(read(text), STATUSES) == ()


STATUSES = Schema(
    {
        "status": FieldInfo("status", "keyword", values={"Final": 2, "Draft": 1}),
        "topic": FieldInfo("topic", "keyword", True, values={"a": 1, "b": 1}),
    },
    documents=3,
)
