"""The tagger as a parser: law 1, what becomes of an exception, of doubt, and of very long text."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.errors import ModelError
from adhere.need import About, Parsed
from adhere.parse.rules.account import claimed, unclaimed
from adhere.parse.tagger import PACKAGED, TaggerParser

NOW = datetime(2026, 7, 1, tzinfo=UTC)
packaged = pytest.mark.skipif(not PACKAGED.exists(), reason="no tagger is packaged")


@pytest.fixture(scope="module")
def parser() -> TaggerParser:
    return TaggerParser(PACKAGED)


def assert_law_1(parsed: Parsed) -> None:
    spans = claimed(parsed)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert list(unclaimed(parsed.instruction, spans)) == []


@packaged
@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=120))
def test_every_word_of_arbitrary_text_is_accounted_for(parser: TaggerParser, text: str) -> None:
    assert_law_1(parser.parse(text, now=NOW))


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
    parsed = parser_in_doubt.parse("no dams", now=NOW)
    assert [criterion.assumed for criterion in parsed.criteria] == [True]
    assert parsed.criteria.items[0].question == "Should documents about 'dams' be left out?"


@packaged
def test_text_beyond_the_window_is_read_in_parts(parser: TaggerParser) -> None:
    text = "Reports on tidal power in Wales. " * 250 + "Nothing on dams."
    parsed = parser.parse(text, now=NOW)
    assert_law_1(parsed)
    last = parsed.criteria.items[-1]
    assert last.polarity == "avoid"
    assert last.span is not None
    assert text[slice(*last.span)].startswith("Nothing on dams")


def test_a_folder_without_a_tagger_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"adhere\.train\.tagger"):
        TaggerParser(tmp_path)


def test_a_tagger_with_other_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"labels": ["O"], "sure": 0.5}')
    with pytest.raises(ModelError, match="other labels"):
        TaggerParser(tmp_path)


@packaged
def test_a_cue_word_inside_the_condition_stays_in_it(parser: TaggerParser) -> None:
    (want,) = parser.parse("Don't leave out rejected PEPs.", query="asyncio", now=NOW).criteria
    assert (want.polarity, want.what) == ("want", About("rejected PEPs"))
