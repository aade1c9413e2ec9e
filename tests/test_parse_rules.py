"""Instructions and what the rules parser makes of them: a table to read.

Every case is instruction -> criteria notation, one criterion per line, over the schema below.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adhere.need import Criteria
from adhere.parse.language import read, write
from adhere.parse.rules import RulesParser
from adhere.parse.rules.about import listed
from adhere.schema import FieldInfo, Schema

NOW = datetime(2026, 7, 1, tzinfo=UTC)
SCHEMA = Schema(
    {
        "status": FieldInfo(
            "status", "keyword", values={"Final": 9, "Accepted": 4, "Rejected": 3, "Draft": 2, "Active": 1}
        ),
        "type": FieldInfo("type", "keyword", values={"Standards Track": 9, "Process": 4, "Informational": 2}),
        "topic": FieldInfo("topic", "keyword", True, values={"Typing": 5, "Packaging": 3}),
        "authors": FieldInfo("authors", "keyword", True, values={"Guido van Rossum": 7, "Barry Warsaw": 5}),
        "python_version": FieldInfo("python_version", "version", values={"3.12": 2, "3.10": 2}),
        "created": FieldInfo("created", "date"),
        "modified": FieldInfo("modified", "date"),
        "rating": FieldInfo("rating", "number"),
    },
    documents=20,
    time_field="created",
)

EXCLUSIONS = [
    ("nothing on tax law", 'avoid about("tax law")'),
    ("show me nothing about cats", 'avoid about("cats")'),
    ("so return nothing from before August 2025", 'avoid time(before d"2025-08-01")'),
    ("documents that date from 2015 or later", 'want time(from d"2015-01-01")'),
    (
        "The list is limited to documents that date from 2015 up to 2020.",
        'want time(from d"2015-01-01" before d"2021-01-01")',
    ),
    ("only papers whose modified falls in 2012 or later", 'want field(modified >= d"2012-01-01")'),
    ("I already know the papers that appeared in 2006 or after", 'avoid time(from d"2006-01-01")'),
    ("skip papers that carry a python version lower than 3.11", 'avoid field(python_version < v"3.11")'),
    ("no search and rescue", 'avoid about("search and rescue")'),
    (
        "no maps of rivers and plain tables",
        'avoid any(about("maps of rivers"), about("plain tables"))',
    ),
    ("no obituaries", 'avoid about("obituaries")'),
    ("without adverts", 'avoid about("adverts")'),
    ("skip the sports pages", 'avoid about("the sports pages")'),
    ("leave out weather reports", 'avoid about("weather reports")'),
    ("Obituaries are not relevant.", 'avoid about("Obituaries")'),
    ("Press releases do not count.", 'avoid about("Press releases")'),
    ("Anything about golf is useless to me.", 'avoid about("golf")'),
    ("Opinion columns are of no interest.", 'avoid about("Opinion columns")'),
    ("Crosswords can stay on the shelf.", 'avoid about("Crosswords")'),
    ("Tax matters are out of scope.", 'avoid about("Tax matters")'),
    ("Cartoons belong elsewhere.", 'avoid about("Cartoons")'),
    ("Recipes don't qualify.", 'avoid about("Recipes")'),
    ("Horoscopes should be ignored.", 'avoid about("Horoscopes")'),
    ("Horoscopes may be disregarded.", 'avoid about("Horoscopes")'),
    ("Sponsored posts are worthless.", 'avoid about("Sponsored posts")'),
    ("we have had our fill of crime novels", 'avoid about("crime novels")'),
    ("spare me the love stories", 'avoid about("the love stories")'),
    ("steer clear of memoirs", 'avoid about("memoirs")'),
    ("don't send me quizzes", 'avoid about("quizzes")'),
    ("I have no use for quizzes", 'avoid about("quizzes")'),
    ("anything but jazz", 'avoid about("jazz")'),
    ("free of charge-card adverts", 'avoid about("charge-card adverts")'),
    ("interviews, no thanks", 'avoid about("interviews")'),
    ("Interviews: exclude.", 'avoid about("Interviews")'),
    ("Outside the scope: sailing", 'avoid about("sailing")'),
    ("ferries rather than cruises", 'want about("ferries")\navoid about("cruises")'),
    ("ferries instead of cruises", 'want about("ferries")\navoid about("cruises")'),
    ("bridges other than suspension bridges", 'want about("bridges")\navoid about("suspension bridges")'),
    ("everything on canals except locks", 'want about("canals")\navoid about("locks")'),
    ("bridges but not tunnels", 'want about("bridges")\navoid about("tunnels")'),
    ("neither trams nor buses", 'avoid about("trams")\navoid about("buses")'),
    ("ferry timetables. Likewise, nothing on fares", 'want about("ferry timetables")\navoid about("fares")'),
    (
        "A relevant document discusses wind. Tidal power is also relevant. Solar power is not relevant.",
        'want any(about("wind"), about("Tidal power"))\navoid about("Solar power")',
    ),
    (
        "Trams, carts and buses are not relevant.",
        'avoid any(about("Trams"), about("carts"), about("buses"))',
    ),
    (
        "no trams, trolleys or buses",
        'avoid about("trams")\navoid any(about("trolleys"), about("buses"))',
    ),
    ("Trams do not count; neither do buses.", 'avoid about("Trams")\navoid about("buses")'),
]

TRAPS = [
    ("nothing but ferries", 'want about("ferries")'),
    ("not only ferries but also barges", 'want about("not only ferries but also barges")'),
    ("non-fiction about lighthouses", 'want about("non-fiction about lighthouses")'),
    ("cars without drivers", 'want about("cars without drivers")'),
    ("buses that run without a driver", 'want about("buses that run without a driver")'),
    ("whether or not a fee is charged", ""),
    ("no fewer than two crossings", 'want about("no fewer than two crossings")'),
    ("not limited to rivers", 'want about("not limited to rivers")'),
    ("Do not leave out canals.", 'want about("Do not leave out canals")'),
    ("Which towns left out the ferry?", 'want about("towns left out the ferry")'),
]

CONDITIONS = [
    (
        "Ferries are not relevant unless they carry trains.",
        'avoid about("Ferries") unless about("carry trains")',
    ),
    (
        "Ferries are relevant only if they carry trains.",
        'avoid about("Ferries") unless about("carry trains")',
    ),
    (
        "No ferries, except where they carry trains.",
        'avoid about("ferries") unless about("carry trains")',
    ),
    (
        "rejected ones are out unless by Barry Warsaw",
        'avoid field(status = "Rejected") unless field(authors = "Barry Warsaw")',
    ),
    ("ferries or barges", 'want any(about("ferries"), about("barges"))'),
    ("If a page is about fares, leave it out.", 'avoid about("fares")'),
]

WISHES = [
    ("ideally with photographs", 'prefer about("with photographs")'),
    ("Photographs would be nice.", 'prefer about("Photographs")'),
    ("prefer maps", 'prefer about("maps")'),
    ("maps over photographs", 'prefer about("maps")\ndisprefer about("photographs")'),
    ("prefer maps over photographs", 'prefer about("maps")\ndisprefer about("photographs")'),
    ("maps are a bonus", 'prefer about("maps")'),
    ("less interested in fares", 'disprefer about("fares")'),
    ("Fares are of marginal interest.", 'disprefer about("Fares")'),
    ("Fare tables are a partial match.", 'disprefer about("Fare tables")'),
    ("If a page is about fares, count it only halfway.", 'disprefer about("fares")'),
    ("It would be a bonus to see maps.", 'prefer about("maps")'),
    ("I would sooner see maps.", 'prefer about("maps")'),
    ("I would rather have final papers.", 'prefer field(status = "Final")'),
    ("maps if possible", 'prefer about("maps")'),
    ("Please be quick.", ""),
    ("recent papers", "prefer time(recent 365d)"),
    ("short ones", "prefer form(words < 300)"),
]

TYPED = [
    ("rejected ones", 'want field(status = "Rejected")'),
    ("only accepted proposals", 'want field(status = "Accepted")'),
    ("Drafts can be skipped.", 'avoid field(status = "Draft")'),
    ("status is Final", 'want field(status = "Final")'),
    ("status Accepted or Final", 'want field(status in ["Accepted", "Final"])'),
    ("the status must be rejected", 'want field(status = "Rejected")'),
    ("nothing but final proposals", 'want field(status = "Final")'),
    ("by Guido van Rossum", 'want field(authors = "Guido van Rossum")'),
    ("Guido van Rossum must be among the authors", 'want field(authors = "Guido van Rossum")'),
    ("I need what Guido van Rossum wrote", 'want field(authors = "Guido van Rossum")'),
    ("typing PEPs", 'want field(topic = "Typing")'),
    ("not Process PEPs", 'avoid field(type = "Process")'),
    ("for 3.12", 'want field(python_version = v"3.12")'),
    ("3.10 or later", 'want field(python_version >= v"3.10")'),
    ("rated above 7", "want field(rating > 7)"),
    ("modified after 2020", 'want field(modified >= d"2021-01-01")'),
    ("after 2019", 'want time(from d"2020-01-01")'),
    ("since 2019", 'want time(from d"2019-01-01")'),
    ("created in 2019 or later", 'want time(from d"2019-01-01")'),
    ("before March 2021", 'want time(before d"2021-03-01")'),
    ("published until 2020", 'want time(before d"2021-01-01")'),
    ("papers from 2018 to 2020", 'want time(from d"2018-01-01" before d"2021-01-01")'),
    ("published in 2020", 'want time(from d"2020-01-01" before d"2021-01-01")'),
    ("published last year", 'want time(from d"2025-01-01" before d"2026-01-01")'),
    ("from the past 6 months", 'want time(from d"2026-01-01")'),
    ("as of 2019-05-01", 'want time(as-of d"2019-05-01")'),
    ("under 300 words", "want form(words < 300)"),
    ("at least two pages", 'want about("at least two pages")\nwant? form(words >= 600)'),
    ("written in French", 'want form(language = "fr")'),
    ("in French or German", 'want any(form(language = "fr"), form(language = "de"))'),
    ("with code examples", "want form(has code)"),
    ("no tables", "avoid form(has table)"),
    ('containing the word "async"', 'want mentions("async")'),
    ("that mention asyncio", 'want mentions("asyncio")'),
    ("without the word async", 'avoid mentions("async")'),
    (
        "papers since 2019 about vector search",
        'want time(from d"2019-01-01")\nwant about("vector search")',
    ),
    (
        "only accepted proposals, nothing on C extensions",
        'want field(status = "Accepted")\navoid about("C extensions")',
    ),
    (
        "no rejected proposals about async",
        'avoid all(field(status = "Rejected"), about("async"))',
    ),
]


RESTRICTIONS = [
    ("Only papers whose status is Final are relevant.", 'want field(status = "Final")'),
    ("Narrow this down to final papers.", 'want field(status = "Final")'),
    ("Limit yourself to papers about bridges", 'want about("bridges")'),
    ("Stick to papers by Barry Warsaw.", 'want field(authors = "Barry Warsaw")'),
    ("Nothing other than drafts", 'want field(status = "Draft")'),
    ("Everything must be final.", 'want field(status = "Final")'),
    ("I only want drafts.", 'want field(status = "Draft")'),
    ("Final papers and nothing else.", 'want field(status = "Final")'),
    ("Papers on ferries, and no others.", 'want about("ferries")'),
    ("I need final papers with no others.", 'want field(status = "Final")'),
    ("drafts, with nothing else", 'want field(status = "Draft")'),
    ("I cannot use drafts.", 'avoid field(status = "Draft")'),
    ("I want drafts only.", 'want field(status = "Draft")'),
    ("Results have to come from papers whose topic is Typing.", 'want field(topic = "Typing")'),
    ("Unless papers are final, skip them.", 'want field(status = "Final")'),
    ("I don't want drafts.", 'avoid field(status = "Draft")'),
]

NAMED = [
    ("whose status is not Final", 'want not(field(status = "Final"))'),
    ("by Guido van Rossum on golems", 'want field(authors = "Guido van Rossum")\nwant about("golems")'),
    ("status: Final", 'want field(status = "Final")'),
    ("the topic reads Typing", 'want field(topic = "Typing")'),
    ("papers with Typing as their topic", 'want field(topic = "Typing")'),
    ("python versions older than 2.6", 'want field(python_version < v"2.6")'),
    ("python version is newer than 3.5", 'want field(python_version > v"3.5")'),
    ("its python version is 3.11 and upwards", 'want field(python_version >= v"3.11")'),
    ("python version up to 3.8", 'want field(python_version <= v"3.8")'),
    ("nothing with a python version below 3.8", 'avoid field(python_version < v"3.8")'),
    ("rating no lower than 6", "want field(rating >= 6)"),
    ("rating: 7 or more", "want field(rating >= 7)"),
    ("rating between 3 and 7", "want all(field(rating >= 3), field(rating <= 7))"),
    ("with created since 2015", 'want field(created >= d"2015-01-01")'),
    ("more than 3 bridges", 'want about("more than 3 bridges")'),
    ("prefer python version before 3.4", 'prefer field(python_version < v"3.4")'),
    ("with a question", "want form(has question)"),
    ("papers with numbers first", "prefer form(has numbers)"),
]

MENTIONED = [
    ('that mention "..."', 'want about("mention \\"")'),
    ('containing the phrase "tidal power"', 'want mentions("tidal power")'),
    ("in which the word weir occurs", 'want mentions("weir")'),
    ('Leave out papers in which the term "weir" appears.', 'avoid mentions("weir")'),
]


DENIED = [
    ("proposals that are not rejected", 'avoid field(status = "Rejected")'),
    ("proposals which aren't rejected", 'avoid field(status = "Rejected")'),
    ("papers that have not been accepted", 'avoid field(status = "Accepted")'),
    (
        "papers that are neither rejected nor drafts",
        'avoid field(status = "Rejected")\navoid field(status = "Draft")',
    ),
    (
        "papers on typing that are not rejected",
        'want field(topic = "Typing")\navoid field(status = "Rejected")',
    ),
    ("papers that do not mention asyncio", 'avoid mentions("asyncio")'),
    ("final papers not mentioning asyncio", 'want field(status = "Final")\navoid mentions("asyncio")'),
    (
        "weir papers that are not rejected",
        'want about("weir papers")\navoid field(status = "Rejected")',
    ),
    ("weirs that are not final", 'want about("weirs that are not final")\navoid? field(status = "Final")'),
    ("only if not rejected", 'avoid field(status = "Rejected")'),
    ("everything unless it is rejected", 'avoid field(status = "Rejected")'),
    ("must not be rejected", 'avoid field(status = "Rejected")'),
    ("They shouldn't be drafts.", 'avoid field(status = "Draft")'),
    ("They must not be included.", ""),
    ("They don't have to be final.", ""),
    ("status isn't Rejected", 'want not(field(status = "Rejected"))'),
    ("the status must not be Final", 'want not(field(status = "Final"))'),
    ("no papers that are not final", 'avoid not(field(status = "Final"))'),
    ("not newer than 2015", 'want time(before d"2016-01-01")'),
    ("must not be older than 2015", 'avoid time(before d"2015-01-01")'),
    ("not longer than 200 words", "avoid form(words > 200)"),
]

ALTERNATIVES = [
    ("either final or about typing", 'want any(field(status = "Final"), field(topic = "Typing"))'),
    ("either final or about weirs", 'want any(field(status = "Final"), about("weirs"))'),
    ("rejected or older than 2005", 'want any(field(status = "Rejected"), time(before d"2005-01-01"))'),
    (
        "nothing rejected or older than 2005",
        'avoid any(field(status = "Rejected"), time(before d"2005-01-01"))',
    ),
    (
        "final, by Barry Warsaw, or created before 2005",
        'want any(field(status = "Final"), field(authors = "Barry Warsaw"), time(before d"2005-01-01"))',
    ),
    (
        "leave out drafts and process papers",
        'avoid any(field(status = "Draft"), field(type = "Process"))',
    ),
    (
        "no rejected papers about weirs and locks",
        'avoid all(field(status = "Rejected"), about("weirs and locks"))',
    ),
    (
        "published in 2019, 2020 or 2022",
        'want any(time(from d"2019-01-01" before d"2021-01-01"), '
        'time(from d"2022-01-01" before d"2023-01-01"))',
    ),
    ("rating 7 or 8", "want field(rating in [7, 8])"),
    ("rating 6, 7 or 8", "want field(rating in [6, 7, 8])"),
    ("rating 6 to 8", "want all(field(rating >= 6), field(rating <= 8))"),
    ("for 3.10 or 3.12", 'want field(python_version in [v"3.10", v"3.12"])'),
    ("not for 3.10 or 3.12", 'avoid field(python_version in [v"3.10", v"3.12"])'),
    (
        "between 3.8 and 3.10",
        'want all(field(python_version >= v"3.8"), field(python_version <= v"3.10"))',
    ),
    (
        "from Python 3.8 to 3.10",
        'want all(field(python_version >= v"3.8"), field(python_version <= v"3.10"))',
    ),
    ("between 100 and 300 words", "want all(form(words >= 100), form(words <= 300))"),
    (
        "by Guido van Rossum and Barry Warsaw",
        'want all(field(authors = "Guido van Rossum"), field(authors = "Barry Warsaw"))',
    ),
    (
        "not by Guido van Rossum and Barry Warsaw",
        'avoid field(authors in ["Guido van Rossum", "Barry Warsaw"])',
    ),
    ("both Typing and Packaging", 'want all(field(topic = "Typing"), field(topic = "Packaging"))'),
]

WHOLE = [
    ("since June 2022", 'want time(from d"2022-06-01")'),
    ("drafts from 2019", 'want field(status = "Draft")\nwant time(from d"2019-01-01" before d"2020-01-01")'),
    ("nothing from 2019", 'avoid time(from d"2019-01-01" before d"2020-01-01")'),
    ("from 2019 on", 'want time(from d"2019-01-01")'),
    ("published from 2019", 'want time(from d"2019-01-01")'),
    (
        "rating above 7 and final",
        'want field(rating > 7)\nwant field(status = "Final")',
    ),
    ("What papers are relevant? Only consider those with status Final.", 'want field(status = "Final")'),
    ("They should be short.", "prefer form(words < 300)"),
    ("I am interested in weirs", 'want about("weirs")'),
    ("only those not by Barry Warsaw", 'avoid field(authors = "Barry Warsaw")'),
    ("authors include Barry Warsaw", 'want field(authors = "Barry Warsaw")'),
]


@pytest.mark.parametrize(
    ("instruction", "notation"),
    EXCLUSIONS
    + TRAPS
    + CONDITIONS
    + WISHES
    + TYPED
    + RESTRICTIONS
    + NAMED
    + MENTIONED
    + DENIED
    + ALTERNATIVES
    + WHOLE,
    ids=lambda text: text[:50],
)
def test_instruction_to_notation(instruction: str, notation: str) -> None:
    assert write(RulesParser().parse(instruction, schema=SCHEMA, now=NOW).criteria) == notation
    read(notation)


@pytest.mark.parametrize(
    ("instruction", "notation"),
    [
        ("nothing by A.M. Kuchling", 'avoid field(authors = "A.M. Kuchling")'),
        ("leave out everything by Guido van Rossum", 'avoid field(authors = "Guido van Rossum")'),
        ("only West Germany", 'want field(places = "west-germany")'),
        ("not from west-germany", 'avoid field(places = "west-germany")'),
    ],
)
def test_names_as_people_write_them(instruction: str, notation: str) -> None:
    people = {"Guido van Rossum": 7, "A.M. Kuchling": 2}
    schema = Schema(
        {
            "authors": FieldInfo("authors", "keyword", True, values=people),
            "delegate": FieldInfo("delegate", "keyword", values=people),
            "places": FieldInfo("places", "keyword", True, values={"west-germany": 3, "usa": 9}),
        },
        documents=20,
    )
    assert write(RulesParser().parse(instruction, schema=schema, now=NOW).criteria) == notation


@pytest.mark.parametrize(
    ("instruction", "count"),
    [
        ("Nothing by Ann B. Cole.", 1),
        ("Papers by J. K. Moss on weirs", 1),
        ("languages, e.g. Lisp", 1),
        ("ferries vs. Bridges", 1),
        ("U.S. law is not relevant.", 1),
        ("I need vitamin C. Nothing on pills.", 2),
        ("Only plan B. Leave out maps.", 2),
    ],
)
def test_a_full_stop_inside_a_name_ends_no_clause(instruction: str, count: int) -> None:
    assert len(list(RulesParser().parse(instruction, now=NOW).criteria)) == count


def test_task_background_and_criteria_lie_apart() -> None:
    text = "I run a museum. Find reports on sunken ferries. Films are not relevant. Thanks!"
    parsed = RulesParser().parse(text, now=NOW)
    assert [text[slice(*span)] for span in parsed.background] == ["I run a museum", "Thanks"]
    assert [text[slice(*span)] for span in parsed.task] == ["Find"]
    assert write(parsed.criteria) == 'want about("sunken ferries")\navoid about("Films")'


def test_what_is_not_sure_is_assumed_and_asks() -> None:
    (about, assumed) = RulesParser().parse("harbours closed in 1950", now=NOW).criteria
    assert write(RulesParser().parse("harbours closed in 1950", now=NOW).criteria).startswith("want about(")
    assert about.hard
    assert not assumed.hard
    assert assumed.question


def test_a_word_that_happens_to_name_a_flag_does_not_filter() -> None:
    schema = Schema({"open": FieldInfo("open", "boolean")}, documents=5)
    assert (
        write(RulesParser().parse("open ones", schema=schema, now=NOW).criteria) == "want field(open = true)"
    )
    (about, assumed) = RulesParser().parse("open source licences", schema=schema, now=NOW).criteria
    assert (about.hard, assumed.hard) == (True, False)


@pytest.mark.parametrize(
    ("instruction", "program"),
    [
        ("only classes", 'want field(kind = "class")'),
        ("no deprecated functions", 'avoid all(field(deprecated = true), field(kind = "function"))'),
        ("functions with tests", 'want field(kind = "function")\nwant field(has_tests = true)'),
        ("without tests", "avoid field(has_tests = true)"),
        ("deprecated is false", "want field(deprecated = false)"),
    ],
)
def test_flags_beside_other_words(instruction: str, program: str) -> None:
    schema = Schema(
        {
            "kind": FieldInfo("kind", "keyword", values={"class": 4, "function": 9}),
            "deprecated": FieldInfo("deprecated", "boolean"),
            "has_tests": FieldInfo("has_tests", "boolean"),
        },
        documents=20,
    )
    assert write(RulesParser().parse(instruction, schema=schema, now=NOW).criteria) == program


def test_a_value_of_two_fields_is_assumed_of_the_likelier_and_asks() -> None:
    fields = {"first": {"Oslo": 2, "Bergen": 1}, "second": {"Oslo": 8}}
    schema = Schema({n: FieldInfo(n, "keyword", values=v) for n, v in fields.items()}, documents=20)
    criteria = list(RulesParser().parse("bridges near Oslo", schema=schema, now=NOW).criteria)
    assert 'want? field(second = "Oslo")' in write(Criteria(tuple(criteria)))
    assert criteria[-1].question == "Does 'Oslo' mean the field second or first?"


def test_a_date_without_a_time_in_the_store_is_no_filter() -> None:
    schema = Schema({"status": SCHEMA["status"]}, documents=5)
    assert (
        write(RulesParser().parse("after 2019", schema=schema, now=NOW).criteria)
        == 'want about("after 2019")'
    )


def test_without_a_schema_fields_are_subjects() -> None:
    assert write(RulesParser().parse("rejected ones", now=NOW).criteria) == 'want about("rejected ones")'


def test_spans_point_into_the_instruction() -> None:
    text = "ferries, but nothing on fares unless they rose"
    parsed = RulesParser().parse(text, now=NOW)
    assert [text[slice(*criterion.span)] for criterion in parsed.criteria if criterion.span] == [
        "ferries",
        "but nothing on fares unless they rose",
    ]


@pytest.mark.parametrize(
    ("instruction", "program"),
    [
        ("films made after 1990", "want field(year >= 1991)"),
        ("from 1990 to 1999", "want all(field(year >= 1990), field(year < 2000))"),
        ("before 2005", "want field(year < 2005)"),
        ("nothing made before 1990", "avoid field(year < 1990)"),
        ("before May 2005", 'want? about("before May 2005")'),
        ("about the war after 1990", 'want about("the war after 1990")\nwant? field(year >= 1991)'),
    ],
)
def test_where_no_document_has_a_date_a_field_of_years_takes_its_place(
    instruction: str, program: str
) -> None:
    schema = Schema({"year": FieldInfo("year", "number")}, documents=5)
    assert write(RulesParser().parse(instruction, schema=schema, now=NOW).criteria) == program


def test_a_verb_says_of_which_field_a_name_is() -> None:
    people = {"Ann Cole": 3, "Bo Dale": 2}
    schema = Schema(
        {name: FieldInfo(name, "keyword", values=people) for name in ("authors", "sponsor", "owning_team")}
    )
    for verb, name in (("sponsored", "sponsor"), ("owned", "owning_team"), ("written", "authors")):
        parsed = RulesParser().parse(f"{verb} by Ann Cole", schema=schema, now=NOW)
        assert parsed.criteria == read(f'want field({name} = "Ann Cole")')


def test_values_of_one_field_are_wanted_together_only_where_it_holds_several() -> None:
    schema = Schema(
        {
            "genres": FieldInfo("genres", "keyword", True, values={"Silent": 3, "Comedy": 2, "Western": 1}),
            "status": FieldInfo("status", "keyword", values={"Final": 3, "Draft": 2}),
        }
    )
    both = RulesParser().parse("silent comedies", schema=schema, now=NOW)
    assert both.criteria == read('want field(genres = "Silent"); want field(genres = "Comedy")')
    but = RulesParser().parse("westerns that are not silent", schema=schema, now=NOW)
    assert but.criteria == read('want field(genres = "Western"); avoid field(genres = "Silent")')
    neither = RulesParser().parse("a final draft", schema=schema, now=NOW)
    assert all(criterion.assumed or not criterion.exact for criterion in neither.criteria)


def test_a_subject_that_is_also_a_title_does_not_filter() -> None:
    titles = {"Type Hints": 1, **{f"Title {number}": 1 for number in range(60)}}
    schema = Schema({"title": FieldInfo("title", "keyword", documents=61, values=titles)})
    parsed = RulesParser().parse("papers about type hints", schema=schema, now=NOW)
    assert not [c for c in parsed.criteria if c.hard and c.exact]
    named = RulesParser().parse("the title is Type Hints", schema=schema, now=NOW)
    assert named.criteria == read('want field(title = "Type Hints")')


@pytest.mark.parametrize(
    ("text", "things"),
    [
        (
            "strikes at banks, ports or mills",
            ["strikes at banks", "strikes at ports", "strikes at mills"],
        ),
        ("text detectors, audio-only work and attacks", ["text detectors", "audio-only work", "attacks"]),
        (
            "what was written before the war and is long",
            ["what was written before the war and is long"],
        ),
        ("methods: a, b or c", ["methods: a, b or c"]),
        ("cats", ["cats"]),
    ],
)
def test_the_things_of_a_list_share_its_head(text: str, things: list[str]) -> None:
    assert listed(text) == things


LEFT_OPEN = [
    "status doesn't matter",
    "the status does not matter to me at all",
    "I don't care about the topic",
    "the type is immaterial",
    "any author will do",
    "no preference as to status",
    "Year: whatever",
    "The topic is neither here nor there.",
    "don't bother about the created date",
    "date makes no difference",
]


@pytest.mark.parametrize("instruction", LEFT_OPEN)
def test_a_field_that_does_not_matter_asks_nothing(instruction: str) -> None:
    parsed = RulesParser().parse(f"only final ones; {instruction}", schema=SCHEMA, now=NOW)
    assert write(parsed.criteria) == 'want field(status = "Final")'
    assert parsed.background


@pytest.mark.parametrize(
    ("instruction", "notation"),
    [
        ("press releases don't matter", 'avoid about("press releases")'),
        ("I don't care about cockerels", 'avoid about("cockerels")'),
        ("Commercials are irrelevant.", 'avoid about("Commercials")'),
        ("no status", 'avoid? about("status")'),
        ("status must matter", 'want about("status must matter")'),
    ],
)
def test_what_is_no_field_is_excluded_by_the_same_words(instruction: str, notation: str) -> None:
    parsed = RulesParser().parse(instruction, schema=SCHEMA, now=NOW)
    assert write(parsed.criteria) == notation


@pytest.mark.parametrize(
    ("instruction", "notation"),
    [
        ("before 2015, no wait, 2018", 'want? time(before d"2015-01-01")'),
        ("nothing by Guido van Rossum - scratch that", 'avoid? field(authors = "Guido van Rossum")'),
        ("only drafts. Strike that, rejected ones", 'want? field(status = "Draft")'),
        ("no waiting rooms", 'avoid about("waiting rooms")'),
        ("hang on to your hat", 'want about("hang on to your hat")'),
    ],
)
def test_what_may_be_taken_back_is_assumed(instruction: str, notation: str) -> None:
    parsed = RulesParser().parse(instruction, schema=SCHEMA, now=NOW)
    assert write(Criteria((next(iter(parsed.criteria)),))) == notation
    assert all(criterion.question for criterion in parsed.criteria if criterion.assumed)


@pytest.mark.parametrize(
    ("instruction", "programs"),
    [
        ("skip anything on whales and anything on krill", ['avoid about("whales")', 'avoid about("krill")']),
        ("leave out old papers on whales", ['avoid about("old papers on whales")']),
        ("leave out anything and everything on whales", ['avoid about("whales")']),
        ("must discuss krill", ['want about("krill")']),
        ("shorter is better", ["prefer form(words < 300)"]),
    ],
)
def test_what_is_named_anew_is_excluded_by_itself(instruction: str, programs: list[str]) -> None:
    parsed = RulesParser().parse(instruction, now=NOW)
    assert write(parsed.criteria).split("\n") == programs


@pytest.mark.parametrize(
    ("instruction", "program"),
    [
        ("papers from 2025 only", 'want time(from d"2025-01-01" before d"2026-01-01")'),
        ("papers from 2025 on", 'want time(from d"2025-01-01")'),
        ("older than ten years", 'want time(before d"2016-07-01")'),
        ("nothing more than 2 years old", 'avoid time(before d"2024-07-01")'),
        ("proposals from before 2010", 'want time(before d"2010-01-01")'),
        ("something short", "prefer form(words < 300)"),
    ],
)
def test_ages_and_ends_of_years(instruction: str, program: str) -> None:
    assert write(RulesParser().parse(instruction, now=NOW).criteria) == program
