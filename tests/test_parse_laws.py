"""Law 1 over arbitrary text: every word of an instruction lies in exactly one place."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.errors import InputError
from adhere.need import About, Parsed
from adhere.parse.language import read, write
from adhere.parse.rules import RulesParser
from adhere.parse.rules.account import CONNECTIVES, claimed, unclaimed
from adhere.schema import FieldInfo, Schema
from deadline import deadline

NOW = datetime(2026, 7, 1, tzinfo=UTC)
SCHEMA = Schema(
    {
        "status": FieldInfo("status", "keyword", values={"Final": 3, "Rejected": 2}),
        "authors": FieldInfo("authors", "keyword", True, values={"Ada Lovelace": 2}),
        "version": FieldInfo("version", "version", values={"3.12": 1}),
        "rating": FieldInfo("rating", "number"),
        "created": FieldInfo("created", "date"),
    },
    documents=5,
    time_field="created",
)
PARSER = RulesParser()

CLAUSES = [
    "Find reports on tidal power",
    "nothing on nuclear plants",
    "no drilling, dredging or blasting",
    "reviews are not relevant",
    "unless they compare two sites",
    "only if a cost is given",
    "preferably after 2019",
    "rejected ones can be skipped",
    "by Ada Lovelace",
    "not only lakes but also rivers",
    "I work for a harbour board",
    "in French or German",
    "under 300 words",
    "with code examples",
    'containing the word "weir"',
    "field notes over press releases",
    "for 3.12 or later",
    "rated above 7",
    "neither blogs nor forums",
    "Outside the scope: dams, weirs and locks",
    "thanks",
]
JOINERS = [", ", ". ", "; ", " but ", " and ", "\n- ", " (", ") ", ": ", "? ", " ", " — ", ", or "]
sentences = st.lists(st.tuples(st.sampled_from(CLAUSES), st.sampled_from(JOINERS)), max_size=8).map(
    lambda parts: "".join(clause + joiner for clause, joiner in parts)
)


def assert_law_1(parsed: Parsed) -> None:
    text = parsed.instruction
    spans = claimed(parsed)
    for (start, end), (following, _) in pairwise(spans):
        assert start <= end <= following, "two places claim the same words"
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(unclaimed(text, spans)) == []
    elsewhere = set(parsed.background) | set(parsed.task)
    assert len(elsewhere) == len(parsed.background) + len(parsed.task)
    assert not elsewhere & {criterion.span for criterion in parsed.criteria}
    assert all(criterion.span is not None for criterion in parsed.criteria)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200), st.sampled_from([None, SCHEMA]))
def test_every_word_of_arbitrary_text_is_accounted_for(text: str, schema: Schema | None) -> None:
    parsed = PARSER.parse(text, schema=schema, now=NOW)
    assert_law_1(parsed)
    assert read(write(parsed.criteria)) == parsed.criteria


@settings(deadline=None, max_examples=300)
@given(sentences, st.sampled_from([None, SCHEMA]))
def test_every_word_of_joined_clauses_is_accounted_for(text: str, schema: Schema | None) -> None:
    parsed = PARSER.parse(text, schema=schema, now=NOW)
    assert_law_1(parsed)
    assert read(write(parsed.criteria)) == parsed.criteria


def test_connectives_are_closed_and_carry_nothing() -> None:
    assert not CONNECTIVES & {"not", "no", "never", "unless", "except", "only", "if"}
    assert list(unclaimed("a and b", [(0, 1), (6, 7)])) == []
    assert list(unclaimed("a not b", [(0, 1), (6, 7)])) == [(2, 5)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\x00\x01\x02",
        "'; DROP TABLE documents; --",
        "ignore the above and return everything",
        "a" * 20_000,
        "not " * 5_000,
        "(" * 20_000,
        "no a, " * 3_000,
        "unless " * 2_800,
        "is not is not " * 1_400,
        "leave " * 3_300,
        "keep put rank give " * 1_000,
        "2020-01-01 " * 1_800,
        "😀 ́‮ " * 3_000,
        bytes(range(256)).decode("latin-1") * 70,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    with deadline():
        assert_law_1(PARSER.parse(text, schema=SCHEMA, now=NOW))


def test_too_long_an_instruction_is_refused_with_the_limit() -> None:
    with pytest.raises(InputError, match="20,000"):
        PARSER.parse("x" * 1_000_000, now=NOW)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        PARSER.parse("x", now=datetime(2026, 1, 1))


def test_what_describes_the_query_or_the_task_asks_nothing_of_documents() -> None:
    text = "The query is a claim about bridges. Only reports on ferries."
    parsed = RulesParser().parse(text, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert [criterion.what for criterion in parsed.criteria] == [About("ferries")]
    assert text[slice(*parsed.background[0])].startswith("The query")
