"""From filled slots to typed conditions: what the model names, the schema and the calendar decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from packaging.version import Version

from adhere.need import About, All, Any, Field, Form, Mentions, Not, Time
from adhere.parse import slots as typed
from adhere.parse import tags
from adhere.parse.reconcile import Reading
from adhere.parse.rules.link import Linker, Linking
from adhere.parse.tags import Slot
from adhere.schema import FieldInfo, Schema

NOW = datetime(2026, 7, 1, tzinfo=UTC)
FIELDS = (
    FieldInfo("status", "keyword", values={"Final": 9, "Draft": 5, "In Review": 2}),
    FieldInfo("reviewers", "keyword", is_list=True, values={"Ann Cole": 3, "Bo Dale": 2, "Draft": 1}),
    FieldInfo("page_count", "number"),
    FieldInfo("tool_version", "version", values={"3.9": 1}),
    FieldInfo("last_review", "date"),
    FieldInfo("approved", "boolean"),
    FieldInfo("created", "date"),
)
SCHEMA = Schema({info.name: info for info in FIELDS}, 20, "created")
LINKER = Linker(SCHEMA)


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


def filled(marked: str, *, denied: bool = False, confidence: float = 1.0) -> tuple[str, list[Slot]]:
    """ "with a [field|page count] of [>=|7]" as its text and its slots."""
    text, slots = "", []
    for part in marked.replace("]", "[").split("["):
        label, bar, words = part.partition("|")
        if bar:
            slots.append(Slot((len(text), len(text) + len(words)), label, denied, confidence))
        text += words if bar else part
    return text, slots


def conditions(marked: str, linker: Linker | None = LINKER):
    text, slots = filled(marked)
    found = typed.read(text, (0, len(text)), slots, linker)
    return None if found is None else [phrase.meaning for phrase in found.phrases]


@pytest.mark.parametrize(
    ("marked", "meaning"),
    [
        ("[field|page count] at or under [<=|1,200]", Field("page_count", "<=", 1200)),
        ("not yet at [field|tool version] [<|3.9]", Field("tool_version", "<", Version("3.9"))),
        ("which [field|approved] calls [value|yes]", Field("approved", "=", True)),
        ("marked [value|final]", Field("status", "=", "Final")),
        ("[value|in review] as [field|status]", Field("status", "=", "In Review")),
        ("[value|Ann Cole] sat among the [field|reviewers]", Field("reviewers", "=", "Ann Cole")),
        ("the [field|last review] had come by [<=|2019]", Field("last_review", "<", year(2020))),
        ("of [>|2019]", Time(start=year(2020))),
        ("of [value|2019]", Time(year(2019), year(2020))),
        ('speaking of [mention|"asyncio"]', Mentions("asyncio")),
        ("that fill [words>=|2,000] words", Form("words", ">=", 2000)),
        ("put in [language|German]", Form("language", "=", "de")),
        ("with [list|bullet points]", Form("list", "=", True)),
        ("laid out in [table|columns]", Form("table", "=", True)),
        ("at [>=|3.9]", Field("tool_version", ">=", Version("3.9"))),
    ],
)
def test_a_slot_becomes_the_condition_that_the_schema_allows(marked, meaning):
    assert conditions(marked) == [meaning]


def test_a_value_that_the_named_field_does_not_have_is_kept_as_it_is_said():
    assert conditions("whose [field|status] reads [value|Finl]") == [Field("status", "=", "Finl")]


@pytest.mark.parametrize(
    "marked",
    [
        "marked [value|Draft]",  # of two fields
        "marked [value|Unheard]",
        "with [field|page count] of [>=|many]",
        "with [field|colour] of [value|red]",
        "of [>=|31 February 2020]",
        "[question|quizzes]",
        "in [language|Klingon]",
    ],
)
def test_what_cannot_be_resolved_is_left_to_the_rules(marked):
    assert conditions(marked) is None


@pytest.mark.parametrize(
    "marked",
    ["no [subject|waiting] [list|lists]", "[subject|rail] [links|links]", "the [subject|dress] [code|code]"],
)
def test_a_list_that_closes_the_name_of_another_thing_is_no_part_of_a_text(marked):
    assert conditions(marked) is None


@pytest.mark.parametrize(
    ("marked", "part"),
    [
        ("[subject|bulleted] [list|lists]", "list"),
        ("[subject|Python] [code|code]", "code"),
        ("on [subject|clinics], with [list|lists]", "list"),
    ],
)
def test_a_part_that_is_described_is_still_one(marked, part):
    assert conditions(marked) == [Form(part, "=", True)]


def test_two_bounds_are_one_range_and_two_values_one_choice():
    assert conditions("from [>=|2015] to [<=|2018]") == [Time(year(2015), year(2019))]
    assert conditions("[field|page count] [>=|3] to [<=|9]") == [
        All((Field("page_count", ">=", 3), Field("page_count", "<=", 9)))
    ]
    assert conditions("[field|status] [value|Final] or [value|In Review]") == [
        Field("status", "in", ("Final", "In Review"))
    ]
    assert conditions("with [numbers|numbers] or [numbers|figures]") == [Form("numbers", "=", True)]


def test_a_value_goes_to_the_field_that_has_it():
    assert conditions("[value|Final], with [value|Bo Dale] as [field|reviewers]") == [
        Field("status", "=", "Final"),
        Field("reviewers", "=", "Bo Dale"),
    ]


def test_values_of_a_list_that_are_asked_for_together_are_all_wanted():
    found = criteria("[value|Ann Cole] and [value|Bo Dale] among the [field|reviewers]", "want")
    assert [c.what for c in found] == [
        All((Field("reviewers", "=", "Ann Cole"), Field("reviewers", "=", "Bo Dale")))
    ]


def test_the_field_of_the_documents_own_time_is_their_time():
    assert conditions("[field|created] by [<=|31-Dec-2010]") == [Time(end=year(2011))]


def criteria(marked: str, polarity: str, **said):
    text, slots = filled(marked, **said)
    return Reading(text, slots, LINKER, NOW).criteria((0, len(text)), polarity)


def test_a_want_comes_apart_and_an_exclusion_stays_one():
    marked = "[value|Final] ones with [table|tables] on [subject|ferry fares]"
    wanted = criteria(marked, "want")
    assert {c.what for c in wanted} == {
        Field("status", "=", "Final"), Form("table", "=", True), About("ferry fares")
    }  # fmt: skip
    (excluded,) = criteria(marked, "avoid")
    assert excluded.what == All(
        (Field("status", "=", "Final"), Form("table", "=", True), About("ferry fares"))
    )


def test_a_condition_denied_in_its_clause_turns_round():
    (one,) = criteria("that have no [table|tables]", "want", denied=True)
    assert (one.polarity, one.what) == ("avoid", Form("table", "=", True))
    (one,) = criteria("that have no [table|tables]", "avoid", denied=True)
    assert (one.polarity, one.what) == ("avoid", Not(Form("table", "=", True)))


def test_alternatives_are_any_of_them():
    (one,) = criteria("either [value|Final] or of [>=|2019]", "want")
    assert one.what == Any((Field("status", "=", "Final"), Time(start=year(2019))))


def test_an_or_binds_only_what_it_stands_between():
    found = criteria("by [value|Ann Cole], in [language|French] or [language|German], [table|tables]", "want")
    assert [c.what for c in found] == [
        Field("reviewers", "=", "Ann Cole"),
        Any((Form("language", "=", "fr"), Form("language", "=", "de"))),
        Form("table", "=", True),
    ]
    (one,) = criteria("[value|Final], [language|German] or [table|tables]", "avoid")
    assert isinstance(one.what, Any) and len(one.what.parts) == 3


def test_or_later_is_the_end_of_a_bound_and_no_alternative():
    found = criteria("from [>=|2019] or later that are [value|Final]", "want")
    assert {c.what for c in found} == {Time(start=year(2019)), Field("status", "=", "Final")}


def test_what_the_model_is_unsure_of_is_assumed_and_asks():
    (one,) = criteria("laid out in [table|columns]", "want", confidence=0.4)
    assert one.assumed and one.question


def test_where_the_model_doubts_and_the_rules_do_not_theirs_counts():
    (one,) = criteria("of at least [words<|2,000] words", "want", confidence=0.4)
    assert (one.what, one.assumed) == (Form("words", ">=", 2000), False)


def test_a_choice_of_which_the_model_saw_one_value_is_the_choice():
    text, slots = filled("only [value|final] [subject|or draft reports]")
    (criterion,) = Reading(text, slots, LINKER, NOW).criteria((0, len(text)), "want")
    assert criterion.what == Field("status", "in", ("Final", "Draft"))


def test_rules_still_read_what_no_slot_covers():
    found = criteria("recent [value|Final] ones", "want")
    assert [(c.polarity, type(c.what).__name__) for c in found] == [("prefer", "Recent"), ("want", "Field")]


def decoded(text: str, *words: tuple[str, str, float]) -> list[Slot]:
    """The slots of a text whose words the model labels so, with such a logit."""
    spans, start = [], 0
    logits = np.zeros((len(words), tags.OUTPUTS), dtype=np.float32)
    for number, (word, label, logit) in enumerate(words):
        start = text.index(word, start)
        spans.append((start, start := start + len(word)))
        logits[number, sum(tags.HEADS[:4]) + tags.SLOTS.index(label)] = logit
    return tags.slots(text, spans, logits)


def test_words_side_by_side_with_one_label_are_one_slot():
    (slot,) = decoded("Ann Cole too", ("Ann", "value", 20), ("Cole", "value", 20), ("too", "O", 20))
    assert (slot.span, slot.label, slot.denied) == ((0, 8), "value", False) and slot.confidence > 0.99


def test_a_version_is_one_word_although_the_tokenizer_cuts_it():
    (slot,) = decoded("at 3.11", ("at", "O", 9), ("3", ">=", 9), (".", "O", 5), ("11", ">=", 9))
    assert (slot.span, slot.label) == ((3, 7), ">=")


def test_the_schema_marks_the_words_that_it_knows():
    text = "Final ones whose page counts are 7"
    assert [(text[a:b], mark) for (a, b), mark in LINKER.marks(text)] == [
        ("Final", 2), ("page", 1), ("counts", 1)
    ]  # fmt: skip


def test_a_schema_has_one_dictionary_which_the_next_takes_over_where_no_field_changed():
    parser = Linking()
    first = parser._link(SCHEMA)
    assert parser._link(SCHEMA) is first
    grown = parser._link(replace(SCHEMA, documents=21))
    assert grown.schema.documents == 21 and grown.values is first.values
    fields = SCHEMA.fields | {"status": FieldInfo("status", "keyword", values={"Final": 9, "Active": 1})}
    other = parser._link(replace(SCHEMA, fields=fields))
    assert other.spelled("active", "status") == "Active" and not grown.spelled("active", "status")


def test_words_that_say_nothing_are_no_subject_even_where_the_model_takes_them_for_one():
    text, slots = filled(
        "only [value|Final] [subject|or] [value|In Review] [subject|proposals] on [subject|tides]"
    )
    found = typed.read(text, (0, len(text)), slots, LINKER)
    assert found is not None
    assert found.subject == "tides"
    assert [phrase.meaning for phrase in found.phrases] == [Field("status", "in", ("Final", "In Review"))]


def test_a_doubtful_reading_gives_way_to_the_rules_and_is_never_lost():
    text, slots = filled(
        "only [value|Final] [subject|or] [value|In Review] [subject|proposals]", confidence=0.6
    )
    criteria = Reading(text, slots, LINKER, NOW).criteria((0, len(text)), "want")
    assert criteria is not None
    assert [criterion.what for criterion in criteria] == [Field("status", "in", ("Final", "In Review"))]


def test_a_number_goes_to_no_name_that_another_number_counts_or_its_unit_speaks_against():
    schema = Schema({name: FieldInfo(name, "number") for name in ("rooms", "rent", "floor_area")}, 9)
    linker = Linker(schema)
    for marked in (
        "up to [<=|1200] with two [field|rooms]",
        "2 [field|rooms], at least [>=|80] sqm",
        "[field|rooms] in the past [>|5] years",
    ):
        assert not conditions(marked, linker)
    assert conditions("[field|floor area] of [>=|80] sqm", linker) == [Field("floor_area", ">=", 80)]


def test_a_year_beside_a_year_is_one_too():
    assert conditions("of [value|2019] and [<=|2021]") == [
        Any((Time(year(2019), year(2020)), Time(year(2021), year(2022))))
    ]
