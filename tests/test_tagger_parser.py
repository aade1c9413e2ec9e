"""The tagger as a parser: law 1, what becomes of an exception, of doubt, and of very long text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.errors import ModelError
from adhere.need import About, conditions
from adhere.parse import default_parser
from adhere.parse.language import read, write
from adhere.parse.rules import RulesParser
from adhere.parse.rules import polarity as rules
from adhere.parse.rules.task import only_task
from adhere.parse.tagger import PACKAGED, TaggerParser, _condition
from adhere.parse.tags import Clause
from adhere.schema import FieldInfo, Schema
from test_parse_laws import SCHEMA, assert_law_1, sentences
from test_parse_rules import EXCLUSIONS, TYPED
from test_parse_rules import SCHEMA as FIELDS

NOW = datetime(2026, 7, 1, tzinfo=UTC)
packaged = pytest.mark.skipif(not PACKAGED.exists(), reason="no tagger is packaged")


@pytest.fixture(scope="module")
def parser() -> TaggerParser:
    return TaggerParser(PACKAGED)


@packaged
@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=120))
def test_every_word_of_arbitrary_text_is_accounted_for(parser: TaggerParser, text: str) -> None:
    assert_law_1(parser.parse(text, now=NOW))


@packaged
@settings(deadline=None, max_examples=100)
@given(text=sentences, schema=st.sampled_from([None, SCHEMA]))
def test_every_word_of_joined_clauses_is_accounted_for(
    parser: TaggerParser, text: str, schema: Schema | None
) -> None:
    parsed = parser.parse(text, schema=schema, now=NOW)
    assert_law_1(parsed)
    assert read(write(parsed.criteria)) == parsed.criteria


@packaged
@settings(deadline=None, max_examples=100)
@given(text=sentences)
def test_subjects_close_the_brackets_that_they_open(parser: TaggerParser, text: str) -> None:
    for criterion in parser.parse(text, now=NOW).criteria:
        for leaf in conditions(criterion.what):
            assert not isinstance(leaf, About) or leaf.text.count("(") == leaf.text.count(")")


@packaged
@pytest.mark.parametrize(("instruction", "notation"), EXCLUSIONS + TYPED, ids=lambda text: text[:50])
def test_short_instructions_are_read_as_the_rules_read_them(
    parser: TaggerParser, instruction: str, notation: str
) -> None:
    assert write(parser.parse(instruction, schema=FIELDS, now=NOW).criteria) == notation


@packaged
def test_what_a_program_decides_stays_in_a_longer_instruction(parser: TaggerParser) -> None:
    text = "only accepted or final proposals, nothing about C extensions, prefer short ones"
    assert write(parser.parse(text, schema=FIELDS, now=NOW).criteria).splitlines() == [
        'want field(status in ["Accepted", "Final"])',
        'avoid about("C extensions")',
        "prefer form(words < 300)",
    ]


@packaged
def test_an_exclusion_is_read_with_its_exception(parser: TaggerParser) -> None:
    parsed = parser.parse(
        "Papers on tidal power. Reviews are not relevant, unless they compare two sites.",
        query="tidal power",
        now=NOW,
    )
    assert_law_1(parsed)
    want, avoid = parsed.criteria
    assert (want.polarity, avoid.polarity) == ("want", "avoid")
    assert isinstance(avoid.what, About)
    assert avoid.what.text == "Reviews"
    assert avoid.unless is not None


@packaged
def test_doubt_is_marked_and_asked_about(parser: TaggerParser) -> None:
    parser_in_doubt = TaggerParser(PACKAGED)
    parser_in_doubt._sure = 1.1
    parsed = parser_in_doubt.parse("Find reports on tidal power in Wales. Nothing on dams, please.", now=NOW)
    assert {criterion.assumed for criterion in parsed.criteria} == {True}
    assert parsed.criteria.items[-1].question == "Should documents about 'dams' be left out?"


@packaged
def test_text_beyond_the_window_is_read_in_parts(parser: TaggerParser) -> None:
    text = "Reports on tidal power in Wales. " * 250 + "Nothing on dams."
    parsed = parser.parse(text, now=NOW)
    assert_law_1(parsed)
    last = parsed.criteria.items[-1]
    assert last.polarity == "avoid"
    assert last.span is not None
    assert text[slice(*last.span)].startswith("Nothing on dams")


@packaged
def test_a_file_that_is_not_the_shipped_one_is_refused(tmp_path: Path) -> None:
    for file in PACKAGED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged"):
        TaggerParser(tmp_path).clauses("no trams")


def test_a_folder_without_a_tagger_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"adhere\.train\.tagger"):
        TaggerParser(tmp_path)


def test_a_tagger_with_other_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"labels": ["O"], "sure": 0.5}')
    with pytest.raises(ModelError, match="other labels"):
        TaggerParser(tmp_path)


def test_a_cue_word_of_another_role_stays_in_the_condition() -> None:
    text = "nothing on trams"
    avoid = Clause((0, 16), "avoid", core=(0, 16))
    assert _condition(text, avoid) == "trams"
    assert _condition(text, replace(avoid, role="want")) == "nothing on trams"


def test_the_default_parser_is_the_packaged_tagger() -> None:
    assert default_parser().name == ("tagger" if PACKAGED.exists() else "rules")


STDLIB = Schema(
    {
        "kind": FieldInfo("kind", "keyword", values={"function": 9, "class": 9, "method": 3}),
        "deprecated": FieldInfo("deprecated", "boolean", values={"true": 1}),
        "version": FieldInfo("version", "version", values={"3.11": 2}),
        "created": FieldInfo("created", "date"),
    },
    21,
    "created",
)


@packaged
@pytest.mark.parametrize(
    ("instruction", "notation"),
    [
        # The model alone gives one role to the first two; each begins with its own cue.
        (
            "nothing deprecated, only functions, nothing about zip files",
            'avoid field(deprecated = true); want field(kind = "function"); avoid about("zip files")',
        ),
        (
            'functions or classes, but nothing deprecated unless it mentions "asyncio"',
            'want field(kind in ["function", "class"])\n'
            'avoid field(deprecated = true) unless mentions("asyncio")',
        ),
        # Wordings that no rule lists.
        (
            "To count as an answer, a hit needs to be one whose version has not yet reached 3.11.",
            'want field(version < v"3.11")',
        ),
        (
            "My supervisor rejects every class that was created prior to 2019, so spare me those.",
            'avoid all(field(kind = "class"), time(before d"2019-01-01"))',
        ),
    ],
)
def test_conditions_are_read_wherever_they_stand(
    parser: TaggerParser, instruction: str, notation: str
) -> None:
    parsed = parser.parse(instruction, schema=STDLIB, now=NOW)
    assert parsed.criteria == read(notation)


@packaged
@pytest.mark.parametrize(
    "prompt",
    [
        "Given a web search query, retrieve relevant passages that answer the query",
        "Given a question, retrieve documents that answer it.",
        "Given a financial question, retrieve user replies that best answer the question",
        "Given a query on COVID-19, retrieve documents that answer the query",
        "Given a scientific claim, retrieve documents that support or refute the claim",
        "Retrieve passages that answer the question.",
        "Represent this sentence for searching relevant passages:",
        "Find documents relevant to the query.",
        "Find the abstract that this summary was made from.",
        "The paragraph must contain the answer explicitly.",
    ],
)
def test_a_prompt_that_only_says_what_searching_is_asks_nothing(parser: TaggerParser, prompt: str) -> None:
    for one in (parser, RulesParser()):
        parsed = one.parse(prompt, now=NOW)
        assert_law_1(parsed)
        assert not parsed.criteria, one.name


def test_a_prompt_without_an_end_is_none() -> None:
    for word in ("best ", "to ", "those "):
        text = word * 4000 + "documents"
        assert not only_task(text, rules.Clause((0, len(text)), "want"))


@packaged
@pytest.mark.parametrize(
    ("prompt", "program"),
    [
        ("Given a query, retrieve only accepted proposals", 'want about("accepted proposals")'),
        ("Given a claim, find documents that refute the claim", 'want about("refute the claim")'),
        ("only papers that answer the question of consciousness", 'want about("answer the question of cons'),
        (
            "Given a question, retrieve passages that answer it and are written in German",
            "want form(language =",
        ),
        ("only questions", "want form(has question)"),
        ("only pages that answer questions from readers", 'want about("answer questions from readers")'),
    ],
)
def test_what_stands_beside_a_prompt_is_asked(parser: TaggerParser, prompt: str, program: str) -> None:
    written = write(parser.parse(prompt, now=NOW).criteria)
    assert written.split("\n")[-1].startswith(program)
    assert ("has question" in written) == ("has question" in program)


@packaged
@pytest.mark.parametrize("query", ["", "concurrency", "c api", "unicode"])
def test_words_that_lead_to_a_date_are_no_subject(parser: TaggerParser, query: str) -> None:
    status = FieldInfo("status", "keyword", values={"Accepted": 3, "Draft": 3, "Final": 3})
    made = FieldInfo("created", "date")
    schema = Schema({"status": status, "created": made}, 9, "created")
    told = {
        "only accepted proposals from after 2019, nothing about C extensions, prefer short ones": [
            'want field(status = "Accepted")',
            'want time(from d"2020-01-01")',
            'avoid about("C extensions")',
            "prefer form(words < 300)",
        ],
        "final proposals from before 2010 that change syntax": [
            'want field(status = "Final")',
            'want time(before d"2010-01-01")',
            'want about("change syntax")',
        ],
    }
    for instruction, programs in told.items():
        parsed = parser.parse(instruction, query=query, schema=schema, now=NOW)
        assert write(parsed.criteria).split("\n") == programs
