"""What people type over shops, jobs, recipes and tickets: units, flags, months, exceptions, wishes.

Every case is instruction -> criteria notation over the schema below, read without the model.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adhere.need import About, All, Any, Field, Form, Time
from adhere.parse.language import write
from adhere.parse.mend import excepted, parted
from adhere.parse.reconcile import Reading
from adhere.parse.rules import RulesParser
from adhere.parse.rules.link import Linker
from adhere.parse.tags import Clause, Slot
from adhere.schema import FieldInfo, Schema

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FIELDS = (
    FieldInfo("kind", "keyword", values={"runbook": 4, "policy": 3, "draft": 2}),
    FieldInfo("team", "keyword", values={"Security": 4, "Payments": 3, "keep": 1}),
    FieldInfo("cuisine", "keyword", values={"Indian": 4, "French": 2}),
    FieldInfo("place", "keyword", values={"Leeds": 4, "Cardiff": 2}),
    FieldInfo("price", "number"),
    FieldInfo("weight_g", "number"),
    FieldInfo("minutes", "number"),
    FieldInfo("salary", "number"),
    FieldInfo("rating", "number"),
    FieldInfo("experience", "number"),
    FieldInfo("in_stock", "boolean"),
    FieldInfo("premium", "boolean"),
    FieldInfo("remote", "boolean"),
    FieldInfo("posted", "date"),
)
SCHEMA = Schema({info.name: info for info in FIELDS}, 20, "posted")
LINKER = Linker(SCHEMA)


@pytest.mark.parametrize(
    ("instruction", "notation"),
    [
        # a unit, a sign or a verb names the field
        ("costs under 100 euros, rated at least 4.3", "want field(price < 100)\nwant field(rating >= 4.3)"),
        ("paying at least 60k", "want field(salary >= 60000)"),
        ("nothing over 500 grams", "avoid field(weight_g > 500)"),
        ("weighs less than 2 kg", "want field(weight_g < 2000)"),
        ("cheaper than $20", "want field(price < 20)"),
        ("under $20", 'want about("under $20")'),  # a price or a salary: nobody says which
        ("4 stars or better", "want field(rating >= 4)"),
        ("less than 5 years of experience", "want field(experience < 5)"),
        (
            "30 to 60 minutes",
            "want all(field(minutes >= 30), field(minutes <= 60))",
        ),
        # a bound is no exclusion, and a denied one is turned round once
        ("no frying, and not more than 90 minutes", 'avoid about("frying")\nwant field(minutes <= 90)'),
        ("may not run over 800 words", "avoid form(words > 800)"),
        # flags of several words, and denied ones
        ("in stock", "want field(in_stock = true)"),
        ("hide whatever isn't in stock", "avoid field(in_stock = false)"),
        ("non-premium", "want field(premium = false)"),
        # months without a year, lists of dates, decades
        ("posted since September", 'want time(from d"2026-09-01")'),
        ("posted after June", 'want time(from d"2026-07-01")'),
        ("posted before December", 'want time(before d"2025-12-01")'),
        ("posted in May or June 2025", 'want time(from d"2025-05-01" before d"2025-07-01")'),
        ("nothing from June", 'avoid time(from d"2026-06-01" before d"2026-07-01")'),
        ("skip anything from May", 'avoid time(from d"2026-05-01" before d"2026-06-01")'),
        ("posted in October", 'want time(from d"2026-10-01" before d"2026-11-01")'),
        ("fresh ones first", "prefer time(recent 365d)"),
        # a time that no calendar has
        ("only those from after the war", 'want? about("from after the war")'),
        ("no drafts from before the summer", (
            'avoid? all(field(kind = "draft"), about("before the summer"))')),
        ("no drafts that are old", 'avoid? all(field(kind = "draft"), about("old"))'),
        ("life after the war", 'want about("life after the war")'),
        ("last five years", 'want time(from d"2021-11-28")'),
        (
            "policy, and posted in 2019 or 2020",
            'want field(kind = "policy")\nwant time(from d"2019-01-01" before d"2021-01-01")',
        ),
        ("no 2018 papers", 'avoid time(from d"2018-01-01" before d"2019-01-01")'),
        ("1990s papers", 'want time(from d"1990-01-01" before d"2000-01-01")'),
        # exceptions
        ("no drafts except those posted this year", (
            'avoid field(kind = "draft") unless time(from d"2026-01-01" before d"2027-01-01")')),
        ("nothing on fares unless it's a policy, and only things from 2026", (
            'avoid about("fares") unless field(kind = "policy")\n'
            'want time(from d"2026-01-01" before d"2027-01-01")')),
        ("Payments is okay only if it has a rating above 4.4", (
            'avoid field(team = "Payments") unless field(rating > 4.4)')),
        ("Not interested in mirrors unless they are in stock", (
            'avoid about("mirrors") unless field(in_stock = true)')),
        # requests and wishes
        ("could you hide the drafts", 'avoid field(kind = "draft")'),
        ("I'd rather not have Cardiff", 'disprefer field(place = "Cardiff")'),
        ("rather not Leeds", 'disprefer field(place = "Leeds")'),
        ("shortest first", "prefer form(words < 300)"),
        # values on the nouns of a store; a verb that some value happens to be
        ("no Indian dishes", 'avoid field(cuisine = "Indian")'),
        ("no French recipes with cheese", 'avoid all(field(cuisine = "French"), about("cheese"))'),
        ("keep it under 150 words", "want form(words < 150)"),
        ("runbooks about failover", 'want field(kind = "runbook")\nwant about("failover")'),
        ("leave out pages that mention C API", 'avoid mentions("C API")'),
    ],
)  # fmt: skip
def test_what_people_type(instruction: str, notation: str) -> None:
    assert write(RulesParser().parse(instruction, schema=SCHEMA, now=NOW).criteria) == notation


def test_a_time_that_no_calendar_has_is_asked_about() -> None:
    (criterion,) = RulesParser().parse("only those from after the war", schema=SCHEMA, now=NOW).criteria
    assert "'from after the war' cannot be held against a date" in criterion.question
    dateless = Schema({"kind": SCHEMA.fields["kind"]}, 20)
    (criterion,) = RulesParser().parse("only those from after the war", schema=dateless, now=NOW).criteria
    assert not criterion.assumed, "a store without dates has none to ask for"


@pytest.mark.parametrize(
    ("clause", "notation"),
    [
        (
            "no drafts from before the summer",
            'avoid all(field(kind = "draft"), about("from before the summer"))',
        ),
        ("no recent drafts", 'avoid all(time(recent 365d), field(kind = "draft"))'),
        (
            "no drafts quoting the news of 2015",
            'avoid? all(field(kind = "draft"), time(from d"2015-01-01" before d"2016-01-01"))',
        ),
        ("no drafts, thank you", 'avoid field(kind = "draft")'),
    ],
)
def test_an_exclusion_keeps_the_time_that_the_model_passed_over(clause: str, notation: str) -> None:
    value = slot(clause, "drafts", "value")
    found = Reading(clause, [value], LINKER, NOW).criteria((0, len(clause)), "avoid")
    assert found is not None
    assert write(found) == notation


@pytest.mark.parametrize("question", ["can you swim in it", "kids who play hide and seek"])
def test_questions_and_games_exclude_nothing(question: str) -> None:
    assert all(c.polarity == "want" for c in RulesParser().parse(question, schema=SCHEMA, now=NOW).criteria)


def test_a_bound_at_a_month_takes_the_last_one_that_has_begun() -> None:
    may = RulesParser().parse("posted before may be too old", schema=SCHEMA, now=NOW)
    assert not any(isinstance(c.what, Time) for c in may.criteria)


def slot(text: str, words: str, label: str, *, denied: bool = False, confidence: float = 1.0) -> Slot:
    return Slot((text.index(words), text.index(words) + len(words)), label, denied, confidence)


def meant(text: str, polarity: str, *slots: Slot) -> list[tuple[str, object]]:
    found = Reading(text, slots, LINKER, NOW).criteria((0, len(text)), polarity)  # type: ignore[arg-type]
    assert found is not None
    return [(c.polarity, c.what) for c in found]


def test_a_denial_that_is_why_the_clause_excludes_is_not_counted_twice() -> None:
    text = "and not Cardiff"
    assert meant(text, "avoid", slot(text, "Cardiff", "value", denied=True)) == [
        ("avoid", Field("place", "=", "Cardiff"))
    ]
    text = "skip those that are not Cardiff"
    assert meant(text, "avoid", slot(text, "Cardiff", "value", denied=True))[0][1] != Field(
        "place", "=", "Cardiff"
    )


def test_a_bound_that_the_model_turned_with_the_clause_is_turned_back() -> None:
    text = "not posted after 2023"
    assert meant(text, "avoid", slot(text, "2023", "<=")) == [
        ("avoid", Time(start=datetime(2024, 1, 1, tzinfo=UTC)))
    ]


def test_the_unit_decides_which_field_a_bound_is_on() -> None:
    text = "under 100 grams, rated at least 4"
    made = meant(text, "want", slot(text, "100", "<"), slot(text, "rated", "field"), slot(text, "4", ">="))
    assert made == [("want", Field("weight_g", "<", 100)), ("want", Field("rating", ">=", 4))]


def test_a_flag_beside_a_value_is_an_alternative() -> None:
    text = "either remote or in Leeds"
    made = meant(text, "want", slot(text, "remote", "field"), slot(text, "Leeds", "value"))
    assert made == [("want", Any((Field("remote", "=", True), Field("place", "=", "Leeds"))))]


def test_a_list_of_years_is_taken_whole() -> None:
    text = "posted in 2008, 2009 or 2011"
    ((_, what),) = meant(text, "want", slot(text, "2009", ">="))
    assert isinstance(what, Any)
    assert len(what.parts) == 2


def test_a_bound_without_a_number_is_none() -> None:
    text = "more than 400 words of plot"
    made = meant(text, "want", slot(text, "400", "words>"), slot(text, "of plot", "words>"))
    assert made == [("want", Form("words", ">", 400))]


def test_a_month_that_the_model_calls_a_bound_is_one() -> None:
    text = "what went online after June, in Leeds"
    made = meant(text, "want", slot(text, "June", ">"), slot(text, "Leeds", "value"))
    assert ("want", Time(start=datetime(2026, 7, 1, tzinfo=UTC))) in made


def clause(text: str, words: str, role: str, unless_of: int | None = None) -> Clause:
    start = text.index(words)
    return Clause((start, start + len(words)), role, "topic", None, unless_of)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "roles", "limits"),
    [
        ("no westerns", ("avoid", "want"), ("avoid", 0)),
        ("comedies", ("want", "want"), ("want", None)),
        ("comedies", ("avoid", "avoid"), ("want", None)),
        ("not interested in westerns", ("want", "want"), ("avoid", 0)),
    ],
)
def test_except_lifts_an_exclusion_and_excludes_from_a_want(first, roles, limits) -> None:
    text = f"{first}, except those with Ann Cole"
    found = excepted(
        text, [clause(text, first, roles[0]), clause(text, "except those with Ann Cole", roles[1])]
    )
    assert (found[0].role, found[1].unless_of) == limits
    assert found[1].role == ("want" if limits[0] == "avoid" else "avoid")


def test_a_rule_of_its_own_leaves_the_exception_before_it() -> None:
    text = "no fares unless short, and only policies; trams"
    found = parted(text, [
        clause(text, "no fares", "avoid"),
        clause(text, "unless short, and only policies", "want", 0),
        clause(text, "trams", "want"),
    ])  # fmt: skip
    assert [(text[slice(*c.span)], c.role, c.unless_of) for c in found] == [
        ("no fares", "avoid", None),
        ("unless short", "want", 0),
        ("only policies", "want", None),
        ("trams", "want", None),
    ]


def test_an_exclusion_of_a_combination_keeps_its_subject() -> None:
    (criterion,) = RulesParser().parse("no Indian dishes for children", schema=SCHEMA, now=NOW).criteria
    assert criterion.what == All((Field("cuisine", "=", "Indian"), About("children")))
