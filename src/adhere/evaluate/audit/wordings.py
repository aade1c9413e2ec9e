"""How people say it: frames that carry the polarity, phrases that carry the condition.

A clause is a frame with a phrase in it: "I would sooner read documents {those}." with "that deal with
{value}". Both tables have two halves. `shown` is for building parsers: look at it, test with it, train on
it. `never-shown` is for exams only: a test checks that the parser's tests hold none of it. It was written
afresh on 2026-11-28 by somebody who had not seen the parser; what was never shown until then is in `shown`.
Whoever mends the parser reads `shown` only; once somebody has read more, write the half afresh again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from adhere.need import Polarity

Half = Literal["shown", "never-shown"]
HALVES: tuple[Half, ...] = ("shown", "never-shown")
Table = Mapping[str, tuple[str, ...]]

FRAMES: Mapping[Half, Mapping[Polarity, tuple[str, ...]]] = {
    "shown": {
        "want": (
            "Only documents {those} are relevant.",
            "Show me only documents {those}.",
            "They must be documents {those}.",
            "Restrict this to documents {those}.",
            "I can work with documents {those} and with no others.",
            "Keep to documents {those}.",
            "Limit the results to documents {those}.",
            "I want to see documents {those} and nothing else.",
            "Every result has to come from documents {those}.",
            "The reading list is limited to documents {those}.",
            "Unless they are documents {those}, I cannot use them.",
            "What I am asking for are documents {those}, and those alone.",
        ),
        "avoid": (
            "Nothing {those}.",
            "Documents {those} are not relevant.",
            "Leave out documents {those}.",
            "No documents {those}, please.",
            "Documents {those} would be wrong answers here.",
            "Please drop documents {those}.",
            "Filter out documents {those}.",
            "I do not wish to see documents {those}.",
            "Do not bother me with documents {those}.",
            "Documents {those} have no place in the answer.",
            "I already know the documents {those}, so pass over them.",
            "Everything is welcome apart from documents {those}.",
        ),
        "prefer": (
            "Preferably documents {those}.",
            "Documents {those} first.",
            "Ideally documents {those}.",
            "It would be a plus to get documents {those}.",
            "Given the choice, start with documents {those}.",
            "Documents {those} are worth more to me.",
            "I would sooner read documents {those}.",
            "Give documents {those} an edge over the rest.",
        ),
    },
    "never-shown": {
        "want": (
            "The search shall return, exclusively, documents {those}.",
            "It is a requirement that all results be documents {those}.",
            "Being one of the documents {those} is a precondition for a place in the results.",
            "To count as an answer, a hit needs to be one of the documents {those}.",
            "Hard requirement: documents {those}.",
            "Scope of the search: documents {those}, full stop.",
            "Admissible: documents {those}. Inadmissible: whatever else turns up.",
            "Just documents {those}, thanks.",
            "Either documents {those}, or nothing.",
            "I'm only in the market for documents {those}.",
            "If it isn't one of the documents {those}, it's out.",
            "Anything other than documents {those} is no use to me.",
            "Don't stray from documents {those}.",
            "There is no point in showing me anything except documents {those}.",
            "I have no use for results beyond documents {those}.",
            "Could you pare the results down to documents {those}?",
            "Would you make sure that each hit is one of the documents {those}?",
            "Throw away whatever is not among the documents {those}.",
            "Search among documents {those}; ignore the rest of the collection.",
            "My editor turns down every source that is not found among the documents {those}.",
            "The policy here allows us to consult documents {those}, and it makes no exceptions.",
            "For the purposes of this question, the collection consists of documents {those}.",
        ),
        "avoid": (
            "Under no circumstances should documents {those} come up.",
            "It is essential that no hit be among the documents {those}.",
            "The results must be free of documents {those}.",
            "Documents {those} are disqualified.",
            "Exclusion criterion: documents {those}.",
            "Out of scope: documents {those}.",
            "Everything minus documents {those}.",
            "Documents {those}? No thanks.",
            "Not interested in documents {those}.",
            "Steer clear of documents {those}.",
            "Skip documents {those}, would you?",
            "Could you keep documents {those} out of the results?",
            "Hide documents {those}; show the remainder.",
            "If a hit is one of the documents {those}, throw it away.",
            "Show me whatever you find, as long as it does not include documents {those}.",
            "There should not be a single result from the documents {those}.",
            "I've had enough of documents {those}, so spare me any more of them.",
            "Documents {those} are precisely what I don't want.",
            "We agreed that documents {those} do not count.",
            "My supervisor rejects documents {those} without exception, so I cannot cite them.",
            "A search that turns up documents {those} has failed me.",
        ),
        "prefer": (
            "Nice to have: documents {those}.",
            "Better: documents {those}. Still acceptable: anything else.",
            "Rank everything else below documents {those}.",
            "Lean towards documents {those}.",
            "If at all possible, open with documents {those}.",
            "All else being equal, go for documents {those}.",
            "When two hits are equally good, the tie goes to documents {those}.",
            "It is not a must, but documents {those} would suit me better.",
            "I'd be happiest with documents {those}, but I can live with something else.",
            "Other things are okay too, only I am fondest of documents {those}.",
            "I have a soft spot for documents {those}.",
            "Could documents {those} be moved up a little?",
            "Should there be documents {those}, let me see them ahead of the rest.",
            "Preference is given to documents {those}; no hit is to be dropped for being something else.",
        ),
    },
}

PHRASES: Mapping[Half, Table] = {
    "shown": {
        "field": (
            "whose {field} is {value}",
            "with the {field} {value}",
            "that have {value} as their {field}",
            "where the {field} reads {value}",
        ),
        "list": (
            "with {value} among the {field}",
            "with {value} in {field}",
            "that list {value} under {field}",
            "whose {field} include {value}",
        ),
        "boolean": (
            "where {field} is {value}",
            "that have {field} set to {value}",
        ),
        "number>=": (
            "with a {field} of at least {value}",
            "whose {field} is {value} or more",
            "with a {field} no lower than {value}",
        ),
        "number<=": (
            "with a {field} of at most {value}",
            "whose {field} does not exceed {value}",
            "with a {field} no higher than {value}",
        ),
        "version>=": (
            "for {field} {value} or later",
            "whose {field} is {value} or newer",
            "that carry a {field} from {value} upwards",
        ),
        "version<": (
            "for {field} before {value}",
            "whose {field} is older than {value}",
            "that carry a {field} lower than {value}",
        ),
        "date>=": (
            "with {field} since {value}",
            "whose {field} falls in {value} or later",
        ),
        "date<": (
            "with {field} before {value}",
            "whose {field} falls before {value}",
        ),
        "time>=": (
            "from {value} or later",
            "that date from {value} or later",
            "that appeared in {value} or after",
        ),
        "time<": (
            "from before {value}",
            "that date from before {value}",
            "that appeared earlier than {value}",
        ),
        "time window": (
            "from between {value} and {end}",
            "that appeared from {value} to {end}",
            "that date from {value} up to {end}",
        ),
        "mentions": (
            'that mention "{value}"',
            'with the word "{value}"',
            'that use the term "{value}"',
            'in which the word "{value}" turns up',
        ),
        "words>=": (
            "of at least {value} words",
            "that run to {value} words or more",
        ),
        "words<": (
            "under {value} words",
            "that run to fewer than {value} words",
        ),
        "code": (
            "with code examples",
            "that show some code",
            "that contain code samples",
        ),
        "numbers": (
            "with numbers",
            "that quote figures",
            "that contain numbers",
        ),
        "links": (
            "with links",
            "that contain links",
            "that link to other pages",
        ),
        "list form": (
            "with a list",
            "that contain a bulleted list",
        ),
        "table": (
            "with a table",
            "that contain a table",
        ),
        "question": (
            "with a question",
            "that pose a question",
        ),
        "language": (
            "in {value}",
            "that are written in {value}",
        ),
        "about": (
            "about {value}",
            "on {value}",
            "that deal with {value}",
            "whose subject is {value}",
        ),
    },
    "never-shown": {
        "field": (
            "marked {value} in the {field} field",
            "to which the {field} {value} was given",
            "for which the {field} equals {value}",
            "whose entry for {field} says {value}",
            "where it says {value} for {field}",
        ),
        "list": (
            "for which {value} is one of the {field}",
            "({field} including {value})",
            "under whose {field} one finds {value}",
            "where one entry of {field} is {value}",
            "labelled {value} in {field}",
        ),
        "boolean": (
            "whose {field} flag says {value}",
            "that say {value} under {field}",
            "where {value} is entered for {field}",
        ),
        "number>=": (
            "with {field} equal to or greater than {value}",
            "whose {field} reaches or exceeds {value}",
            "with a minimum {field} of {value}",
            "where {field} is not below {value}",
            "({field}: {value} and up)",
        ),
        "number<=": (
            "with {field} <= {value}",
            "whose {field} stays at or below {value}",
            "with {field} up to and including {value}",
            "where {field} is not above {value}",
            "({field}: no more than {value})",
        ),
        "version>=": (
            "whose {field} equals or exceeds {value}",
            "with {field} {value}+",
            "at {field} {value} or beyond",
            "whose {field} is no older than {value}",
            "whose {field} has reached {value}",
        ),
        "version<": (
            "with {field} strictly below {value}",
            "that stay below {field} {value}",
            "whose {field} comes before {value}",
            "whose {field} has not yet reached {value}",
            "where {value} is newer than the {field}",
        ),
        "date>=": (
            "with {field} no earlier than {value}",
            "({field}: {value} onwards)",
            "for which {field} gives {value} or any year after it",
        ),
        "date<": (
            "where {field} lies before the start of {value}",
            "({field}: pre-{value})",
            "for which {field} gives a year prior to {value}",
        ),
        "time>=": (
            "dated {value} or later",
            "no older than {value}",
            "from {value} onwards",
            "that came out in {value} at the earliest",
            "that did not exist before {value}",
        ),
        "time<": (
            "older than anything made in {value}",
            "that predate {value}",
            "dated pre-{value}",
            "from the years up to but excluding {value}",
            "that were already there when {value} began",
        ),
        "time window": (
            "dated {value}-{end}",
            "from the years {value} through {end}",
            "no older than {value} and no newer than {end}",
            "that came out in {value} at the earliest and in {end} at the latest",
            "from {value} or later but not after {end}",
        ),
        "mentions": (
            'containing "{value}"',
            'with at least one occurrence of "{value}"',
            'where the word "{value}" is used',
            'that say "{value}" somewhere',
            'that have the word "{value}" in them',
        ),
        "words>=": (
            "not shorter than {value} words",
            "that are {value} words long or longer",
            "with a word count of {value} and up",
        ),
        "words<": (
            "shorter than {value} words",
            "that do not make it to {value} words",
            "with a word count below {value}",
        ),
        "code": (
            "featuring source code",
            "that include at least one code snippet",
            "where you find lines of code",
            "with a piece of program code somewhere",
            "in which code is shown",
        ),
        "numbers": (
            "with at least one number in the text",
            "in which numbers occur",
            "that give numerical values",
            "featuring numeric data",
            "where numbers are given",
        ),
        "links": (
            "with a hyperlink in them",
            "where there is a link to follow",
            "in which something is linked",
            "featuring one or more hyperlinks",
            "that offer links to click",
        ),
        "list form": (
            "in which items are listed one below the other",
            "that include at least one list",
            "with an itemized list in them",
        ),
        "table": (
            "featuring at least one table",
            "in which something is laid out as a table",
            "with a table in them",
        ),
        "question": (
            "in which a question is asked",
            "with at least one question in the text",
            "featuring a question somewhere",
        ),
        "language": (
            "whose language is {value}",
            "(language: {value})",
            "composed in {value}",
        ),
        "about": (
            "concerned with {value}",
            "on the subject of {value}",
            "covering {value}",
            "that revolve around {value}",
            "whose main topic is {value}",
        ),
    },
}
