"""Laws of cutting text: nothing is lost, nothing is out of order, and junk costs linear time."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adhere.encode.split import LONGEST_SENTENCE, passages, sentences, windows
from adhere.need import Document
from adhere.words import tokens
from deadline import deadline

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from(list("aB3 .!?\n\t-*>=\"'。字\U0001f600")), st.characters())
)


def spans(text: str) -> list[tuple[int, int]]:
    return [span for _, span in tokens(text)]


@given(TEXTS)
@example(" \n ")
@example("a" * (3 * LONGEST_SENTENCE))
def test_sentences_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert start < stop
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        assert stop - start <= LONGEST_SENTENCE
        end = stop
    assert not text[end:].strip()


@given(TEXTS, st.integers(1, 40), st.integers(0, 20))
def test_passages_cover_every_character_and_know_where_they_start(text: str, size: int, overlap: int) -> None:
    covered = 0
    made = passages("d", text, spans(text), size=size, overlap=overlap)
    for number, passage in enumerate(made):
        assert (passage.document_id, passage.number) == ("d", number)
        assert text[passage.start : passage.start + len(passage.text)] == passage.text
        assert passage.start <= covered
        covered = max(covered, passage.start + len(passage.text))
        assert all(passage.text[start:end].strip() for start, end in passage.sentences)
        assert len(tokens(passage.text)) <= size + 2 * len(passage.sentences)
    assert covered == len(text)


@given(TEXTS)
def test_each_window_brings_something_new(text: str) -> None:
    ends = [p.start + len(p.text) for p in passages("d", text, spans(text), size=5, overlap=4)]
    assert ends == sorted(set(ends))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there.", ["One here.", "Two there."]),
        ("Use it, e.g. Here, or i.e. There. Done.", ["Use it, e.g. Here, or i.e. There.", "Done."]),
        ("Python 3.10 is out. Pi is 3.14 here.", ["Python 3.10 is out.", "Pi is 3.14 here."]),
        ("Written by J. R. Smith et al. Fine work.", ["Written by J. R. Smith et al. Fine work."]),
        ('He said "No." Then he left (quickly.) So?', ['He said "No."', "Then he left (quickly.)", "So?"]),
        ("Wait... for it. What?! Yes.", ["Wait... for it.", "What?!", "Yes."]),
        ("A heading\n\nA line that\nis wrapped. End", ["A heading", "A line that\nis wrapped.", "End"]),
        ("Steps:\n- one\n- two\n3. three", ["Steps:", "- one", "- two", "3. three"]),
        ("1. First thing. 2. Second.", ["1. First thing.", "2. Second."]),
        ("Run this:\n    x = f(1)\n    y = 2", ["Run this:", "x = f(1)", "y = 2"]),
        (">>> a = 1\n>>> b\n1", [">>> a = 1", ">>> b", "1"]),
        ("これは文です。次の文。", ["これは文です。", "次の文。"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences_end_where_a_reader_would_say(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_windows_overlap_by_whole_sentences() -> None:
    text = " ".join(f"Sentence number {n} is here." for n in range(12))
    made = passages("d", text, spans(text), size=20, overlap=6)
    assert [p.text.split()[2] for p in made] == ["0", "3", "6", "9"]
    assert made[0].text.endswith("number 3 is here. ")


def test_a_title_leaves_room_for_the_text_however_long_it_is() -> None:
    title, made = windows(Document("d", "word " * 100, "very " * 50), spans, size=20, overlap=0)
    assert title == ("very " * 5).strip()
    assert max(len(tokens(p.text)) for p in made) == 15


@pytest.mark.parametrize("unit", ["x", ".", ". ", "a b\n    c d", "\n", "= \n    ", "字。", "\0"])
def test_a_megabyte_of_junk_takes_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    with deadline():
        passages("d", text, [(at, at + 1) for at in range(0, len(text), 5)], size=250, overlap=50)
